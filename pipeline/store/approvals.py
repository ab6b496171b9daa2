"""Approvals: a named person's word that a release over the ceilings may go out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, insert, select

from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, metadata

approvals = Table(
    "release_approvals",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("cut", Counter, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Approval:
    """Everything decided up to a cut may be published, whatever the ceilings say."""

    cut: int
    actor: str
    """`analyst:LOGIN`."""
    reason: str
    at: datetime


def add_approval(connection: Connection, approval: Approval) -> None:
    """Keep an approval; it is never changed or taken back, a later release has its own ceilings."""
    connection.execute(
        insert(approvals).values(
            cut=approval.cut, actor=approval.actor, reason=approval.reason, at=approval.at
        )
    )


def last_approval(connection: Connection) -> Approval | None:
    """The approval that reaches farthest; None where there is none."""
    query = select(approvals).order_by(approvals.c.cut.desc(), approvals.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else Approval(row.cut, row.actor, row.reason, row.at)
