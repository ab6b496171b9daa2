"""The ledger of points: every change of a subscriber's points with its reason. Append-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Table,
    Text,
    UniqueConstraint,
    select,
)

from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, insert_new, metadata

point_ledger = Table(
    "point_ledger",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("carrier", Text, nullable=False),
    Column("surrogate", BigInteger, nullable=False),
    Column("rule", Text, nullable=False),
    Column("points", Float, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    UniqueConstraint("carrier", "surrogate", "rule", "evidence"),
    Index("ix_point_ledger_carrier_surrogate", "carrier", "surrogate"),
)


@dataclass(frozen=True, slots=True)
class PointEntry:
    """One change of a subscriber's points."""

    rule: str
    points: float
    evidence: str
    """What it rests on: `calls:2026-03-01`, `visit:118`; the same evidence counts once per rule."""
    at: datetime
    actor: str
    """`points@VERSION` or `analyst:LOGIN`."""


def add_points(
    connection: Connection, carrier: str, entries: Iterable[tuple[int, PointEntry]]
) -> int:
    """Append entries of (surrogate, entry); those that are there already add nothing."""
    rows = [
        {
            "carrier": carrier,
            "surrogate": surrogate,
            "rule": entry.rule,
            "points": entry.points,
            "evidence": entry.evidence,
            "at": entry.at,
            "actor": entry.actor,
        }
        for surrogate, entry in entries
    ]
    return insert_new(connection, point_ledger, rows)


def ledgers_of(
    connection: Connection, carrier: str, surrogates: Sequence[int]
) -> Mapping[int, list[PointEntry]]:
    """The entries of each subscriber, oldest first; subscribers without any are left out."""
    found: dict[int, list[PointEntry]] = {}
    for start in range(0, len(surrogates), 500):
        query = (
            select(point_ledger)
            .where(
                point_ledger.c.carrier == carrier,
                point_ledger.c.surrogate.in_(surrogates[start : start + 500]),
            )
            .order_by(point_ledger.c.seq)
        )
        for row in connection.execute(query):
            entry = PointEntry(row.rule, row.points, row.evidence, row.at, row.actor)
            found.setdefault(row.surrogate, []).append(entry)
    return found
