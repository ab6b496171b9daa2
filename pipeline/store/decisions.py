"""Decisions: append-only, one chain per indicator, whose head alone is live."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError

from pipeline.categories import Category
from pipeline.errors import ConflictError
from pipeline.nouns import Action, Decision, Indicator
from pipeline.store.places import keep_places
from pipeline.store.public_reasons import keep_public_reasons
from pipeline.store.schema import IndicatorKey, UtcTime, metadata
from pipeline.store.schema import Sequence as Counter

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("indicator", IndicatorKey, nullable=False),
    Column("action", Text, nullable=False),
    Column("category", Text),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("subject", IndicatorKey),
    Column("verdict", Text),
    # Unique, so that a chain cannot fork; a first decision names the chain itself.
    Column("supersedes", Text, nullable=False, unique=True),
    Index("ix_decisions_indicator_seq", "indicator", "seq"),
    Index("ix_decisions_expires_at", "expires_at"),
    # What a month's figures count, without reading the rows.
    Index("ix_decisions_decided_at_action_category", "decided_at", "action", "category"),
)

heads = Table(
    "decision_heads",
    metadata,
    Column("indicator", IndicatorKey, primary_key=True),
    Column("seq", Counter, ForeignKey("decisions.seq"), nullable=False),
)


def add_decision(connection: Connection, decision: Decision) -> int:
    """Append a decision to its indicator's chain; returns its sequence number.

    Raises `ConflictError` where `supersedes` is not the chain's head: somebody decided meanwhile.
    The same decision again is no conflict and adds nothing.
    """
    _take_turn(connection)
    there = connection.scalar(select(decisions.c.seq).where(decisions.c.id == decision.id))
    if there is not None:
        return int(there)
    head = head_of(connection, decision.indicator)
    if decision.supersedes != (head.id if head else None):
        raise ConflictError(
            f"{decision.indicator}: somebody else decided meanwhile; read the item again and decide "
            "on what it says now"
        )
    try:
        seq = connection.execute(
            insert(decisions)
            .values(
                id=decision.id,
                indicator=decision.indicator,
                action=decision.action.value,
                category=decision.category.value if decision.category else None,
                reason=decision.reason,
                actor=decision.actor,
                decided_at=decision.decided_at,
                expires_at=decision.expires_at,
                subject=decision.subject,
                verdict=decision.verdict,
                supersedes=decision.supersedes or f"first:{decision.indicator}",
            )
            .returning(decisions.c.seq)
        ).scalar_one()
    except IntegrityError as error:
        raise ConflictError(f"{decision.indicator}: somebody else decided meanwhile") from error
    if decision.action is Action.BLOCK and decision.verdict is not None:
        keep_public_reasons(connection, [(decision.id, decision.verdict)])
    if head is None:
        connection.execute(insert(heads).values(indicator=decision.indicator, seq=seq))
        keep_places(connection, [decision.indicator])
    else:
        connection.execute(
            heads.update().where(heads.c.indicator == decision.indicator).values(seq=seq)
        )
    return int(seq)


def _take_turn(connection: Connection) -> None:
    """Let decisions commit in the order of their numbers, so that what a cut includes never grows.

    SQLite has one writer at a time anyway; PostgreSQL's writers queue here until they commit.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_DECISIONS_LOCK)))


_DECISIONS_LOCK = 0xFA2A


def head_of(connection: Connection, indicator: Indicator) -> Decision | None:
    """The last decision of an indicator's chain, live or expired."""
    return heads_of(connection, [indicator]).get(indicator)


def heads_of(connection: Connection, indicators: Sequence[Indicator]) -> dict[Indicator, Decision]:
    """The last decision of each indicator's chain."""
    found: dict[Indicator, Decision] = {}
    for start in range(0, len(indicators), 500):
        query = (
            select(decisions)
            .join(heads, heads.c.seq == decisions.c.seq)
            .where(heads.c.indicator.in_(indicators[start : start + 500]))
        )
        found.update({row.indicator: decision_of(row) for row in connection.execute(query)})
    return found


def judged_by_people(connection: Connection, *, limit: int) -> dict[Indicator, Decision]:
    """What people looked at → what they decided, where that is still the last word; newest first."""
    query = (
        select(decisions)
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(decisions.c.actor.like("analyst:%"))
        .order_by(decisions.c.seq.desc())
        .limit(limit)
    )
    found: dict[Indicator, Decision] = {}
    for row in connection.execute(query):
        found.setdefault(row.subject or row.indicator, decision_of(row))
    return found


def first_blocks(
    connection: Connection, indicators: Sequence[Indicator]
) -> dict[Indicator, datetime]:
    """When each indicator was first blocked, by anybody; those that never were are left out."""
    found: dict[Indicator, datetime] = {}
    for start in range(0, len(indicators), 500):
        query = (
            select(decisions.c.indicator, func.min(decisions.c.decided_at).label("at"))
            .where(
                decisions.c.indicator.in_(indicators[start : start + 500]),
                decisions.c.action == Action.BLOCK.value,
            )
            .group_by(decisions.c.indicator)
        )
        found.update((row.indicator, row.at) for row in connection.execute(query))
    return found


def subjects_decided(connection: Connection, indicators: Sequence[Indicator]) -> set[Indicator]:
    """Those of the indicators that a decision was made on, or because of."""
    found: set[Indicator] = set(heads_of(connection, indicators))
    for start in range(0, len(indicators), 500):
        part = indicators[start : start + 500]
        found.update(
            connection.scalars(select(decisions.c.subject).where(decisions.c.subject.in_(part)))
        )
    return found


def history(connection: Connection, indicator: Indicator) -> list[Decision]:
    """The whole chain of an indicator, oldest first."""
    query = select(decisions).where(decisions.c.indicator == indicator).order_by(decisions.c.seq)
    return [decision_of(row) for row in connection.execute(query)]


def decision_by_id(connection: Connection, decision: str) -> Decision | None:
    """The decision of an id."""
    row = connection.execute(select(decisions).where(decisions.c.id == decision)).first()
    return None if row is None else decision_of(row)


def decisions_beginning(connection: Connection, prefix: str) -> list[Decision]:
    """The decisions whose id begins with some hex digits, oldest first."""
    query = (
        select(decisions)
        .where(decisions.c.id >= prefix, decisions.c.id < prefix + "g")
        .order_by(decisions.c.seq)
    )
    return [decision_of(row) for row in connection.execute(query)]


def last_seq(connection: Connection) -> int:
    """The sequence number of the newest decision; 0 where there is none."""
    return int(connection.scalar(select(func.max(decisions.c.seq))) or 0)


def id_at(connection: Connection, seq: int) -> str | None:
    """The id of the decision of a sequence number; None where there is none."""
    found: str | None = connection.scalar(select(decisions.c.id).where(decisions.c.seq == seq))
    return found


def changed_since(connection: Connection, seq: int, *, limit: int = 100_000) -> list[Decision]:
    """The decisions after a sequence number, oldest first."""
    query = select(decisions).where(decisions.c.seq > seq).order_by(decisions.c.seq).limit(limit)
    return [decision_of(row) for row in connection.execute(query)]


def numbers_people_blocked(connection: Connection, *, now: datetime) -> list[tuple[int, Decision]]:
    """The live blocks of numbers by people, as (sequence number, decision), oldest first."""
    query = (
        select(decisions)
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(
            decisions.c.action == Action.BLOCK.value,
            decisions.c.actor.like("analyst:%"),
            decisions.c.indicator.cast(Text).like("number:%"),
            or_(decisions.c.expires_at.is_(None), decisions.c.expires_at > now),
        )
        .order_by(decisions.c.seq)
    )
    return [(row.seq, decision_of(row)) for row in connection.execute(query)]


def decision_of(row: Any) -> Decision:
    """A row of the table as a decision."""
    return Decision(
        indicator=row.indicator,
        action=Action(row.action),
        category=Category(row.category) if row.category else None,
        reason=row.reason,
        actor=row.actor,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        subject=row.subject,
        verdict=row.verdict,
        supersedes=None if row.supersedes.startswith("first:") else row.supersedes,
    )
