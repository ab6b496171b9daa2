"""A name → its case: the decisions that meet it, what they were judged from, and all that is known of
these (for `fanzha evidence`, and whoever answers an appeal)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from pipeline.indicators import host_of
from pipeline.nouns import Decision, Indicator, Kind, Observation, Verdict
from pipeline.retention import scopes_above
from pipeline.store import Connection
from pipeline.store.decisions import heads_of, history
from pipeline.store.observations import observations_of
from pipeline.store.surroundings import MAX_NAMES, names_under
from pipeline.store.verdicts import latest_verdicts, verdict_by_id


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that was seen, and what was thought of it."""

    indicator: Indicator
    observations: tuple[Observation, ...]
    verdicts: tuple[Verdict, ...]
    """Those that the decisions rest on and the newest, oldest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known about one name, page or number."""

    asked: Indicator
    decisions: tuple[Decision, ...]
    """About it, its host and the domains above it, whole chains; and the last ones below it."""
    subjects: tuple[Subject, ...]
    """What was asked for first, then what decisions were judged from, then what lies below."""
    is_cut: bool
    """Whether more lies below than was looked up (`pipeline.store.surroundings.MAX_NAMES`)."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known at all."""
        known = any(one.observations or one.verdicts for one in self.subjects)
        return not known and not self.decisions

    @property
    def facts(self) -> int:
        """How many facts are known."""
        return sum(len(one.observations) for one in self.subjects)


def case_of(connection: Connection, asked: Indicator) -> Case:
    """The case of an indicator, by whatever name it was listed or reported.

    A block stands on a domain, while its evidence is that of a URL which somebody reported; so what
    every decision was judged from belongs to the case, and what lies below the name, as retention
    holds it (`pipeline.retention`).
    """
    below = _below(connection, asked)
    is_cut = len(below) > MAX_NAMES
    below = [one for one in below[:MAX_NAMES] if one != asked]
    scopes = [asked, *scopes_above(asked)]
    chains = [history(connection, scope) for scope in scopes]
    chains.append(list(heads_of(connection, [one for one in below if one not in scopes]).values()))
    decisions = sorted(chain.from_iterable(chains), key=lambda one: one.decided_at)
    judged = [one.subject for one in decisions if one.subject is not None]
    wanted = list(dict.fromkeys([asked, *judged, *below]))
    seen = observations_of(connection, wanted)
    verdicts = _verdicts(connection, wanted, decisions)
    subjects = [Subject(one, tuple(seen[one]), tuple(verdicts.get(one, ()))) for one in wanted]
    return Case(
        asked,
        tuple(decisions),
        tuple(
            one for one in subjects if one.indicator == asked or one.observations or one.verdicts
        ),
        is_cut,
    )


def _below(connection: Connection, asked: Indicator) -> list[Indicator]:
    host = host_of(asked)
    if asked.kind in {Kind.URL, Kind.NUMBER} or host is None:
        return []
    return names_under(connection, host, limit=MAX_NAMES + 1)


def _verdicts(
    connection: Connection, wanted: Iterable[Indicator], decisions: Iterable[Decision]
) -> dict[Indicator, list[Verdict]]:
    newest = latest_verdicts(connection, list(wanted)).values()
    ids = {one.verdict for one in decisions if one.verdict is not None}
    ids -= {verdict.id for verdict in newest}
    rested_on = (verdict_by_id(connection, one) for one in sorted(ids))
    found: dict[Indicator, list[Verdict]] = {}
    for verdict in sorted(
        (one for one in (*newest, *rested_on) if one is not None), key=lambda one: one.at
    ):
        found.setdefault(verdict.indicator, []).append(verdict)
    return found
