"""Observations and reports → `Evidence`: all that is known about one indicator, put together."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.nouns import Evidence, Indicator, Json, Observation, ReportTally, Standing
from pipeline.properties import PROPERTIES
from pipeline.store import Connection
from pipeline.store.observations import observations_of
from pipeline.store.tallies import tallies


def assemble(
    indicator: Indicator, observations: Sequence[Observation], tally: ReportTally, *, at: datetime
) -> Evidence:
    """Evidence from facts in the order they were last seen: of each property, the newest counts."""
    facts: dict[str, Json] = {o.prop: o.value for o in observations if o.prop in PROPERTIES}
    return Evidence(indicator, at, facts, tally)


def gather(
    connection: Connection, indicators: Sequence[Indicator], *, standing: Standing, at: datetime
) -> list[Evidence]:
    """Everything the store knows about each indicator, in the order they were asked for."""
    seen = observations_of(connection, indicators)
    heard = tallies(connection, indicators, standing=standing)
    return [assemble(i, seen[i], heard.get(i, ReportTally()), at=at) for i in indicators]
