"""Verdicts: opinions, append-only."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import JSON, Column, Connection, Float, Index, Select, Table, Text, select, text

from pipeline.categories import Category
from pipeline.nouns import Indicator, Label, Reason, Verdict
from pipeline.store.schema import IndicatorKey, UtcTime, insert_new, metadata
from pipeline.store.schema import Sequence as Counter

ORDINARY = 0.2
"""Probability below which a number counts as ordinary."""

# In these very words in query and index, or SQLite does not see that the one has what the other asks.
_ORDINARY = text(f"substr(indicator, 1, 7) = 'number:' AND probability < {ORDINARY}")

verdicts = Table(
    "verdicts",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("indicator", IndicatorKey, nullable=False),
    Column("label", Text, nullable=False),
    Column("category", Text),
    Column("probability", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("evidence_digest", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_verdicts_indicator_seq", "indicator", "seq"),
    # What a month's figures count, without reading the reasons.
    Index("ix_verdicts_at_label", "at", "label"),
    # Ordinary numbers in the order of a hash, of which a sample is drawn.
    Index("ix_verdicts_ordinary", "id", sqlite_where=_ORDINARY, postgresql_where=_ORDINARY),
)


def add_verdicts(connection: Connection, batch: Iterable[Verdict]) -> int:
    """Store verdicts; the same one again is stored once. Returns how many were new."""
    return insert_new(
        connection,
        verdicts,
        (
            {
                "id": v.id,
                "indicator": v.indicator,
                "label": v.label.value,
                "category": v.category.value if v.category else None,
                "probability": v.probability,
                "reasons": [asdict(reason) for reason in v.reasons],
                "evidence_digest": v.evidence_digest,
                "model": v.model,
                "at": v.at,
            }
            for v in batch
        ),
    )


def latest_verdicts(
    connection: Connection, indicators: Sequence[Indicator]
) -> dict[Indicator, Verdict]:
    """The newest verdict on each indicator that has one."""
    found: dict[Indicator, Verdict] = {}
    for start in range(0, len(indicators), 500):
        query = (
            select(verdicts)
            .where(verdicts.c.indicator.in_(indicators[start : start + 500]))
            .order_by(verdicts.c.seq)
        )
        for row in connection.execute(query):
            found[row.indicator] = _verdict(row)
    return found


def ordinary_numbers(connection: Connection, *, limit: int) -> list[Indicator]:
    """Numbers whose newest verdict is far from fraud: a sample by the hash of the verdict."""
    found = list(dict.fromkeys(connection.scalars(of_ordinary_numbers(limit))))
    newest = latest_verdicts(connection, found)
    return [number for number in found if newest[number].probability < ORDINARY]


def of_ordinary_numbers(limit: int) -> Select[tuple[Any]]:
    """The query behind `ordinary_numbers`, which reads one small index in its order."""
    return select(verdicts.c.indicator).where(_ORDINARY).order_by(verdicts.c.id).limit(limit)


def verdict_by_id(connection: Connection, verdict: str) -> Verdict | None:
    """The verdict of an id."""
    row = connection.execute(select(verdicts).where(verdicts.c.id == verdict)).first()
    return None if row is None else _verdict(row)


def _verdict(row: Any) -> Verdict:
    return Verdict(
        indicator=row.indicator,
        label=Label(row.label),
        category=Category(row.category) if row.category else None,
        probability=row.probability,
        reasons=tuple(Reason(**reason) for reason in row.reasons),
        evidence_digest=row.evidence_digest,
        model=row.model,
        at=row.at,
    )
