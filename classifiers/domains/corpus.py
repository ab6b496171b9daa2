"""Labelled data for the experts, as values. Reading files is the matter of `flows`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from classifiers.domains.site import Site
from pipeline.categories import Category
from pipeline.nouns import Evidence, Indicator, Kind

UNKNOWN_HOST = "host.invalid"
"""Stands for the host of a page whose host is not known; a name nobody can have (RFC 2606)."""

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""The present of rows that have no records: nothing in them has an age."""

WITHHELD: dict[str, str] = {
    "openphish": "non-commercial use only",
    "telecom5": "research only",
    "jpcert": "no licence stated",
}
"""Sources that must not enter a model that is passed on, and why; evaluation may use them."""


@dataclass(frozen=True, slots=True)
class HostRow:
    host: str
    label: int
    """1 fraud, 0 honest."""
    source: str
    seen: date | None = None


@dataclass(frozen=True, slots=True)
class PageRow:
    """A labelled page, or a labelled text in a page's place (then without `html_length`)."""

    page: Mapping[str, Any]
    label: int
    source: str
    group: str
    """Pages of one template, or texts of one wording, share it; a split never tears it apart."""
    seen: date | None = None
    kind: str | None = None
    """The source's own class, such as `FR:Phishing(Bank)`."""
    host: str = UNKNOWN_HOST

    def evidence(self) -> Evidence:
        """The row as evidence of a crawl that ended well."""
        facts = {"http.state": "ok", "page": dict(self.page)}
        return Evidence(Indicator(Kind.HOST, self.host), MOMENT, facts)

    def site(self) -> Site:
        return Site(self.evidence(), MOMENT)

    def bare(self) -> "PageRow":
        """The text of a page without its markup and description, as texts alone come."""
        page = {name: self.page.get(name) for name in ("title", "text", "language", "state")}
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Evidence that was crawled and settled by a person: what the pipeline learns from itself."""

    evidence: Evidence
    label: int
    category: Category | None
    settled: datetime


@dataclass(frozen=True, slots=True)
class Corpus:
    hosts: Sequence[HostRow] = ()
    pages: Sequence[PageRow] = ()
    """With markup."""
    texts: Sequence[PageRow] = ()
    """Without markup, not Chinese."""
    chinese: Sequence[PageRow] = ()
    """Without markup, Chinese."""
    settled: Sequence[EvidenceRow] = ()

    def without(self, sources: Mapping[str, str]) -> "Corpus":
        """The corpus without some sources."""
        return Corpus(
            [r for r in self.hosts if r.source not in sources],
            [r for r in self.pages if r.source not in sources],
            [r for r in self.texts if r.source not in sources],
            [r for r in self.chinese if r.source not in sources],
            self.settled,
        )

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows by part and source, for the card."""
        parts: dict[str, Sequence[HostRow | PageRow]] = {
            "hosts": self.hosts,
            "pages": self.pages,
            "texts": self.texts,
            "chinese": self.chinese,
        }
        found = {
            name: dict(sorted(Counter(r.source for r in rows).items()))
            for name, rows in parts.items()
        }
        return {**found, "settled": {"evidence": len(self.settled)}}
