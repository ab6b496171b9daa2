"""One visit to one site: the hops it took and how it ended, filled in while the crawl goes on."""

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.nouns import Indicator, Json
from spiders.site_time import SiteTime

MOBILE, DESKTOP = "mobile", "desktop"
"""The two profiles: as a victim's phone, and as an office computer."""

PageFacts = dict[str, Json]
"""A `spiders.extract.Page` as JSON: pages are read in other processes, and come from there so."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they went over the wire; the body is in the evidence file."""

    url: str
    at: datetime
    ip: str | None
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    """As they came, in their order."""
    sha256: str
    """Of the body, decoded of its content coding and at most `crawl.max_bytes` long."""
    size: int
    truncated: str | None = None
    """`length`, `time` or `disconnect` where the body was cut (WARC 1.1, WARC-Truncated)."""
    certificate: bytes | None = None
    """The server's certificate in DER."""

    def header(self, name: str) -> str | None:
        """The first header of a name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def cookie(self) -> str:
        """What cookies were sent."""
        return next((value for key, value in self.request_headers if key == "Cookie"), "")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a chain: how the visitor came to it, and what was answered."""

    kind: str
    """`start`, or what led here: `http`, `refresh` (the header), `meta`, `js`, `iframe`, or `rendered` for
    what only a browser follows."""
    exchange: Exchange


@dataclass(slots=True)
class Visit:
    """A visit under one profile. `urls` are tried in turn until one answers."""

    urls: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    profile: str
    order: int
    parent: "Visit | None" = None
    """The visit whose twin or branch this is."""
    attempt: int = 0
    begun: bool = False
    """Whether anything was answered, or failed."""
    patient: bool = True
    """False after a way in was not answered in time: the next ones are waited for less long."""
    time: SiteTime = field(default_factory=SiteTime)
    """The one clock of a visit, its twin and its branches."""
    pending: int = 1
    """What is still out: the chain of hops, twin, branches, further pages, icon."""
    received: int = 0
    """Bytes of all bodies that came for this visit and its twin, decoded."""
    ended: bool = False
    hops: list[Hop] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Host → its cookies: sent back to that very host alone, and forgotten with the visit."""
    asked: list[str] = field(default_factory=list)
    """Addresses of further pages that were asked for, in the order of the links to them."""
    further: list[PageFacts] = field(default_factory=list)
    """Other pages of the site that were looked at."""
    records: list[Json] = field(default_factory=list)
    """Places in the evidence file of everything that was fetched, in order."""
    state: str | None = None
    page: PageFacts | None = None
    rendered: PageFacts | None = None
    unrendered: str | None = None
    """Why a page was not seen in the browser though it should have been, as `page.unrendered`."""
    moved: list[Hop] = field(default_factory=list)
    """Where the page's scripts took the browser, after the hops."""
    dom: bytes | None = None
    """The document after its scripts ran, as HTML in UTF-8."""
    screenshot: bytes | None = None
    twin: "Visit | None" = None
    """The same site under the other profile."""
    branches: list["Visit"] = field(default_factory=list)
    """Where pages lead that are pages of their own, or lead to several places; and pages that were left
    although a browser might stay there (their kind is `left`)."""

    @property
    def final(self) -> Exchange | None:
        """The last answer, if there was any."""
        return self.hops[-1].exchange if self.hops else None

    @property
    def parts(self) -> tuple["Visit", ...]:
        """The visit and its branches: whatever a phone was shown."""
        return (self, *self.branches)

    def forget_parts(self) -> None:
        """Let go of twin and branches, which refer back here: so they need nobody to look for circles."""
        self.twin = None
        self.branches.clear()

    @property
    def whole(self) -> "Visit":
        """The visit that this one belongs to, which may be itself."""
        return self.parent or self
