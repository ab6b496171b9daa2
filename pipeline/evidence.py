"""Observations and reports → `Evidence`: all that is known about one indicator, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.nouns import Evidence, Indicator, Json, Observation, ReportTally, Standing
from pipeline.properties import OF_A_VISIT, PROPERTIES
from pipeline.store import Connection
from pipeline.store.observations import observations_of
from pipeline.store.tallies import tallies


def assemble(
    indicator: Indicator,
    observations: Sequence[Observation],
    tally: ReportTally,
    *,
    at: datetime,
    outdated: bool = False,
) -> Evidence:
    """Evidence from facts in the order they were last seen: of each property, the newest counts.

    What a visit shows is said of that visit alone: a page, or a difference between profiles, that the
    newest visit did not show is a former owner's, or is mended. Unless `outdated` facts are asked for,
    those of former visits are left out.

    A number is given to somebody else after a while, and behaviour does not pass on with it: calls
    from before their window are left out, unless `outdated` ones are asked for, to learn from.
    """
    visited = max((o.last_seen for o in observations if o.prop == "http.state"), default=None)
    facts: dict[str, Json] = {
        o.prop: o.value
        for o in observations
        if o.prop in PROPERTIES
        and (outdated or visited is None or o.prop not in OF_A_VISIT or o.last_seen >= visited)
    }
    for prop in ("calls", "spoofed"):
        if not outdated and _is_outdated(facts.get(prop), at):
            del facts[prop]
    return Evidence(indicator, at, facts, tally)


def last_called(calls: Json) -> date | None:
    """The local day of the last call that a fact about calls rests on; None where it names none."""
    if not isinstance(calls, dict):
        return None
    day = calls.get("called_on") or calls.get("last_day") or calls.get("day")
    return date.fromisoformat(day) if day else None


def _is_outdated(calls: Json, at: datetime) -> bool:
    day = last_called(calls)
    return day is not None and at.date() - day > timedelta(days=calls.get("window", 0))


def gather(
    connection: Connection,
    indicators: Sequence[Indicator],
    *,
    standing: Standing,
    at: datetime,
    outdated: bool = False,
) -> list[Evidence]:
    """Everything the store knows about each indicator, in the order they were asked for.

    `outdated`: with call facts that are too old to judge by, which tell what was once decided on.
    """
    seen = observations_of(connection, indicators)
    heard = tallies(connection, indicators, standing=standing)
    return [
        assemble(i, seen[i], heard.get(i, ReportTally()), at=at, outdated=outdated)
        for i in indicators
    ]


def gather_as_of(
    connection: Connection, moments: Mapping[Indicator, datetime], *, standing: Standing
) -> list[Evidence]:
    """What the store knew about each indicator at its own moment, such as that of a decision: what
    came later, by reports or by another visit, is left out."""
    asked = list(moments)
    seen = observations_of(connection, asked)
    heard = tallies(connection, asked, standing=standing, until=moments)
    return [
        assemble(i, _as_of(seen[i], at), heard.get(i, ReportTally()), at=at)
        for i, at in moments.items()
    ]


def _as_of(observations: Sequence[Observation], at: datetime) -> list[Observation]:
    """The facts that were known at a time, in the order in which they had last been seen then.

    Of a fact that was seen before and after, the times between are not kept: it stood at the last
    visit that any fact of a visit tells of.
    """
    known = [o for o in observations if o.first_seen <= at]
    told = {t for o in known if o.prop in OF_A_VISIT for t in (o.first_seen, o.last_seen)}
    visited = max((t for t in told if t <= at), default=at)
    clipped = [
        o if o.last_seen <= at
        else replace(o, last_seen=max(o.first_seen, visited if o.prop in OF_A_VISIT else at))
        for o in known
    ]  # fmt: skip
    return sorted(clipped, key=lambda o: (o.last_seen, o.first_seen))
