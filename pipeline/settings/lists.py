"""Settings: what is never listed, how lists are published, and what each carrier gets of them."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.categories import Category
from pipeline.settings.section import Section, Share


class ProtectedSettings(Section):
    """What can never be listed, beside the shipped list and `protected.toml` in the home folder."""

    files: tuple[Path, ...] = Field(
        (),
        description="Lists to import: .toml in Fanzha's format, .json MISP warninglists, .csv rank files.",
    )
    rank_limit: int = Field(
        100_000, ge=1, description="Ranks of a rank file that are protected, from the first."
    )
    names: tuple[str, ...] = Field(
        (), description="Domains protected with all names below them and all URLs on them."
    )
    platforms: tuple[str, ...] = Field(
        (), description="Domains that rent out the names below them; a tenant may be listed."
    )
    path_platforms: tuple[str, ...] = Field(
        (), description="Domains where users publish under paths; only a URL may be listed."
    )
    numbers: tuple[str, ...] = Field((), description="Phone numbers protected, canonical.")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class CarrierSettings(Section):
    """What one carrier takes, and how it enforces it; its files lie in a folder of its own."""

    formats: tuple[str, ...] = Field(
        ("rpz",), description="Names of formats, as `fanzha release formats` lists them."
    )
    answer: Literal["nxdomain", "nodata", "page"] = Field(
        "nxdomain", description="What its resolvers answer for a listed name."
    )
    page: str = Field("", description="Host name or address of its warning page, for `page`.")
    categories: tuple[Category, ...] = Field(
        (), description="Categories of fraud that it enforces; all of them by default."
    )
    cap: int | None = Field(
        None, ge=1, description="Most entries of a list it can load; the newest are kept."
    )

    @model_validator(mode="after")
    def _page_is_named(self) -> "CarrierSettings":
        if (self.answer == "page") != bool(self.page):
            raise ValueError("answer = 'page' and the address `page` go together")
        if self.answer == "nodata" and "dnsmasq" in self.formats:
            raise ValueError(
                "dnsmasq cannot answer 'nodata'; take answer = 'nxdomain', or 'page' with an address"
            )
        local = {"dnsmasq", "unbound"} & set(self.formats)
        if self.page and local and not _is_address(self.page):
            raise ValueError(
                f"{' and '.join(sorted(local))} can answer with an address alone; expected an IP "
                f"address as `page`, got {self.page!r}: or take the format rpz"
            )
        return self


class ReleaseSettings(Section):
    """How lists are published."""

    keep: int = Field(2016, ge=1, description="Releases kept on disk; a week at five minutes.")
    keep_full: int = Field(
        24, ge=1, description="Of these, how many keep their full files beside index and deltas."
    )
    ttl: int = Field(60, ge=1, description="TTL, in seconds, of RPZ records.")
    life_hours: int = Field(
        24, ge=1, description="Hours until a release expires: carriers then know it is frozen."
    )
    small: int = Field(
        50_000, ge=0, description="Entries up to which every release rewrites every file."
    )
    full_minutes: int = Field(
        30,
        ge=0,
        description="Minutes after which a larger list's full files are written again; between "
        "two of them only the HOT and passthru zones are.",
    )
    hot_limit: int = Field(
        20_000, ge=1, description="Names in the HOT zone from which BASE is written anew."
    )
    base_hours: int = Field(24, ge=1, description="Hours after which BASE is written anew.")
    tombstone_days: int = Field(
        180, ge=1, description="Days that a removed entry stays in list.csv as a tombstone."
    )
    max_added: int = Field(
        20_000, ge=1, description="New entries in one release that need nobody's approval."
    )
    max_removed: int = Field(
        5_000,
        ge=1,
        description="Entries that may leave in one release without approval, beside those that "
        "expired.",
    )
    max_expired: int = Field(
        20_000,
        ge=1,
        description="Entries that may expire in one release without approval: when a source has "
        "died, what it reported runs out together.",
    )
    max_total: int = Field(
        6_000_000, ge=1, description="Entries in all that need nobody's approval."
    )
    warn_shrink: Share = Field(
        0.2,
        description="Share of the entries of the largest release of the last seven days whose loss is "
        "shown as a problem, however slowly they left.",
    )
    canaries: tuple[str, ...] = Field(
        (), description="Indicators (`domain:x`, `number:+86…`) that must be in every release."
    )
    never: tuple[str, ...] = Field(
        (), description="Names that no release may block in any way, by themselves or from above."
    )
    never_calling: tuple[str, ...] = Field(
        (), description="Numbers that never originate a call, published as class `dno`."
    )
    false_prefixes: tuple[str, ...] = Field(
        (), description="Beginnings that no genuine number has, published as class `prefix`."
    )
    former_keys: tuple[str, ...] = Field(
        (),
        description="Public keys, `RW…`, that releases were signed with before the present one, so that "
        "the chain can still be walked from the first.",
    )
    carriers: dict[str, CarrierSettings] = Field(
        {}, description="Profile of each carrier, by its name (letters, digits, `-`)."
    )


class DownloadSettings(Section):
    """The download service, where carriers fetch releases."""

    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(8460, ge=0, le=65535, description="Its port; 0 for any free one.")
    workers: int = Field(2, ge=1, description="Processes that answer.")
    stall: float = Field(
        60.0, gt=0, description="Seconds after which a reader that takes nothing is let go."
    )
    connections: int = Field(4000, ge=1, description="Connections that one process holds at once.")
    proxies: tuple[str, ...] = Field(
        (), description="Addresses of proxies whose `X-Forwarded-For` is believed."
    )
    certificate: Path | None = Field(
        None, description="TLS certificate chain (PEM); without it, put a TLS proxy in front."
    )
    certificate_key: Path | None = Field(None, description="Its private key (PEM).")
    appeal_url: str | None = Field(
        None,
        description="Where the public appeals, with `{name}` for what is listed and `{code}` for the "
        "appeal code, as in `https://desk.example/appeal?indicator={name}`; without it, `/why` names "
        "the hotline 96110.",
    )
