"""Everything an analyst sees of one item, gathered in one consistent read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.artifacts import ArtifactStore
from pipeline.errors import NotAnIndicatorError
from pipeline.evidence import assemble
from pipeline.indicators import read_key
from pipeline.nouns import (
    Decision,
    Evidence,
    Indicator,
    Json,
    Observation,
    ReportTally,
    Verdict,
)
from pipeline.review.blast import scopes_of
from pipeline.review.desk import Desk
from pipeline.store import Connection, locks, proposals
from pipeline.store.appeals import Appeal, appeals_of
from pipeline.store.decisions import heads_of, history
from pipeline.store.observations import observations_of
from pipeline.store.proposals import Proposal
from pipeline.store.reviews import ReviewItem, item_of, items_of
from pipeline.store.surroundings import SourceTally, said_by_source
from pipeline.store.tallies import tallies
from pipeline.store.verdicts import latest_verdicts, verdict_by_id

MAX_FAMILY = 200
"""Members of a family that are shown and settled together."""
FIRST_MEMBERS = 8
"""Members that the page of one item shows."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a family: what it shares with the subject, and what is known of it in short."""

    indicator: Indicator
    by: str
    verdict: Verdict | None
    head: Decision | None
    item: ReviewItem | None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One subject with all that is known of it."""

    subject: Indicator
    target: Indicator
    item: ReviewItem | None
    verdict: Verdict | None
    evidence: Evidence
    seen: tuple[Observation, ...]
    said: tuple[SourceTally, ...]
    scopes: tuple[Indicator, ...]
    heads: dict[Indicator, Decision]
    """The last decision of each scope that has one."""
    history: tuple[Decision, ...]
    """Every decision on any of the scopes, oldest first."""
    appeals: tuple[Appeal, ...]
    proposal: Proposal | None
    holder: str | None
    """Who works on it."""
    family: tuple[Member, ...]
    relatives: int
    """How many there are in the family, shown or not."""


def read_item(
    tx: Connection, desk: Desk, subject: Indicator, *, now: datetime, members: int = FIRST_MEMBERS
) -> ItemPage | None:
    """The page of a subject, with the first `members` of its family; None where nothing is known."""
    item = item_of(tx, subject)
    seen = observations_of(tx, [subject])[subject]
    standing = desk.settings.intake.standing
    tally = tallies(tx, [subject], standing=standing).get(subject)
    verdict = _verdict(tx, item, subject)
    target = item.target if item is not None else subject
    scopes = scopes_of(subject, target)
    heads = heads_of(tx, scopes)
    if item is None and not seen and tally is None and verdict is None and not heads:
        return None
    evidence = assemble(subject, seen, tally or ReportTally(), at=now)
    named = family_links(subject, evidence.facts.get("links"))
    decided = [decision for scope in scopes for decision in history(tx, scope)]
    return ItemPage(
        subject=subject,
        target=target,
        item=item,
        verdict=verdict,
        evidence=evidence,
        seen=tuple(seen),
        said=tuple(said_by_source(tx, subject, verified=standing.verified)),
        scopes=tuple(scopes),
        heads=heads,
        history=tuple(sorted(decided, key=lambda d: d.decided_at)),
        appeals=tuple(appeal for scope in scopes for appeal in appeals_of(tx, scope)),
        proposal=proposals.open_proposal_for(tx, subject),
        holder=locks.holder(tx, subject, at=now),
        family=read_family(tx, list(named.items())[:members]),
        relatives=len(named),
    )


def picture_of(artifacts: ArtifactStore, subject: Indicator) -> str | None:
    """Sha256 of the newest screenshot that was taken of a subject; None where there is none."""
    taken = [
        (str(visit.get("at", "")), str(record["sha256"]))
        for visit in artifacts.visits_to(subject)
        for record in visit["records"]
        if record.get("kind") == "image/png" and record.get("sha256")
    ]
    return max(taken)[1] if taken else None


def members_of(tx: Connection, subject: Indicator) -> list[Indicator]:
    """A subject and its family, as its newest `links` observation says."""
    seen = observations_of(tx, [subject], prop="links")[subject]
    return [subject, *family_links(subject, seen[-1].value if seen else None)]


def read_family(tx: Connection, named: Sequence[tuple[Indicator, str]]) -> tuple[Member, ...]:
    """What is known in short of those that share something with a subject, and what they share."""
    indicators = [indicator for indicator, _ in named]
    verdicts = latest_verdicts(tx, indicators)
    heads, items = heads_of(tx, indicators), items_of(tx, indicators)
    return tuple(Member(i, by, verdicts.get(i), heads.get(i), items.get(i)) for i, by in named)


def family_links(subject: Indicator, links: Json) -> dict[Indicator, str]:
    """Members and what they share, from the value of a `links` observation; at most `MAX_FAMILY`."""
    found: dict[Indicator, list[str]] = {}
    for link in links if isinstance(links, list) else []:
        indicator = read_subject(str(link.get("indicator", "")))
        if indicator is not None and indicator != subject:
            found.setdefault(indicator, []).append(str(link.get("by", "")))
    return {i: ", ".join(dict.fromkeys(by)) for i, by in list(found.items())[:MAX_FAMILY]}


def read_subject(text: str) -> Indicator | None:
    """The subject that an address of the console names: a key as the store writes it, or any text.

    None where it names nothing that can be listed.
    """
    try:
        return read_key(text)
    except NotAnIndicatorError:
        return None


def _verdict(tx: Connection, item: ReviewItem | None, subject: Indicator) -> Verdict | None:
    """The newest verdict, or else the one that the item was opened with."""
    newest = latest_verdicts(tx, [subject]).get(subject)
    if newest is None and item is not None and item.verdict is not None:
        return verdict_by_id(tx, item.verdict)
    return newest
