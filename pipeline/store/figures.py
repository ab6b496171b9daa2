"""Counts over a period, for the regulator's view. Reads only; days are those of one time zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, exists, func, or_, select, type_coerce

from pipeline.nouns import Action, Indicator, Json, Kind
from pipeline.store.appeals import appeals
from pipeline.store.decisions import decisions, heads
from pipeline.store.observations import observations
from pipeline.store.reports import reports, subjects
from pipeline.store.schema import IndicatorKey
from pipeline.store.verdicts import verdicts

_DAY = 86_400_000_000

Counts = list[tuple[int, str, int]]
"""(day since 1970 in the chosen zone, name, how many)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A period, and how far its days lie from those of UTC."""

    since: datetime
    until: datetime
    """The first moment that no longer belongs to it."""
    shift: timedelta = timedelta(0)


def reports_by_day(connection: Connection, span: Span) -> Counts:
    """Reports that came in, by day and source."""
    return _by_day(connection, reports.c.received_at, reports.c.source, span)


def listed_by_day(connection: Connection, span: Span) -> Counts:
    """Blocks that were decided, by day and category."""
    blocked = decisions.c.action == Action.BLOCK.value
    return _by_day(connection, decisions.c.decided_at, decisions.c.category, span, blocked)


def verdicts_by_label(connection: Connection, span: Span) -> dict[str, int]:
    """Verdicts of a period by label."""
    query = (
        select(verdicts.c.label, func.count())
        .where(verdicts.c.at >= span.since, verdicts.c.at < span.until)
        .group_by(verdicts.c.label)
    )
    return {str(label): int(count) for label, count in connection.execute(query)}


def live_entries(connection: Connection, *, at: datetime) -> list[tuple[str, bool, int]]:
    """Entries that are live at a time: (category, whether a policy decided, how many)."""
    by_policy = decisions.c.actor.like("policy:%")
    query = (
        select(decisions.c.category, by_policy, func.count())
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(
            decisions.c.action == Action.BLOCK.value,
            (decisions.c.expires_at.is_(None)) | (decisions.c.expires_at > at),
        )
        .group_by(decisions.c.category, by_policy)
    )
    return [
        (str(name or "other"), bool(machine), int(count))
        for name, machine, count in connection.execute(query)
    ]


def waits(connection: Connection, span: Span) -> list[tuple[datetime, datetime]]:
    """Of each indicator listed for the first time in a period: (first reported, listed)."""
    before = decisions.alias("before")
    listed_before = exists().where(
        before.c.indicator == decisions.c.indicator,
        before.c.seq < decisions.c.seq,
        before.c.action == Action.BLOCK.value,
    )
    subject = func.coalesce(decisions.c.subject, decisions.c.indicator, type_=IndicatorKey)
    query = (
        select(subjects.c.first_at, decisions.c.decided_at)
        .join(subjects, subjects.c.indicator == subject)
        .where(
            decisions.c.action == Action.BLOCK.value,
            decisions.c.decided_at >= span.since,
            decisions.c.decided_at < span.until,
            # Most chains begin with their first block, and need no look at what was before.
            or_(decisions.c.supersedes.like("first:%"), ~listed_before),
        )
        .order_by(decisions.c.seq)
    )
    return [(row.first_at, row.decided_at) for row in connection.execute(query)]


def blocks_with_seq(connection: Connection, span: Span) -> list[tuple[int, datetime]]:
    """The blocks of a period as (sequence number, decided at), in their order."""
    query = (
        select(decisions.c.seq, decisions.c.decided_at)
        .where(
            decisions.c.action == Action.BLOCK.value,
            decisions.c.decided_at >= span.since,
            decisions.c.decided_at < span.until,
        )
        .order_by(decisions.c.seq)
    )
    return [(row.seq, row.decided_at) for row in connection.execute(query)]


def networks_of_listed(connection: Connection, span: Span) -> list[tuple[Indicator, Json]]:
    """Each site that was listed in a period, once, with its newest `network` observation, if any."""
    subject = func.coalesce(decisions.c.subject, decisions.c.indicator, type_=IndicatorKey)
    listed = (
        select(subject.label("subject"))
        .distinct()
        .where(
            decisions.c.action == Action.BLOCK.value,
            decisions.c.decided_at >= span.since,
            decisions.c.decided_at < span.until,
            ~subject.cast(Text).like(f"{Kind.NUMBER.value}:%"),
        )
        .subquery()
    )
    newest = (
        select(observations.c.value)
        .where(observations.c.indicator == listed.c.subject, observations.c.prop == "network")
        .order_by(observations.c.last_seen.desc(), observations.c.id)
        .limit(1)
        .scalar_subquery()
    )
    query = select(listed.c.subject, newest.label("network"))
    return [(row.subject, row.network) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Heard:
    """One appeal in figures: what it was about, where it stands, and its times."""

    target: Indicator
    state: str
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime


def appeals_between(connection: Connection, span: Span) -> list[Heard]:
    """The appeals that were handed in in a period, in their order."""
    query = (
        select(
            appeals.c.target,
            appeals.c.state,
            appeals.c.opened_at,
            appeals.c.closed_at,
            appeals.c.due_at,
        )
        .where(appeals.c.opened_at >= span.since, appeals.c.opened_at < span.until)
        .order_by(appeals.c.id)
    )
    return [Heard(*row) for row in connection.execute(query)]


def _by_day(
    connection: Connection,
    time: Any,
    name: Any,
    span: Span,
    *conditions: Any,
) -> Counts:
    day = (type_coerce(time, BigInteger) + span.shift // timedelta(microseconds=1)) // _DAY
    query = (
        select(
            day.label("day"), func.coalesce(name, "other").label("name"), func.count().label("n")
        )
        .where(time >= span.since, time < span.until, *conditions)
        .group_by("day", "name")
        .order_by("day", "name")
    )
    return [(int(row.day), str(row.name), int(row.n)) for row in connection.execute(query)]
