"""Resolutions: who asked for the number behind a surrogate, when and why. Append-only."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Index, Table, Text, insert, select

from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, metadata

EVERYBODY = 0
"""Surrogate of an entry that speaks of all numbers of a carrier's feed, not of one."""

resolutions = Table(
    "resolutions",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("carrier", Text, nullable=False),
    Column("surrogate", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_resolutions_carrier_surrogate", "carrier", "surrogate"),
)


def add_resolutions(
    connection: Connection,
    surrogates: Iterable[int],
    *,
    carrier: str,
    actor: str,
    purpose: str,
    at: datetime,
) -> int:
    """Write down that an actor asks for these numbers; to be done before they are opened."""
    rows = [
        {"carrier": carrier, "surrogate": s, "actor": actor, "purpose": purpose, "at": at}
        for s in sorted(set(surrogates))
    ]
    if rows:
        connection.execute(insert(resolutions), rows)
    return len(rows)


def resolutions_of(
    connection: Connection, carrier: str, surrogate: int
) -> list[tuple[datetime, str, str]]:
    """Who asked for a number, as (time, actor, purpose), oldest first."""
    query = (
        select(resolutions.c["at"], resolutions.c.actor, resolutions.c.purpose)
        .where(resolutions.c.carrier == carrier, resolutions.c.surrogate == surrogate)
        .order_by(resolutions.c.seq)
    )
    return [(row.at, row.actor, row.purpose) for row in connection.execute(query)]
