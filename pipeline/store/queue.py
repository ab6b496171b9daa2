"""The queue as analysts see it: the open items of a filter in an order, and the next one that is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, exists, func, literal, select

from pipeline.nouns import Indicator
from pipeline.store.locks import locks
from pipeline.store.proposals import ProposalState, proposals
from pipeline.store.reviews import ReviewItem, item_from, reviews


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


def find(
    connection: Connection, wanted: QueueFilter, *, limit: int = 50, offset: int = 0
) -> list[QueueRow]:
    """The open items that a filter asks for, in its order."""
    order = _order(wanted)
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
        QueueRow(item_from(row), row.label, row.category, row.probability)
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
    connection: Connection,
    wanted: QueueFilter,
    skip: Sequence[Indicator] = (),
    *,
    login: str,
    at: datetime,
) -> Indicator | None:
    """The first open item of a filter that is free for a login: nobody else works on it.

    Neither does it wait for a second person, nor is it one of `skip`, of which there are few.
    """
    locked = exists().where(
        locks.c.subject == reviews.c.subject, locks.c.until > at, locks.c.login != login
    )
    proposed = exists().where(
        proposals.c.subject == reviews.c.subject, proposals.c.state == ProposalState.OPEN.value
    )
    query = (
        select(reviews.c.subject)
        .where(*_conditions(wanted), ~locked, ~proposed, reviews.c.subject.not_in(skip))
        .order_by(*_order(wanted))
        .limit(1)
    )
    return connection.scalar(query)


def _order(wanted: QueueFilter) -> tuple[Any, ...]:
    orders = {
        "priority": (reviews.c.priority.desc(), reviews.c.subject),
        "oldest": (reviews.c.opened_at, reviews.c.subject),
        "unsure": (reviews.c.clarity, reviews.c.priority.desc(), reviews.c.subject),
    }
    return orders.get(wanted.order, orders["priority"])


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
        conditions.append(subject.icontains(wanted.text, autoescape=True))
    return conditions
