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
    bindparam,
    exists,
    select,
    update,
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


def rekey_points(connection: Connection, carrier: str, new_of: Mapping[int, int]) -> int:
    """Put a carrier's entries under the surrogates of a new key; returns how many subscribers moved.

    The only change that the ledger knows: it renames who is meant, never what was entered. An entry
    that stands under the new surrogate already stays behind.
    """
    query = select(point_ledger.c.surrogate).where(point_ledger.c.carrier == carrier).distinct()
    known = [s for s in connection.scalars(query) if s in new_of]
    there = point_ledger.alias()
    move = (
        update(point_ledger)
        .where(
            point_ledger.c.carrier == carrier,
            point_ledger.c.surrogate == bindparam("old"),
            ~exists().where(
                there.c.carrier == carrier,
                there.c.surrogate == bindparam("new"),
                there.c.rule == point_ledger.c.rule,
                there.c.evidence == point_ledger.c.evidence,
            ),
        )
        .values(surrogate=bindparam("new"))
    )
    if known:
        connection.execute(move, [{"old": s, "new": new_of[s]} for s in known])
    return len(known)
