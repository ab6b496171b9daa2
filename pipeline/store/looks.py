"""Blind second looks: which decisions wait for one, and what the second person would have decided."""

from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, delete, func, select

from pipeline.nouns import Action, Decision
from pipeline.store.decisions import decision_by_id, decisions, heads
from pipeline.store.schema import UtcTime, insert_new, metadata

looks = Table(
    "second_looks",
    metadata,
    Column("decision", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

due = Table(
    "second_looks_due",
    metadata,
    Column("decision", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Index("ix_second_looks_due_at", "at"),
)


def ask_for_look(connection: Connection, decision: Decision) -> None:
    """Let a decision wait for a second look."""
    insert_new(connection, due, [{"decision": decision.id, "at": decision.decided_at}])


def oldest_due(connection: Connection, *, but: str) -> Decision | None:
    """The decision that waits longest and is still the last word; none that the login `but` made."""
    part = f"%+{_escaped(but)}+%"
    actor = func.replace(decisions.c.actor, "analyst:", "+") + "+"
    query = (
        select(due.c.decision)
        .join(decisions, decisions.c.id == due.c.decision)
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(~actor.like(part, escape="\\"))
        .order_by(due.c.at, due.c.decision)
        .limit(1)
    )
    found = connection.scalar(query)
    return None if found is None else decision_by_id(connection, found)


def add_look(
    connection: Connection, decision: str, *, login: str, action: Action, at: datetime
) -> bool:
    """Keep a blind second opinion of a decision that waits for one; False where it does not."""
    if not connection.execute(delete(due).where(due.c.decision == decision)).rowcount:
        return False
    row = {"decision": decision, "login": login, "action": action.value, "at": at}
    return bool(insert_new(connection, looks, [row]))


def count_pairs(connection: Connection) -> dict[tuple[Action, Action], int]:
    """How many looks there were of each (what was decided, what the second would decide)."""
    query = (
        select(decisions.c.action.label("first"), looks.c.action.label("second"), func.count())
        .join(looks, looks.c.decision == decisions.c.id)
        .group_by(decisions.c.action, looks.c.action)
    )
    return {
        (Action(first), Action(second)): int(count)
        for first, second, count in connection.execute(query)
    }


def _escaped(login: str) -> str:
    return login.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
