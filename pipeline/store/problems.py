"""Problems of the lists: decisions that may not be listed, and releases that wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, case, func, select, update

from pipeline.store.schema import UtcTime, metadata, upsert

problems = Table(
    "problems",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("decision", Text),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the lists that a person must see."""

    subject: str
    """`kind:value` of the decision's indicator, or `release`."""
    rule: str
    """A stable slug: `public-suffix`, `protected`, `held` …"""
    decision: str | None
    zh: str
    en: str
    first_at: datetime
    last_at: datetime
    closed_at: datetime | None = None


def record_problems(
    connection: Connection, found: Sequence[Problem], *, at: datetime, close: bool = True
) -> None:
    """These are the problems now: new ones are opened, and, with `close`, those not found closed."""
    upsert(
        connection,
        problems,
        (
            {
                "subject": p.subject,
                "rule": p.rule,
                "decision": p.decision,
                "zh": p.zh,
                "en": p.en,
                "first_at": p.first_at,
                "last_at": at,
                "closed_at": None,
            }
            for p in found
        ),
        update=lambda new: {
            "decision": new.decision,
            "zh": new.zh,
            "en": new.en,
            "first_at": case(
                (problems.c.closed_at.is_not(None), new.first_at), else_=problems.c.first_at
            ),
            "last_at": new.last_at,
            "closed_at": None,
        },
    )
    if not close:
        return
    connection.execute(
        update(problems)
        .where(problems.c.closed_at.is_(None), problems.c.last_at < at)
        .values(closed_at=at)
    )


def open_problems(connection: Connection, *, limit: int = 100, offset: int = 0) -> list[Problem]:
    """The problems that stand now, the newest first."""
    query = (
        select(problems)
        .where(problems.c.closed_at.is_(None))
        .order_by(problems.c.first_at.desc(), problems.c.subject, problems.c.rule)
        .limit(limit)
        .offset(offset)
    )
    return [_problem(row) for row in connection.execute(query)]


def count_open_problems(connection: Connection) -> int:
    """How many problems stand now."""
    query = select(func.count()).select_from(problems).where(problems.c.closed_at.is_(None))
    return int(connection.scalar(query) or 0)


def _problem(row: Any) -> Problem:
    return Problem(
        subject=row.subject,
        rule=row.rule,
        decision=row.decision,
        zh=row.zh,
        en=row.en,
        first_at=row.first_at,
        last_at=row.last_at,
        closed_at=row.closed_at,
    )
