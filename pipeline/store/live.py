"""What decisions list at a cut and a time: streams of plain rows, for releases of millions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Subquery,
    Text,
    case,
    func,
    select,
    type_coerce,
)

from pipeline.nouns import Action, Decision
from pipeline.store.decisions import decision_of, decisions, heads, last_seq


def live_at(
    connection: Connection,
    *,
    cut: int,
    at: datetime,
    actions: Sequence[Action] = (Action.BLOCK, Action.ALLOW),
) -> Iterator[Decision]:
    """The decisions that were live at a cut and a time, in the order of their indicators.

    `cut` is a sequence number: what was decided later does not count, so that the answer for a
    release stays the same for ever. Streams; memory does not grow with their number.
    """
    query = _live(connection, select(decisions), cut=cut, at=at, actions=actions).order_by(
        decisions.c.indicator
    )
    for row in connection.execution_options(yield_per=10_000).execute(query):
        yield decision_of(row)


LiveRow = tuple[str, str, str | None, str, int, int, int | None, str]
"""Indicator key, action, category, actor, decided at, first decided at, expires at, id; times in
microseconds since 1970."""


def live_rows(
    connection: Connection,
    *,
    cut: int,
    at: datetime,
    actions: Sequence[Action] = (Action.BLOCK, Action.ALLOW),
    size: int = 10_000,
) -> Iterator[Sequence[LiveRow]]:
    """What `live_at` gives, in batches of plain rows and in no order: for lists of millions.

    "First decided" is the time of the first decision of the indicator's chain.
    """
    query = _live(connection, _row_columns(), cut=cut, at=at, actions=actions)
    yield from _plain(connection, query, size)


def decided_rows(
    connection: Connection, *, after: int, cut: int, size: int = 10_000
) -> Iterator[Sequence[LiveRow]]:
    """What was decided last, up to `cut`, of each indicator about which anything was after `after`.

    Rows as of `live_rows`, whatever the action, and expired or not.
    """
    later = _newest_between(after, cut)
    query = _row_columns().join_from(decisions, later, later.c.seq == decisions.c.seq)
    yield from _plain(connection, query, size)


def _row_columns() -> Select[Any]:
    """The columns of a `LiveRow`."""
    first = decisions.alias("first")
    began = (
        select(type_coerce(first.c.decided_at, BigInteger))
        .where(first.c.indicator == decisions.c.indicator)
        .order_by(first.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    decided = type_coerce(decisions.c.decided_at, BigInteger)
    return select(
        type_coerce(decisions.c.indicator, Text),
        decisions.c.action,
        decisions.c.category,
        decisions.c.actor,
        decided,
        # Most chains are one decision long, and need no second look.
        case((decisions.c.supersedes.like("first:%"), decided), else_=began),
        type_coerce(decisions.c.expires_at, BigInteger),
        decisions.c.id,
    )


def _newest_between(since: int, cut: int) -> Subquery:
    """The number of each indicator's newest decision after one cut up to another."""
    return (
        select(func.max(decisions.c.seq).label("seq"))
        .where(decisions.c.seq > since, decisions.c.seq <= cut)
        .group_by(decisions.c.indicator)
        .subquery()
    )


def _plain(connection: Connection, query: Select[Any], size: int) -> Iterator[Sequence[LiveRow]]:
    rows = connection.execution_options(yield_per=size).execute(query)
    yield from cast("Iterator[Sequence[LiveRow]]", rows.partitions(size))


def lifted_rows(
    connection: Connection, *, cut: int, at: datetime, since: datetime
) -> Iterator[Sequence[LiveRow]]:
    """Blocks that were live once and are no longer, since they were lifted or ran out after `since`.

    Rows as of `live_rows`, of each indicator's last block; "expires at" is when it left the lists.
    """
    last = (
        select(func.max(decisions.c.seq).label("seq"))
        .where(decisions.c.seq <= cut)
        .group_by(decisions.c.indicator)
        .subquery()
        if cut < last_seq(connection)
        else select(heads.c.seq).subquery()
    )
    head, block = decisions.alias("head"), decisions.alias("block")
    is_block = head.c.action == Action.BLOCK.value
    left_at = case((is_block, head.c.expires_at), else_=head.c.decided_at)
    its_block = (
        select(func.max(block.c.seq))
        .where(
            block.c.indicator == head.c.indicator,
            block.c.seq <= head.c.seq,
            block.c.action == Action.BLOCK.value,
        )
        .correlate(head)
        .scalar_subquery()
    )
    query = (
        select(
            type_coerce(decisions.c.indicator, Text),
            decisions.c.action,
            decisions.c.category,
            decisions.c.actor,
            type_coerce(decisions.c.decided_at, BigInteger),
            type_coerce(decisions.c.decided_at, BigInteger),
            # A block that ran out before somebody lifted it left the lists when it ran out.
            type_coerce(
                case((decisions.c.expires_at < left_at, decisions.c.expires_at), else_=left_at),
                BigInteger,
            ),
            decisions.c.id,
        )
        .select_from(head)
        .join(last, last.c.seq == head.c.seq)
        .join(decisions, decisions.c.seq == its_block)
        .where(
            (~is_block & (head.c.decided_at > since))
            | (is_block & (head.c.expires_at <= at) & (head.c.expires_at > since))
        )
    )
    yield from _plain(connection, query, 50_000)


def _live(
    connection: Connection,
    columns: Select[Any],
    *,
    cut: int,
    at: datetime,
    actions: Sequence[Action],
) -> Select[Any]:
    last = (
        select(func.max(decisions.c.seq).label("seq"))
        .where(decisions.c.seq <= cut)
        .group_by(decisions.c.indicator)
        .subquery()
        if cut < last_seq(connection)
        else select(heads.c.seq).subquery()
    )
    return columns.join_from(decisions, last, last.c.seq == decisions.c.seq).where(
        decisions.c.action.in_([a.value for a in actions]),
        (decisions.c.expires_at.is_(None)) | (decisions.c.expires_at > at),
    )
