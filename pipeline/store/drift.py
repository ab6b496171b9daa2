"""How far scores and features drifted from training, per model and week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Float, Integer, Table, Text, select

from pipeline.store.schema import UtcTime, metadata, upsert

drift = Table(
    "drift",
    metadata,
    Column("model", Text, primary_key=True),
    Column("week", UtcTime, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("stability", Float, nullable=False),
    Column("rows", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Drift:
    """One feature, or the `score`, of one model in one week."""

    model: str
    week: datetime
    """Monday 00:00 UTC of the week."""
    name: str
    stability: float
    """Population stability index against training; from 0.25 on, another distribution."""
    rows: int


def week_of(at: datetime) -> datetime:
    """Monday 00:00 of the week of a time."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def record_drift(connection: Connection, found: Iterable[Drift]) -> None:
    """Keep measurements; measured again, a week's newer figures stand."""
    upsert(
        connection,
        drift,
        (
            {
                "model": d.model,
                "week": d.week,
                "name": d.name,
                "stability": d.stability,
                "rows": d.rows,
            }
            for d in found
        ),
        update=lambda new: {"stability": new.stability, "rows": new.rows},
    )


def drift_of(connection: Connection, model: str, *, limit: int = 1000) -> list[Drift]:
    """Measurements of a model, the newest week first, in it the farthest shift first."""
    query = (
        select(drift)
        .where(drift.c.model == model)
        .order_by(drift.c.week.desc(), drift.c.stability.desc(), drift.c.name)
        .limit(limit)
    )
    return [
        Drift(row.model, row.week, row.name, row.stability, row.rows)
        for row in connection.execute(query)
    ]
