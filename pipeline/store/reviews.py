"""The review queue: subjects that a person must settle; one open item per subject."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    Index,
    Table,
    Text,
    case,
    func,
    select,
    update,
)

from pipeline.nouns import Indicator
from pipeline.store.schema import IndicatorKey, UtcTime, metadata, upsert
from pipeline.store.schema import Sequence as Counter
from pipeline.store.verdicts import verdicts
from pipeline.whys import Why, from_json, recognise

reviews = Table(
    "reviews",
    metadata,
    Column("subject", IndicatorKey, primary_key=True),
    Column("target", IndicatorKey, nullable=False),
    Column("verdict", Text),
    # In English, and beside it what it is made of; rows of earlier versions have the text alone.
    Column("why", Text, nullable=False),
    Column("why_id", Text),
    Column("why_args", JSON),
    Column("priority", Float, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("decision", Text),
    Column("version", Counter, nullable=False, default=0),
    # What the queue is filtered by, copied from the subject and its verdict when an item opens.
    Column("kind", Text, nullable=False, server_default=""),
    Column("label", Text),
    Column("category", Text),
    Column("probability", Float),
    # How far the probability is from one half: the order of what would teach most.
    Column("clarity", Float),
    Index("ix_reviews_closed_at_clarity", "closed_at", "clarity"),
    Index("ix_reviews_closed_at_opened_at", "closed_at", "opened_at"),
    # With the subject, so that a part of it is looked for in the index alone.
    Index("ix_reviews_closed_at_priority_subject", "closed_at", "priority", "subject"),
    Index("ix_reviews_closed_at_why_id_priority", "closed_at", "why_id", "priority"),
    Index("ix_reviews_closed_at_kind_priority", "closed_at", "kind", "priority"),
    Index("ix_reviews_closed_at_category_priority", "closed_at", "category", "priority"),
)


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something a person must settle: what was judged, what a block would list, and why it is here."""

    subject: Indicator
    target: Indicator
    verdict: str | None
    why: Why
    priority: float
    """Expected harm of waiting; the queue shows the greatest first."""
    opened_at: datetime
    closed_at: datetime | None = None
    decision: str | None = None


def open_items(connection: Connection, items: Sequence[ReviewItem]) -> None:
    """Put items into the queue; a subject that is there already gets the newer verdict and reason."""
    opinions = _opinions(connection, [item.verdict for item in items if item.verdict])
    upsert(
        connection,
        reviews,
        (
            {
                "subject": item.subject,
                "target": item.target,
                "verdict": item.verdict,
                "why": str(item.why),
                "why_id": item.why.id,
                "why_args": item.why.as_json(),
                "priority": item.priority,
                "opened_at": item.opened_at,
                "closed_at": None,
                "decision": None,
                "version": 0,
                "kind": item.subject.kind.value,
                **opinions.get(item.verdict or "", _NO_OPINION),
            }
            for item in items
        ),
        update=lambda new: {
            "target": new.target,
            "verdict": new.verdict,
            "why": new.why,
            "why_id": new.why_id,
            "why_args": new.why_args,
            "priority": new.priority,
            # One that was closed is opened anew; one that waits keeps its place in time.
            "opened_at": case(
                (reviews.c.closed_at.is_not(None), new.opened_at), else_=reviews.c.opened_at
            ),
            "closed_at": None,
            "decision": None,
            "version": reviews.c.version + 1,
            "label": new.label,
            "category": new.category,
            "probability": new.probability,
            "clarity": new.clarity,
        },
    )


_NO_OPINION: dict[str, Any] = {
    "label": None,
    "category": None,
    "probability": None,
    "clarity": 0.5,
}


def _opinions(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        query = select(
            verdicts.c.id, verdicts.c.label, verdicts.c.category, verdicts.c.probability
        ).where(verdicts.c.id.in_(ids[start : start + 500]))
        for row in connection.execute(query):
            found[row.id] = {
                "label": row.label,
                "category": row.category,
                "probability": row.probability,
                "clarity": abs(row.probability - 0.5),
            }
    return found


def close_item(
    connection: Connection,
    subject: Indicator,
    *,
    decision: str | None,
    at: datetime,
    of_verdicts: bool = False,
) -> bool:
    """Take an item off the queue; False where it was not open.

    `of_verdicts`: only one that rests on a verdict. What waits for another reason (a link, complaints,
    points) is not answered by a verdict's acquittal.
    """
    asked = [reviews.c.subject == subject, reviews.c.closed_at.is_(None)]
    if of_verdicts:
        asked.append(reviews.c.verdict.is_not(None))
    done = connection.execute(
        update(reviews)
        .where(*asked)
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
    return [item_from(row) for row in connection.execute(query)]


def all_waiting(connection: Connection) -> Iterator[tuple[Indicator, Indicator]]:
    """Subject and target of every open item, in no order; streams."""
    query = select(reviews.c.subject, reviews.c.target).where(reviews.c.closed_at.is_(None))
    for row in connection.execution_options(yield_per=10_000).execute(query):
        yield row.subject, row.target


def item_of(connection: Connection, subject: Indicator) -> ReviewItem | None:
    """The item of a subject, open or closed."""
    return items_of(connection, [subject]).get(subject)


def items_of(connection: Connection, subjects: Sequence[Indicator]) -> dict[Indicator, ReviewItem]:
    """The items of those subjects that have one, open or closed."""
    found: dict[Indicator, ReviewItem] = {}
    for start in range(0, len(subjects), 500):
        part = subjects[start : start + 500]
        query = select(reviews).where(reviews.c.subject.in_(part))
        found.update({row.subject: item_from(row) for row in connection.execute(query)})
    return found


def count_waiting(connection: Connection) -> int:
    """How many items are open."""
    query = select(func.count()).select_from(reviews).where(reviews.c.closed_at.is_(None))
    return int(connection.scalar(query) or 0)


def item_from(row: Any) -> ReviewItem:
    """A row of the table as an item."""
    return ReviewItem(
        subject=row.subject,
        target=row.target,
        verdict=row.verdict,
        why=recognise(row.why) if row.why_id is None else from_json(row.why_id, row.why_args),
        priority=row.priority,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        decision=row.decision,
    )
