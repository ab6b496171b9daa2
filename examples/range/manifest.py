"""Practice range: `range.toml`, the manifest of a folder that can be served, read and checked."""

import ipaddress
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from examples.range.behaviour import Behaviour
from examples.range.certificates import KINDS
from examples.range.nameserver import MOODS
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind

MANIFEST = "range.toml"
INTERNET = Path(__file__).parent / "internet"
"""The range that comes with the project."""

Outcome = Literal["block", "review", "dismiss", "dead"]
Name = Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Table):
    """What must come of reporting something on the range."""

    report: str = Field("", description="What is reported: a URL or a name; by default the host.")
    expect: Outcome = Field(
        description="`block`: listed by itself; `review`: an analyst must look; `dismiss`: nothing is "
        "wrong; `dead`: nothing is there. Listing anything that is not `block` is an error."
    )
    scope: str | None = Field(
        None, description="What exactly is to be listed, as `KIND:VALUE`, if it comes to that."
    )
    category: Category | None = Field(None, description="Category of the fraud.")
    label: Literal["malicious", "compromised", "benign", "parked", "dead", "unknown"] | None = (
        Field(None, description="The verdict's label, where `expect` does not say it.")
    )
    needs_browser: bool = Field(
        False, description="`expect` holds where pages are rendered; without a browser, `review`."
    )
    note: str = Field("", description="What is to be seen here, for people.")

    @field_validator("scope")
    @classmethod
    def _scope_is_an_indicator(cls, scope: str | None) -> str | None:
        if scope is not None:
            kind, _, value = scope.partition(":")
            if kind not in set(Kind) or not value:
                raise ValueError(f"a scope is KIND:VALUE with KIND of {', '.join(Kind)}")
        return scope

    @model_validator(mode="after")
    def _a_block_says_of_what(self) -> "Expectation":
        if self.expect in ("block", "review") and not (self.scope and self.category):
            raise ValueError(f"expect = {self.expect!r} needs `scope` and `category`")
        return self

    @property
    def indicator(self) -> Indicator | None:
        """The scope as an indicator."""
        return Indicator.from_key(self.scope) if self.scope else None


class Host(Expectation):
    """One host: where it is, what DNS and its registry say of it, and how its site behaves."""

    name: Name
    addresses: tuple[str, ...] = Field(("127.0.0.1",), description="Loopback addresses.")
    listens: bool = Field(
        True, description="False: nothing listens there, connections are refused."
    )
    dns: tuple[str, ...] = Field((), description="Zone-file lines, names relative to the host.")
    dns_mood: str | None = Field(None, description=f"How its names fail: {', '.join(MOODS)}.")
    nameservers: tuple[str, ...] = Field(
        (), description="Its NS; by default ns1 and ns2 of its own."
    )
    zone: bool | None = Field(
        None, description="Has SOA and NS; by default, names of two labels do."
    )
    registered: date | int | None = Field(
        None,
        description="Day of registration, or how many days ago; unknown to the registry if absent.",
    )
    registrar: str = Field("Practice Registrar", description="Who registered it.")
    certificate: str = Field("valid", description=f"`none` or one of {', '.join(KINDS)}.")
    certificate_names: tuple[str, ...] = Field((), description="Further names in the certificate.")
    organisation: str | None = Field(None, description="Organisation in the certificate.")
    pages: str | None = Field(None, description="Folder under sites/; by default the host's name.")
    fill: dict[str, str] = Field({}, description="What {{key}} in its pages stands for.")
    site: Behaviour = Field(Behaviour(), description="How every path behaves.")
    path: dict[str, Behaviour] = Field({}, description="How single paths behave.")
    soft_404: bool = Field(False, description="Unknown paths answer 200 with 404.html.")
    also: tuple[Expectation, ...] = Field((), description="Further reports about this host.")

    @field_validator("addresses")
    @classmethod
    def _loopback_only(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for one in addresses:
            if not ipaddress.ip_address(one).is_loopback:
                raise ValueError(f"{one} is not a loopback address (127.0.0.0/8 or ::1)")
        return addresses

    @model_validator(mode="after")
    def _words_are_known(self) -> "Host":
        if self.certificate not in {*KINDS, "none"}:
            raise ValueError(f"certificate is `none` or one of {', '.join(KINDS)}")
        if self.dns_mood and self.dns_mood not in MOODS:
            raise ValueError(f"dns_mood is one of {', '.join(MOODS)}")
        return self

    @property
    def has_zone(self) -> bool:
        return self.zone if self.zone is not None else self.name.count(".") == 1

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """All that is expected of reports about this host, each with what is reported."""
        own = Expectation.model_construct(
            **{name: getattr(self, name) for name in Expectation.model_fields}
        )
        own = own.model_copy(update={"report": self.report or self.name})
        return (own, *self.also)


class Manifest(_Table):
    """A whole range."""

    about: str = Field("", description="What this range is for.")
    shared_platforms: tuple[Name, ...] = Field(
        (), description="Hosts under which strangers have their own pages; never listed themselves."
    )
    path_platforms: tuple[Name, ...] = Field(
        (), description="Those of them whose tenants have paths instead of names of their own."
    )
    top: tuple[str, ...] = Field(("example",), description="Top-level names the range answers for.")
    host: tuple[Host, ...] = Field(description="Its hosts.")

    @model_validator(mode="after")
    def _names_are_once(self) -> "Manifest":
        seen: set[str] = set()
        for host in self.host:
            if host.name in seen:
                raise ValueError(f"host {host.name} is there twice")
            if host.name.rpartition(".")[2] not in self.top:
                raise ValueError(f"host {host.name} is under none of top = {list(self.top)}")
            seen.add(host.name)
        closed = {a for host in self.host if not host.listens for a in host.addresses}
        for host in self.host:
            if host.listens and closed & set(host.addresses):
                raise ValueError(
                    f"host {host.name} listens at an address of one with listens = false"
                )
        return self

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        return tuple(one for host in self.host for one in host.expectations)


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a range folder. Raises `FanzhaError` that says what is wrong, and where."""
    path = directory / MANIFEST
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FanzhaError(
            f"expected a range folder with a {MANIFEST}; {path} is not there; "
            "docs/range.md shows the smallest one"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FanzhaError(f"{path} is not valid TOML in UTF-8: {error}") from error
    try:
        manifest = Manifest.model_validate(table)
    except ValidationError as error:
        raise FanzhaError(_told(path, table, error)) from error
    for host in manifest.host:
        if host.pages is not None and not (directory / "sites" / host.pages).is_dir():
            raise FanzhaError(
                f"{path}: host {host.name} names pages = {host.pages!r}, but "
                f"{directory / 'sites' / host.pages} is no folder; make it, or leave `pages` out"
            )
    return manifest


def _told(path: Path, table: dict[str, object], error: ValidationError) -> str:
    told = []
    for one in error.errors():
        where = [str(part) for part in one["loc"]]
        hosts = table.get("host")
        if where[:1] == ["host"] and len(where) > 1 and isinstance(hosts, list):
            host = hosts[int(where[1])]
            named = host.get("name", "without a name") if isinstance(host, dict) else host
            where[:2] = [f"host {named}"]
        told.append(f"{path}: {' → '.join(where) or 'manifest'}: {one['msg']}")
    return "\n".join(told)
