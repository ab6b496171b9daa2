"""One visit to one site: the hops it took and how it ended, filled in while the crawl goes on."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.nouns import Indicator
from spiders.extract import Page

MOBILE, DESKTOP = "mobile", "desktop"
"""The two profiles: as a victim's phone, and as an office computer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they went over the wire, for the evidence file."""

    url: str
    at: datetime
    ip: str | None
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    """As they came, in their order."""
    body: bytes
    """Decoded of its content coding, at most `crawl.max_bytes`."""
    sha256: str
    """Of the body, which is gone once it stands in the evidence file."""
    size: int
    truncated: str | None = None
    """`length`, `time` or `disconnect` where the body was cut (WARC 1.1, WARC-Truncated)."""
    certificate: bytes | None = None
    """The server's certificate in DER."""

    def without_body(self) -> "Exchange":
        return replace(self, body=b"")

    def header(self, name: str) -> str | None:
        """The first header of a name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def cookie(self) -> str:
        """What cookies were sent."""
        return next((value for key, value in self.request_headers if key == "Cookie"), "")


def sha256_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a chain: how the visitor came to it, and what was answered."""

    kind: str
    """`start`, or what led here: `http`, `meta`, `js`, `iframe`."""
    exchange: Exchange


@dataclass(slots=True)
class Visit:
    """A visit under one profile. `urls` are tried in turn until one answers."""

    urls: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    profile: str
    order: int
    parent: "Visit | None" = None
    """The visit whose twin this is."""
    attempt: int = 0
    started: float | None = None
    """Monotonic seconds at which the first request went out."""
    pending: int = 0
    """Requests beside the chain of hops that are still out: twin, further pages, icon."""
    ended: bool = False
    hops: list[Hop] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Host → its cookies: sent back to that very host alone, and forgotten with the visit."""
    further: list[tuple[Exchange, Page | None]] = field(default_factory=list)
    """Other pages of the site that were looked at."""
    icon: Exchange | None = None
    state: str | None = None
    page: Page | None = None
    rendered: Page | None = None
    dom: bytes | None = None
    """The document after its scripts ran, as HTML in UTF-8."""
    screenshot: bytes | None = None
    twin: "Visit | None" = None
    """The same site under the other profile."""

    @property
    def final(self) -> Exchange | None:
        """The last answer, if there was any."""
        return self.hops[-1].exchange if self.hops else None

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything that was fetched, in order."""
        found = [hop.exchange for hop in self.hops]
        found += [exchange for exchange, _ in self.further]
        found += [self.icon] if self.icon else []
        return found + (self.twin.exchanges if self.twin else [])

    def drop_bodies(self) -> None:
        """Let go of the bodies, which stand in the evidence file by now."""
        self.hops = [Hop(hop.kind, hop.exchange.without_body()) for hop in self.hops]
        self.further = [(exchange.without_body(), page) for exchange, page in self.further]
        self.icon = self.icon.without_body() if self.icon else None
        if self.twin:
            self.twin.drop_bodies()
