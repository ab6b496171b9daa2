"""The nouns of the whole way, as immutable values: report → evidence → verdict → decision → entry.

Each noun has one maker, named in its docstring; everybody else receives it. Times are aware
datetimes in UTC. Ids are sha256 in hex over the content, so that making the same value twice
gives the same id and storing it twice changes nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipeline.categories import Category

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""


def canonical_json(value: Json) -> bytes:
    """The one byte form of a JSON value (sorted keys, no spaces, UTF-8), for digests and files."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Json) -> str:
    """Sha256, in hex, of the canonical form of a JSON value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


class Kind(StrEnum):
    """What an indicator points at; also the scope of a decision and of an entry."""

    URL = "url"
    """One page: scheme, host, port, path and query."""
    HOST = "host"
    """One host name or address, without its subdomains."""
    DOMAIN = "domain"
    """A registrable domain (or a name below it) with all its subdomains."""
    NUMBER = "number"
    """One phone number."""


# Keys are read by the hundred thousand, and an enumeration is slow to ask.
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True, order=True)
class Indicator:
    """A thing that can be listed. Made by `pipeline.indicators` alone.

    `value` is canonical: an A-label host in lower case, a normalised WHATWG URL, a number in E.164
    (`+8613800138000`) or, where a number has no E.164 form, the short code itself (`95588`).
    """

    kind: Kind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.value}"

    @classmethod
    def from_key(cls, key: str) -> "Indicator":
        """Read back `str(indicator)`, the form in which the store keeps it; no parsing is done."""
        kind, _, value = key.partition(":")
        return cls(_KINDS.get(kind) or Kind(kind), value)


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody's claim about one or more indicators. Made by `pipeline.intake` alone."""

    source: str
    """Who passed the report on, as configured: `npa165`, `12321`, `cli`."""
    indicators: tuple[Indicator, ...]
    raw_sha256: str
    """Sha256 of the row as it came."""
    received_at: datetime
    reporter: str | None = None
    """Keyed hash of the person or account who reported; None where the source gives nobody."""
    reported_at: datetime | None = None
    category: Category | None = None
    count: int = 1
    """How many cases the source counts in this row; one source stays one voice all the same."""

    @property
    def id(self) -> str:
        """The same row of the same source is the same report, whenever and however often it comes."""
        return digest([self.source, self.reporter, self.raw_sha256])


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact about an indicator. Made by `spiders` and the feed readers.

    `prop` is a name of `pipeline.properties`; the id leaves time out, so that seeing the same fact
    again only moves `last_seen`.
    """

    indicator: Indicator
    prop: str
    value: Json
    source: str
    first_seen: datetime
    last_seen: datetime
    artifact: str | None = None
    """Sha256 of the stored bytes the fact was read from, if there are any."""

    @property
    def id(self) -> str:
        return digest([str(self.indicator), self.prop, self.value, self.source, self.artifact])


@dataclass(frozen=True, slots=True)
class Standing:
    """What the word of each source is worth, by settings; of one that is not named, the least."""

    trusted: frozenset[str] = frozenset()
    """Sources whose single report corroborates."""
    verified: frozenset[str] = frozenset()
    """Sources that check who reports: there each reporter is a voice, elsewhere the source is one."""


@dataclass(frozen=True, slots=True)
class ReportTally:
    """What the reports of one indicator add up to; many rows of one source are one voice."""

    reports: int = 0
    reporters: int = 0
    """Independent voices: distinct reporters of sources that check them, and other sources."""
    weight: float = 0.0
    """The same voices, each weighed by how often it was right (`pipeline.store.voices`)."""
    sources: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    """Those of the sources that settings call trusted."""
    categories: tuple[Category, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known about one indicator at one time. Made by `pipeline.evidence` alone."""

    indicator: Indicator
    at: datetime
    facts: Mapping[str, Json]
    """Newest value of each property of `pipeline.properties`; a missing key means unknown."""
    tally: ReportTally = ReportTally()

    @property
    def digest(self) -> str:
        """Sha256 over what is known, leaving out when it was put together."""
        tally = [self.tally.reports, self.tally.reporters, *self.tally.sources]
        return digest([str(self.indicator), dict(self.facts), tally])


class Label(StrEnum):
    """A classifier's opinion in one word."""

    MALICIOUS = "malicious"
    COMPROMISED = "compromised"
    """A legitimate site into which somebody put fraud; never listed as a whole domain."""
    BENIGN = "benign"
    UNKNOWN = "unknown"
    """Too little evidence for an opinion."""
    PARKED = "parked"
    DEAD = "dead"
    """Did not resolve, did not answer, or answers that nothing is there."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is what it is: one sentence in two languages and what it weighed."""

    id: str
    weight: float
    """Contribution to the log-odds of fraud: positive speaks for fraud, negative against."""
    zh: str
    en: str
    extract: str = ""
    """The piece of evidence it rests on, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A classifier's opinion of one indicator. Made by `classifiers` alone."""

    indicator: Indicator
    label: Label
    category: Category | None
    probability: float
    """Calibrated probability of fraud, 0 to 1."""
    reasons: tuple[Reason, ...]
    evidence_digest: str
    model: str
    """Name and version of the model or rule set: `site-rules@1`."""
    at: datetime

    @property
    def id(self) -> str:
        return digest([str(self.indicator), self.evidence_digest, self.model, self.at.isoformat()])


class Action(StrEnum):
    """What is done about an indicator."""

    BLOCK = "block"
    ALLOW = "allow"
    """Never list it, nor anything under it, while this is live."""
    WATCH = "watch"
    """Look again later; lists nothing."""
    DISMISS = "dismiss"
    """Nothing is wrong or nothing is there; lists nothing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done. Made by `pipeline.policy` and `pipeline.review` alone.

    Its indicator is the very thing that is listed or spared, so its kind is the scope. Decisions are
    append-only: a later one names the one it supersedes, and per indicator one at most is live.
    """

    indicator: Indicator
    action: Action
    category: Category | None
    reason: str
    actor: str
    """`policy:NAME@VERSION` or `analyst:LOGIN`."""
    decided_at: datetime
    expires_at: datetime | None = None
    subject: Indicator | None = None
    """What was judged, where it is not the indicator itself (a URL that leads to its host)."""
    verdict: str | None = None
    """Id of the verdict it rests on."""
    supersedes: str | None = None
    """Id of the decision that it replaces."""

    @property
    def scope(self) -> Kind:
        return self.indicator.kind

    @property
    def id(self) -> str:
        return digest(
            [
                str(self.indicator),
                self.action.value,
                self.reason,
                self.actor,
                self.decided_at.isoformat(),
                self.expires_at.isoformat() if self.expires_at else None,
                self.supersedes,
            ]
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a blocklist. Made by `blocklists.build` alone."""

    indicator: Indicator
    category: Category
    listed_at: datetime
    expires_at: datetime | None
    decision: str

    @property
    def scope(self) -> Kind:
        return self.indicator.kind


class Relieves(StrEnum):
    """Whose un-blocks go out while a release waits for a person; the widest first."""

    ALL = "all"
    PEOPLE = "people"
    """What people lifted: what the policy lifted is over a ceiling itself."""
    EXACT = "exact"
    """What people lifted, each by itself: what one of them would spare beside it is over a ceiling."""
    APART = "apart"
    """The same without the person who lifted most: that many are over a ceiling."""
    NOTHING = "nothing"
    """Nobody's: what stands is published again before it expires."""


@dataclass(frozen=True, slots=True)
class Relief:
    """What a release takes into account beyond its cut, while the rest waits for a person."""

    cut: int
    """Blocks that stood at the release's cut are lifted and renewed by decisions up to this one."""
    as_of: datetime
    """What expired until then has left."""
    of: Relieves


@dataclass(frozen=True, slots=True)
class Release:
    """An immutable, numbered set of files. Made by `blocklists.release` alone."""

    serial: int
    at: datetime
    cut: int
    """The last decision, by its sequence number, that this release takes into account."""
    previous: str | None
    """Sha256 of the manifest of the release before; None for the first."""
    manifest_sha256: str
    entries: int
    relief: Relief | None = None
    """Set where new blocks beyond the cut are held, and un-blocks went out without them."""

    @property
    def as_of(self) -> datetime:
        """The time until which what expired has left."""
        return self.relief.as_of if self.relief else self.at


@dataclass(frozen=True, slots=True)
class Receipt:
    """A carrier's word of what it loaded. Made by `blocklists.server` alone."""

    consumer: str
    serial: int
    sha256: str
    enforced: int
    at: datetime
    """When, as the carrier says."""
    received_at: datetime | None = None
    """When it arrived here; None before it has."""
