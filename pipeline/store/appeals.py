"""Appeals and, in a table apart and sealed, who made them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from pipeline.errors import ConflictError
from pipeline.nouns import Indicator
from pipeline.store.schema import IndicatorKey, UtcTime, metadata
from pipeline.store.schema import Sequence as Counter

appeals = Table(
    "appeals",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("code", Text, nullable=False, unique=True),
    Column("indicator", IndicatorKey, nullable=False),
    Column("target", IndicatorKey, nullable=False),
    Column("against", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("closed_at", UtcTime),
    Column("decision", Text),
    Index("ix_appeals_state_due_at", "state", "due_at"),
    Index("ix_appeals_target", "target"),
)

appellants = Table(
    "appellants",
    metadata,
    Column("appeal", Counter, ForeignKey("appeals.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Appeal:
    """Somebody's objection to an entry. Who it was is not in here."""

    code: str
    """Sha256 of the appeal code, which the appellant alone holds."""
    indicator: Indicator
    """What the appellant named."""
    target: Indicator
    """The entry that covers it, which an upheld appeal lifts."""
    against: str
    """Id of the decision appealed against."""
    statement: str
    """What the appellant wrote; empty once it was removed (`forget_appellants`)."""
    language: str
    opened_at: datetime
    due_at: datetime
    id: int = 0
    state: AppealState = AppealState.OPEN
    answer: str | None = None
    answered_by: str | None = None
    closed_at: datetime | None = None
    decision: str | None = None
    """Id of the decision that lifted the entry."""


def open_appeal(connection: Connection, appeal: Appeal, *, sealed: bytes) -> int:
    """Keep an appeal and, apart, the sealed identity of the appellant; returns its number."""
    statement = insert(appeals).values(
        code=appeal.code,
        indicator=appeal.indicator,
        target=appeal.target,
        against=appeal.against,
        statement=appeal.statement,
        language=appeal.language,
        opened_at=appeal.opened_at,
        due_at=appeal.due_at,
        state=appeal.state.value,
    )
    number = int(connection.execute(statement.returning(appeals.c.id)).scalar_one())
    connection.execute(insert(appellants).values(appeal=number, sealed=sealed))
    return number


def answer_appeal(
    connection: Connection,
    number: int,
    state: AppealState,
    *,
    answer: str,
    by: str,
    at: datetime,
    decision: str | None = None,
) -> None:
    """Close an appeal. Raises `ConflictError` where somebody answered it before."""
    done = connection.execute(
        update(appeals)
        .where(appeals.c.id == number, appeals.c.state == AppealState.OPEN.value)
        .values(state=state.value, answer=answer, answered_by=by, closed_at=at, decision=decision)
    )
    if not done.rowcount:
        raise ConflictError(f"appeal {number} is not open any more; read it again")


def appeal_by_number(connection: Connection, number: int) -> Appeal | None:
    """The appeal of a number."""
    return _first(connection, appeals.c.id == number)


def appeal_by_code(connection: Connection, code: str) -> Appeal | None:
    """The appeal whose code has this sha256."""
    return _first(connection, appeals.c.code == code)


def open_appeals_about(connection: Connection, target: Indicator) -> list[Appeal]:
    """The appeals that are open about an entry, oldest first."""
    return [one for one in appeals_of(connection, target) if one.state is AppealState.OPEN]


def list_appeals(
    connection: Connection, *, state: AppealState | None = None, limit: int = 200, offset: int = 0
) -> list[Appeal]:
    """Appeals, those due first before the others; of one state where it is given."""
    query = select(appeals)
    if state is not None:
        query = query.where(appeals.c.state == state.value)
    rows = connection.execute(
        query.order_by(appeals.c.closed_at.is_not(None), appeals.c.due_at)
        .limit(limit)
        .offset(offset)
    )
    return [_appeal(row) for row in rows]


def appeals_of(connection: Connection, target: Indicator) -> list[Appeal]:
    """Every appeal about an entry, oldest first."""
    query = select(appeals).where(appeals.c.target == target).order_by(appeals.c.id)
    return [_appeal(row) for row in connection.execute(query)]


def count_appeals(connection: Connection) -> dict[AppealState, int]:
    """How many appeals are in each state."""
    query = select(appeals.c.state, func.count()).group_by(appeals.c.state)
    found = {AppealState(state): int(count) for state, count in connection.execute(query)}
    return {state: found.get(state, 0) for state in AppealState}


def count_overdue(connection: Connection, *, at: datetime) -> int:
    """How many open appeals should have been answered by a time."""
    query = select(func.count()).where(
        appeals.c.state == AppealState.OPEN.value, appeals.c.due_at < at
    )
    return int(connection.scalar(query) or 0)


def sealed_appellant(connection: Connection, number: int) -> bytes | None:
    """The sealed identity of an appellant."""
    return connection.scalar(select(appellants.c.sealed).where(appellants.c.appeal == number))


def forget_appellants(connection: Connection, *, closed_before: datetime) -> list[int]:
    """Remove who made the appeals that were closed before a time, and what they wrote.

    The entry, the answer and the times stay. Returns the numbers of these appeals.
    """
    old = select(appeals.c.id).where(appeals.c.closed_at < closed_before)
    query = select(appellants.c.appeal).where(appellants.c.appeal.in_(old))
    numbers = sorted(connection.scalars(query))
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        connection.execute(delete(appellants).where(appellants.c.appeal.in_(part)))
        connection.execute(update(appeals).where(appeals.c.id.in_(part)).values(statement=""))
    return numbers


def _first(connection: Connection, condition: Any) -> Appeal | None:
    row = connection.execute(select(appeals).where(condition).limit(1)).first()
    return None if row is None else _appeal(row)


def _appeal(row: Any) -> Appeal:
    return Appeal(
        id=row.id,
        code=row.code,
        indicator=row.indicator,
        target=row.target,
        against=row.against,
        statement=row.statement,
        language=row.language,
        opened_at=row.opened_at,
        due_at=row.due_at,
        state=AppealState(row.state),
        answer=row.answer,
        answered_by=row.answered_by,
        closed_at=row.closed_at,
        decision=row.decision,
    )
