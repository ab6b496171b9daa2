"""Observations: facts, each kept once with the first and the last time it was seen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import JSON, Column, Connection, Index, Table, Text, select

from pipeline.nouns import Indicator, Observation
from pipeline.store.schema import IndicatorKey, UtcTime, metadata, upsert

observations = Table(
    "observations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("indicator", IndicatorKey, nullable=False),
    Column("prop", Text, nullable=False),
    Column("value", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("artifact", Text),
    Index("ix_observations_indicator_prop", "indicator", "prop"),
)


def add_observations(connection: Connection, batch: Iterable[Observation]) -> list[Indicator]:
    """Store facts; one that was seen before keeps its first time and moves its last.

    Returns the indicators of which something new was seen.
    """
    facts = {o.id: o for o in batch}
    known: set[str] = set()
    ids = list(facts)
    for start in range(0, len(ids), 500):
        query = select(observations.c.id).where(observations.c.id.in_(ids[start : start + 500]))
        known.update(connection.scalars(query))
    upsert(
        connection,
        observations,
        [
            {
                "id": key,
                "indicator": o.indicator,
                "prop": o.prop,
                "value": o.value,
                "source": o.source,
                "first_seen": o.first_seen,
                "last_seen": o.last_seen,
                "artifact": o.artifact,
            }
            for key, o in facts.items()
        ],
        update=lambda new: {"last_seen": new.last_seen},
    )
    return list(dict.fromkeys(o.indicator for key, o in facts.items() if key not in known))


def observed_since(connection: Connection, prop: str, *, since: datetime) -> Iterator[Observation]:
    """The facts of one property that were seen at or after a time."""
    query = select(
        observations.c.indicator,
        observations.c.prop,
        observations.c.value,
        observations.c.source,
        observations.c.first_seen,
        observations.c.last_seen,
        observations.c.artifact,
    ).where(observations.c.prop == prop, observations.c.last_seen >= since)
    for row in connection.execute(query):
        yield Observation(*row)


def observations_of(
    connection: Connection, indicators: Sequence[Indicator], *, prop: str | None = None
) -> dict[Indicator, list[Observation]]:
    """All facts about each indicator, or those of one property, oldest first by when last seen."""
    found: dict[Indicator, list[Observation]] = {indicator: [] for indicator in indicators}
    for start in range(0, len(indicators), 500):
        query = (
            select(
                observations.c.indicator,
                observations.c.prop,
                observations.c.value,
                observations.c.source,
                observations.c.first_seen,
                observations.c.last_seen,
                observations.c.artifact,
            )
            .where(observations.c.indicator.in_(indicators[start : start + 500]))
            .order_by(observations.c.last_seen, observations.c.first_seen, observations.c.id)
        )
        if prop is not None:
            query = query.where(observations.c.prop == prop)
        for row in connection.execute(query):
            found[row.indicator].append(Observation(*row))
    return found
