"""Proposals that wait for a second person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from pipeline.categories import Category
from pipeline.errors import ConflictError
from pipeline.nouns import Action, Indicator
from pipeline.store.schema import IndicatorKey, UtcTime, metadata
from pipeline.store.schema import Sequence as Counter

proposals = Table(
    "proposals",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("subject", IndicatorKey, nullable=False),
    Column("target", IndicatorKey, nullable=False),
    Column("action", Text, nullable=False),
    Column("category", Text),
    Column("days", Integer),
    Column("reason", Text, nullable=False),
    Column("why", JSON, nullable=False),
    Column("proposer", Text, nullable=False),
    # "" where the target had no decision; NULL in rows of earlier versions, which did not keep it.
    Column("head", Text),
    Column("opened_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("second", Text),
    Column("closed_at", UtcTime),
    Column("decision", Text),
    Index("ix_proposals_state_id", "state", "id"),
    Index("ix_proposals_subject", "subject"),
)


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    SECONDED = "seconded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that one person wants and another must second."""

    subject: Indicator
    target: Indicator
    action: Action
    category: Category | None
    reason: str
    why: tuple[str, ...]
    """Why it takes two: ids of `pipeline.review.four_eyes`."""
    proposer: str
    opened_at: datetime
    head: str | None
    """Id of the target's last decision when it was proposed, "" where there was none; None where an
    earlier version did not keep it."""
    days: int | None = None
    """Days until it expires; None for the policy's."""
    id: int = 0
    state: ProposalState = ProposalState.OPEN
    second: str | None = None
    closed_at: datetime | None = None
    decision: str | None = None


def propose(connection: Connection, proposal: Proposal) -> int:
    """Keep a proposal; returns its number."""
    statement = insert(proposals).values(
        subject=proposal.subject,
        target=proposal.target,
        action=proposal.action.value,
        category=proposal.category.value if proposal.category else None,
        days=proposal.days,
        reason=proposal.reason,
        why=list(proposal.why),
        proposer=proposal.proposer,
        head=proposal.head,
        opened_at=proposal.opened_at,
        state=proposal.state.value,
    )
    return int(connection.execute(statement.returning(proposals.c.id)).scalar_one())


def proposal_of(connection: Connection, number: int) -> Proposal | None:
    """The proposal of a number."""
    row = connection.execute(select(proposals).where(proposals.c.id == number)).first()
    return None if row is None else _proposal(row)


def open_proposals(connection: Connection, *, limit: int = 200) -> list[Proposal]:
    """The proposals that wait, oldest first."""
    query = (
        select(proposals)
        .where(proposals.c.state == ProposalState.OPEN.value)
        .order_by(proposals.c.id)
        .limit(limit)
    )
    return [_proposal(row) for row in connection.execute(query)]


def count_open(connection: Connection) -> int:
    """How many proposals wait."""
    query = select(func.count()).where(proposals.c.state == ProposalState.OPEN.value)
    return int(connection.scalar(query) or 0)


def open_proposal_for(connection: Connection, subject: Indicator) -> Proposal | None:
    """The proposal that waits about a subject."""
    query = select(proposals).where(
        proposals.c.subject == subject, proposals.c.state == ProposalState.OPEN.value
    )
    row = connection.execute(query.limit(1)).first()
    return None if row is None else _proposal(row)


def close_proposal(
    connection: Connection,
    number: int,
    state: ProposalState,
    *,
    second: str,
    at: datetime,
    decision: str | None = None,
) -> None:
    """Settle a proposal. Raises `ConflictError` where somebody settled it before."""
    done = connection.execute(
        update(proposals)
        .where(proposals.c.id == number, proposals.c.state == ProposalState.OPEN.value)
        .values(state=state.value, second=second, closed_at=at, decision=decision)
    )
    if not done.rowcount:
        raise ConflictError(f"proposal {number} is not open any more; read the list again")


def _proposal(row: Any) -> Proposal:
    return Proposal(
        id=row.id,
        subject=row.subject,
        target=row.target,
        action=Action(row.action),
        category=Category(row.category) if row.category else None,
        days=row.days,
        reason=row.reason,
        why=tuple(row.why),
        proposer=row.proposer,
        head=row.head,
        opened_at=row.opened_at,
        state=ProposalState(row.state),
        second=row.second,
        closed_at=row.closed_at,
        decision=row.decision,
    )
