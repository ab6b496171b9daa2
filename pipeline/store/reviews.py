"""The review queue: subjects that a person must settle; one open item per subject."""

from collections.abc import Sequence
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
    literal,
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


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which open items to show; an empty field asks for nothing."""

    kind: str = ""
    category: str = ""
    label: str = ""
    why: str = ""
    """Id of a sentence of `pipeline.whys`."""
    text: str = ""
    """A part of the subject."""
    order: str = "priority"
    """`priority` (greatest harm first), `oldest`, or `unsure` (nearest to probability 0.5)."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue: an item with what its verdict says in short."""

    item: ReviewItem
    label: str | None
    category: str | None
    probability: float | None


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


def find(
    connection: Connection, wanted: QueueFilter, *, limit: int = 50, offset: int = 0
) -> list[QueueRow]:
    """The open items that a filter asks for, in its order."""
    orders = {
        "priority": (reviews.c.priority.desc(), reviews.c.subject),
        "oldest": (reviews.c.opened_at, reviews.c.subject),
        "unsure": (reviews.c.clarity, reviews.c.priority.desc(), reviews.c.subject),
    }
    order = orders.get(wanted.order, orders["priority"])
    # Which lines first, from an index alone; then these few lines whole.
    chosen = (
        select(reviews.c.subject)
        .where(*_conditions(wanted))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    query = select(reviews).join(chosen, chosen.c.subject == reviews.c.subject).order_by(*order)
    return [
        QueueRow(_item(row), row.label, row.category, row.probability)
        for row in connection.execute(query)
    ]


def count_found(connection: Connection, wanted: QueueFilter, *, at_most: int = 10_000) -> int:
    """How many open items a filter asks for; counting ends at `at_most`."""
    part = (
        select(literal(1))
        .select_from(reviews)
        .where(*_conditions(wanted))
        .limit(at_most)
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(part)) or 0)


def next_after(
    connection: Connection, wanted: QueueFilter, skip: Sequence[Indicator]
) -> Indicator | None:
    """The first open item of a filter that is none of `skip` (items others work on)."""
    for row in find(connection, wanted, limit=len(skip) + 1):
        if row.item.subject not in skip:
            return row.item.subject
    return None


def _conditions(wanted: QueueFilter) -> list[Any]:
    conditions: list[Any] = [reviews.c.closed_at.is_(None)]
    for column, value in (
        (reviews.c.kind, wanted.kind),
        (reviews.c.category, wanted.category),
        (reviews.c.label, wanted.label),
        (reviews.c.why_id, wanted.why),
    ):
        if value:
            conditions.append(column == value)
    if wanted.text:
        subject = reviews.c.subject.cast(Text)
        conditions.append(subject.contains(wanted.text.lower(), autoescape=True))
    return conditions


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
        why=recognise(row.why) if row.why_id is None else from_json(row.why_id, row.why_args),
        priority=row.priority,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        decision=row.decision,
    )
