"""The review queue: subjects that a person must settle; one open item per subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Float, Index, Table, Text, case, func, select, update

from pipeline.nouns import Indicator
from pipeline.store.schema import IndicatorKey, UtcTime, metadata, upsert
from pipeline.store.schema import Sequence as Counter

reviews = Table(
    "reviews",
    metadata,
    Column("subject", IndicatorKey, primary_key=True),
    Column("target", IndicatorKey, nullable=False),
    Column("verdict", Text),
    Column("why", Text, nullable=False),
    Column("priority", Float, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("decision", Text),
    Column("version", Counter, nullable=False, default=0),
    Index("ix_reviews_closed_at_priority", "closed_at", "priority"),
)


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something a person must settle: what was judged, what a block would list, and why it is here."""

    subject: Indicator
    target: Indicator
    verdict: str | None
    why: str
    priority: float
    """Expected harm of waiting; the queue shows the greatest first."""
    opened_at: datetime
    closed_at: datetime | None = None
    decision: str | None = None


def open_items(connection: Connection, items: Sequence[ReviewItem]) -> None:
    """Put items into the queue; a subject that is there already gets the newer verdict and reason."""
    upsert(
        connection,
        reviews,
        (
            {
                "subject": item.subject,
                "target": item.target,
                "verdict": item.verdict,
                "why": item.why,
                "priority": item.priority,
                "opened_at": item.opened_at,
                "closed_at": None,
                "decision": None,
                "version": 0,
            }
            for item in items
        ),
        update=lambda new: {
            "target": new.target,
            "verdict": new.verdict,
            "why": new.why,
            "priority": new.priority,
            # One that was closed is opened anew; one that waits keeps its place in time.
            "opened_at": case(
                (reviews.c.closed_at.is_not(None), new.opened_at), else_=reviews.c.opened_at
            ),
            "closed_at": None,
            "decision": None,
            "version": reviews.c.version + 1,
        },
    )


def close_item(
    connection: Connection, subject: Indicator, *, decision: str | None, at: datetime
) -> bool:
    """Take an item off the queue; False where it was not open."""
    done = connection.execute(
        update(reviews)
        .where(reviews.c.subject == subject, reviews.c.closed_at.is_(None))
        .values(closed_at=at, decision=decision, version=reviews.c.version + 1)
    )
    return bool(done.rowcount)


def waiting(connection: Connection, *, limit: int = 50, offset: int = 0) -> list[ReviewItem]:
    """The open items, the greatest priority first."""
    query = (
        select(reviews)
        .where(reviews.c.closed_at.is_(None))
        .order_by(reviews.c.priority.desc(), reviews.c.subject)
        .limit(limit)
        .offset(offset)
    )
    return [_item(row) for row in connection.execute(query)]


def item_of(connection: Connection, subject: Indicator) -> ReviewItem | None:
    """The item of a subject, open or closed."""
    row = connection.execute(select(reviews).where(reviews.c.subject == subject)).first()
    return None if row is None else _item(row)


def count_waiting(connection: Connection) -> int:
    """How many items are open."""
    query = select(func.count()).select_from(reviews).where(reviews.c.closed_at.is_(None))
    return int(connection.scalar(query) or 0)


def _item(row: Any) -> ReviewItem:
    return ReviewItem(
        subject=row.subject,
        target=row.target,
        verdict=row.verdict,
        why=row.why,
        priority=row.priority,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        decision=row.decision,
    )
