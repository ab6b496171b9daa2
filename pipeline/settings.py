"""Every setting of Fanzha, defined and documented where it stands; read once, at the edge.

Order of precedence: command line, environment (`FANZHA_` and `__` between levels, as in
`FANZHA_CRAWL__TIMEOUT=5`), the file named by `FANZHA_CONFIG` (TOML; `fanzha.toml` in the working
folder by default), then the defaults below. `docs/settings.md` is generated from here.
"""

import os
import tomllib
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Standing

Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IntakeSettings(_Section):
    """How reports come in."""

    trusted_sources: tuple[str, ...] = Field(
        ("npa165", "12321", "96110"),
        description="Sources whose single report corroborates an automatic block.",
    )
    verified_sources: tuple[str, ...] = Field(
        ("npa165", "12321", "96110"),
        description="Sources that check who reports (by telephone number, real name or login): each of "
        "their reporters is a voice. Any other source is one voice, whatever names it gives.",
    )
    batch: int = Field(2000, ge=1, description="Reports stored in one transaction.")
    max_line: int = Field(
        1_000_000, ge=100, description="Longest line, in bytes, that is read as a row."
    )
    timezone: str = Field(
        "Asia/Shanghai", description="Zone of times in reports that name none (IANA name)."
    )

    @property
    def standing(self) -> Standing:
        """What the word of each source is worth."""
        return Standing(frozenset(self.trusted_sources), frozenset(self.verified_sources))


class CrawlSettings(_Section):
    """How sites are visited, and what is refused."""

    batch: int = Field(500, ge=1, description="Indicators crawled by one task.")
    concurrency: int = Field(64, ge=1, description="Requests in flight at once.")
    per_host: int = Field(4, ge=1, description="Requests in flight at once to one host.")
    delay: float = Field(0.02, ge=0, description="Seconds between two requests to one host.")
    timeout: float = Field(10.0, gt=0, description="Seconds until one request is given up.")
    site_timeout: float = Field(30.0, gt=0, description="Seconds for everything about one site.")
    max_bytes: int = Field(2_000_000, ge=1000, description="Largest body, decompressed, in bytes.")
    max_redirects: int = Field(8, ge=0, description="Hops of all kinds until a chain is given up.")
    user_agent: str = Field(
        "Mozilla/5.0 (Linux; Android 14; V2307A) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Mobile Safari/537.36",
        description="How the crawler presents itself: a common phone, as a victim would.",
    )
    desktop_user_agent: str = Field(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Safari/537.36",
        description="How the second look presents itself: an office computer.",
    )
    second_look: bool = Field(
        True, description="Whether a site is also visited as a computer, to find what it hides."
    )
    further_pages: int = Field(
        3, ge=0, le=10, description="Pages of the same site looked at beside the first."
    )
    chromium: str = Field(
        "chromium", description="The browser for pages that are empty without their scripts."
    )
    render_pages: int = Field(
        50, ge=0, description="Pages of one batch that are seen in the browser at most."
    )
    render_as_root: bool = Field(
        False,
        description="Whether the browser is also started as root, where it has no sandbox of its own: for "
        "tests and a practice range. Otherwise root renders nothing.",
    )
    readers: int | None = Field(
        None,
        ge=0,
        description="Processes that read pages; by default one per further core, at most four. 0 "
        "reads in the crawl's own process.",
    )
    icons: bool = Field(True, description="Whether a site's icon is fetched for its hash.")
    per_address: int = Field(
        32, ge=1, description="Requests in flight at once to one network address."
    )
    rdap_bootstrap: str | None = Field(
        None,
        description="RDAP bootstrap file for domains (RFC 9224), as a path or URL; registrations stay "
        "unknown without it.",
    )
    rdap_per_second: float = Field(
        2.0, gt=0, description="Questions a second to one registry at most."
    )
    network_databases: tuple[Path, ...] = Field(
        (),
        description="Local databases of autonomous systems and countries (.mmdb of MaxMind, DB-IP or "
        "IPinfo); networks stay unknown without them.",
    )
    resolver: str | None = Field(
        None, description="DNS server as ADDRESS or ADDRESS:PORT; the system's own by default."
    )
    allow_networks: tuple[str, ...] = Field(
        (),
        description="Networks that may be visited although they are not globally routable, for a "
        "practice range: `127.0.0.0/8`. Empty in production.",
    )
    http_port: int = Field(
        80, ge=1, le=65535, description="Port that `http://` stands for on a range."
    )
    https_port: int = Field(
        443, ge=1, le=65535, description="Port that `https://` stands for on a range."
    )


class EvidenceSettings(_Section):
    """How long what was seen is kept."""

    keep_days: int = Field(
        730,
        ge=1,
        description="Days until evidence may be removed; what a live decision or an open appeal rests "
        "on stays in any case.",
    )


class ProtectedSettings(_Section):
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


class CarrierSettings(_Section):
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


class ReleaseSettings(_Section):
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


class DeskSettings(_Section):
    """The analysts' console, appeals and the regulator's view."""

    host: str = Field("127.0.0.1", description="Address that the console listens on.")
    port: int = Field(8470, ge=0, le=65535, description="Its port; 0 for any free one.")
    proxy: str = Field(
        "",
        description="Address of the TLS proxy in front, whose word on a caller's address is believed.",
    )
    https: bool = Field(
        False,
        description="The console is reached over TLS: cookies are sent over TLS alone, HSTS is set. "
        "True in production.",
    )
    session_minutes: int = Field(30, ge=1, description="Minutes without use until a login ends.")
    session_hours: int = Field(12, ge=1, description="Hours until a login ends, used or not.")
    login_attempts: int = Field(5, ge=1, description="Failed logins until a pause is forced.")
    login_minutes: int = Field(15, ge=1, description="Minutes in which failed logins are counted.")
    argon2_passes: int = Field(
        3, ge=1, description="Passes of argon2id over a password; more is slower and safer."
    )
    argon2_kib: int = Field(
        65_536, ge=32, description="Memory, in KiB, that argon2id uses for one password."
    )
    invitation_hours: int = Field(
        72, ge=1, description="Hours until an invitation to an account is void."
    )
    lock_seconds: int = Field(180, ge=10, description="Seconds until an item left open is free.")
    wide_subdomains: int = Field(
        20, ge=1, description="Known names below a domain from which its block needs two people."
    )
    wide_batch: int = Field(
        50, ge=1, description="Members of a family from which one batch needs two people."
    )
    appeal_hours: int = Field(72, ge=1, description="Hours until an appeal must be answered.")
    appeals_per_hour: int = Field(10, ge=1, description="Appeals one address may hand in an hour.")
    appellant_days: int = Field(
        180,
        ge=1,
        description="Days after an appeal is closed until who made it, and the statement, are "
        "removed; the entry, the answer and the times stay.",
    )
    second_look_share: Share = Field(
        0.1, description="Share of analysts' decisions that another analyst looks at blindly."
    )
    timezone: str = Field("Asia/Shanghai", description="Time zone in which the desk shows times.")
    office_zh: str = Field("反诈中心", description="Who signs notices, in Chinese.")
    office_en: str = Field("Anti-Fraud Centre", description="Who signs notices, in English.")


class DownloadSettings(_Section):
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


class FeedSettings(_Section):
    """How carriers' files come in."""

    folder: Path | None = Field(
        None, description="Folder of the normalised feeds and their keys; under home by default."
    )
    zone_minutes: int = Field(
        480, ge=-720, le=840, description="Zone of times without one, in minutes east of UTC."
    )
    max_bad: Share = Field(0.2, description="Share of bad rows from which a file is refused whole.")
    max_late_days: float = Field(
        7, gt=0, description="Age in days of its newest row from which a file is refused."
    )
    ahead_hours: float = Field(
        1, ge=0, description="Hours by which a row may lie ahead of our clock."
    )
    memory: str = Field("4GB", description="Memory of the columnar engine; beyond it, it spills.")
    threads: int = Field(2, ge=1, description="Threads of the columnar engine.")
    spark: str = Field(
        "",
        description="Spark master that computes features past one machine, as in "
        "`spark://host:7077`; empty for DuckDB in this process.",
    )


class NumberSettings(_Section):
    """How phone numbers are scored."""

    window_days: int = Field(30, ge=1, description="Days of calls that a score looks back on.")
    judge_at: Share = Field(
        0.02, description="Probability from which a number of a feed is looked at one by one."
    )
    judge_limit: int = Field(
        20_000, ge=1, description="Most numbers of one feed that are looked at one by one."
    )
    gateway_tacs: tuple[int, ...] = Field(
        (86012304, 86075504, 35900190),
        description="TACs of devices that are no phones (GoIP gateways, SIM boxes); the default are "
        "the simulator's.",
    )
    risk_areas: tuple[str, ...] = Field(
        ("MM", "KH", "LA"),
        description="Areas where fraud is run from: ISO 3166 alpha-2 or GB/T 2260 codes.",
    )
    points: Path | None = Field(
        None, description="Scheme of points and grades (TOML); the shipped one by default."
    )
    model: Path | None = Field(
        None, description="Number model to score with, instead of the shelf's current one."
    )


class Settings(BaseSettings):
    """All settings. Immutable; reading them makes no folder and opens nothing but the file itself."""

    model_config = SettingsConfigDict(
        env_prefix="FANZHA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    home: Path = Field(
        default_factory=lambda: Path.home() / ".local/share/fanzha",
        description="Folder of everything that Fanzha keeps: database, artifacts, keys, releases.",
    )
    database: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the store; SQLite under home by default."
    )
    artifacts: str | None = Field(
        None, description="fsspec URL of the artifact store; a folder under home by default."
    )
    releases: Path | None = Field(
        None, description="Folder of the published releases; under home by default."
    )
    inbox: Path | None = Field(
        None,
        description="Folder where `fanzha schedule` looks for new files: `reports/SOURCE/FILE` and "
        "`feeds/CARRIER/FILE`; under home by default.",
    )
    key_file: Path | None = Field(
        None,
        description="Key of the hashes that stand for persons; made on first use with mode 0600.",
    )
    policy: Path | None = Field(
        None, description="TOML of the policy, as in pipeline/policy/default.toml, which ships."
    )
    clock: datetime | None = Field(
        None, description="A fixed present, for reproducible runs; the system's clock by default."
    )
    intake: IntakeSettings = IntakeSettings()
    crawl: CrawlSettings = CrawlSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    protected: ProtectedSettings = ProtectedSettings()
    release: ReleaseSettings = ReleaseSettings()
    downloads: DownloadSettings = DownloadSettings()
    desk: DeskSettings = DeskSettings()

    feeds: FeedSettings = FeedSettings()
    numbers: NumberSettings = NumberSettings()

    @property
    def database_url(self) -> str:
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.home / 'fanzha.db'}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or str(self.home / "artifacts")

    @property
    def releases_dir(self) -> Path:
        return self.releases or self.home / "releases"

    @property
    def cache_dir(self) -> Path:
        """What only saves time: it may be deleted at any moment."""
        return self.home / "cache"

    @property
    def downloads_dir(self) -> Path:
        return self.home / "downloads"

    @property
    def release_key(self) -> Path:
        return self.home / "keys" / "release.key"

    @property
    def inbox_dir(self) -> Path:
        return self.inbox or self.home / "inbox"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.home / "keys" / "persons.key"

    @property
    def feeds_dir(self) -> Path:
        return self.feeds.folder or self.home / "feeds"

    @property
    def feed_mappings_dir(self) -> Path:
        """Mappings by carrier and kind: `CARRIER/KIND.toml`."""
        return self.home / "mappings"

    @property
    def feed_keys_dir(self) -> Path:
        return self.home / "keys" / "feeds"

    def now(self) -> datetime:
        """The present, in UTC, to the microsecond."""
        if self.clock is None:
            return datetime.now(UTC)
        return self.clock.astimezone(UTC) if self.clock.tzinfo else self.clock.replace(tzinfo=UTC)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = Path(os.environ.get("FANZHA_CONFIG", "fanzha.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def load_settings() -> Settings:
    """Read the settings of this process; raises `FanzhaError` that names the one that is wrong."""
    named = os.environ.get("FANZHA_CONFIG")
    if named and not Path(named).is_file():
        raise FanzhaError(f"settings: FANZHA_CONFIG names {named}, and there is no such file")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "FANZHA_" + "__".join(str(part) for part in first["loc"]).upper()
        raise FanzhaError(
            f"settings: {name}: {first['msg']}, got {first.get('input')!r}; docs/settings.md "
            "lists what each may be"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise FanzhaError(f"settings: {named or 'fanzha.toml'} is not TOML ({error})") from error
