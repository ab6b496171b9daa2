"""One visit to one site: the hops it took and how it ended, filled in while the crawl goes on."""

from dataclasses import dataclass, field
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
    truncated: str | None = None
    """`length` or `time` where the body was cut (WARC 1.1, WARC-Truncated)."""
    cookies: tuple[tuple[str, str], ...] = ()
    """Those that were sent."""
    certificate: bytes | None = None
    """The server's certificate in DER."""


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
    attempt: int = 0
    started: float | None = None
    """Monotonic seconds at which the first request went out."""
    hops: list[Hop] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Host → its cookies: sent back to that very host alone, and forgotten with the visit."""
    further: list[tuple[Exchange, Page | None]] = field(default_factory=list)
    """Other pages of the site that were looked at."""
    icon: Exchange | None = None
    state: str | None = None
    page: Page | None = None
    rendered: Page | None = None
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
        rest = [exchange for exchange, _ in self.further]
        return [hop.exchange for hop in self.hops] + rest + ([self.icon] if self.icon else [])
