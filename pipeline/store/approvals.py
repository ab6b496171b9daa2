"""Holds and approvals: a release over the ceilings waits, until a named person approves this very one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, insert, select

from pipeline.store.releases import last_approval_used
from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, metadata

holds = Table(
    "release_holds",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("cut", Counter, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
)

approvals = Table(
    "release_approvals",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("cut", Counter, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("hold", Counter),
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A release that waits: what it would take into account, and which ceiling it passes."""

    id: int
    cut: int
    """The last decision that it would take into account."""
    at: datetime
    """When; what expired until then would have left."""
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A named person's word that what one hold held may go out."""

    id: int
    hold: Hold
    actor: str
    """`analyst:LOGIN`."""
    reason: str
    at: datetime


def keep_hold(connection: Connection, *, cut: int, at: datetime, zh: str, en: str) -> Hold:
    """The hold of these words at this cut: the newest if it says the same, or else a new one."""
    last = connection.execute(select(holds).order_by(holds.c.id.desc()).limit(1)).first()
    if last is not None and (last.cut, last.en) == (cut, en):
        return _hold(last)
    number = connection.execute(
        insert(holds).values(cut=cut, at=at, zh=zh, en=en).returning(holds.c.id)
    ).scalar_one()
    return Hold(int(number), cut, at, zh, en)


def hold_of(connection: Connection, number: int) -> Hold | None:
    """The hold of a number."""
    row = connection.execute(select(holds).where(holds.c.id == number)).first()
    return None if row is None else _hold(row)


def add_approval(
    connection: Connection, hold: Hold, *, actor: str, reason: str, at: datetime
) -> Approval:
    """Keep an approval; it is never changed or taken back, and serves one release."""
    number = connection.execute(
        insert(approvals)
        .values(cut=hold.cut, actor=actor, reason=reason, at=at, hold=hold.id)
        .returning(approvals.c.id)
    ).scalar_one()
    return Approval(int(number), hold, actor, reason, at)


def standing_approval(connection: Connection) -> Approval | None:
    """The approval that reaches farthest of those that no release has used; None if there is none."""
    row = connection.execute(
        select(approvals, holds.c.at.label("held_at"), holds.c.zh, holds.c.en)
        .join(holds, holds.c.id == approvals.c.hold)
        .where(approvals.c.id > last_approval_used(connection))
        .order_by(holds.c.cut.desc(), holds.c.at.desc(), approvals.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    hold = Hold(row.hold, row.cut, row.held_at, row.zh, row.en)
    return Approval(row.id, hold, row.actor, row.reason, row.at)


def _hold(row: Any) -> Hold:
    return Hold(row.id, row.cut, row.at, row.zh, row.en)
