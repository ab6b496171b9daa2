"""Observations and reports → `Evidence`: all that is known about one indicator, put together."""

from collections.abc import Sequence
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
