"""What surrounds an indicator in the store: the names below it, and who reported it. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, distinct, func, or_, select

from pipeline.nouns import Action, Indicator, Kind
from pipeline.store.decisions import decisions, heads
from pipeline.store.places import places, under
from pipeline.store.reports import report_indicators, reports

MAX_NAMES = 1000
"""Names that are told of one place; of more it is enough to know that they are many."""
MAX_LOOKED_AT = 20_000
"""Names below one place whose decisions are looked up."""


@dataclass(frozen=True, slots=True)
class SourceTally:
    """What one source said about one indicator."""

    source: str
    reports: int
    voices: int
    category: str | None
    first_at: datetime
    last_at: datetime


def names_under(connection: Connection, host: str, *, limit: int = MAX_NAMES) -> list[Indicator]:
    """What is known at or below a name, what stands on the name itself first; at most `limit`.

    Hosts and pages, and the domains that somebody decided on.
    """
    query = (
        select(places.c.indicator)
        .where(*under(host))
        .order_by(places.c.place, places.c.indicator)
        .limit(limit)
    )
    return list(connection.scalars(query))


def live_under(
    connection: Connection, host: str, *, at: datetime
) -> list[tuple[Indicator, Action]]:
    """What is blocked or allowed now at or below a name, by place; at most twice `MAX_NAMES`.

    No more than the first `MAX_LOOKED_AT` names are looked at.
    """
    near = (
        select(places.c.place, places.c.indicator)
        .where(*under(host))
        .order_by(places.c.place, places.c.indicator)
        .limit(MAX_LOOKED_AT)
        .subquery()
    )
    query = (
        select(near.c.indicator, decisions.c.action)
        .join(heads, heads.c.indicator == near.c.indicator)
        .join(decisions, decisions.c.seq == heads.c.seq)
        .where(
            decisions.c.action.in_([Action.BLOCK.value, Action.ALLOW.value]),
            (decisions.c.expires_at.is_(None)) | (decisions.c.expires_at > at),
        )
        .order_by(near.c.place, near.c.indicator)
        .limit(2 * MAX_NAMES)
    )
    return [(row.indicator, Action(row.action)) for row in connection.execute(query)]


def said_by_source(
    connection: Connection, indicator: Indicator, *, verified: Collection[str]
) -> list[SourceTally]:
    """What each source reported about an indicator, the one with the most reports first.

    A source that names nobody, or is not among the `verified`, is one voice.
    """
    query = (
        select(
            reports.c.source,
            func.count(),
            func.count(distinct(reports.c.reporter)),
            func.max(reports.c.category),
            func.min(reports.c.received_at),
            func.max(reports.c.received_at),
        )
        .join(report_indicators, report_indicators.c.report == reports.c.id)
        .where(report_indicators.c.indicator == indicator)
        .group_by(reports.c.source)
        .order_by(func.count().desc(), reports.c.source)
    )
    return [
        SourceTally(
            source, count, max(1, voices) if source in verified else 1, category, first, last
        )
        for source, count, voices, category, first, last in connection.execute(query)
    ]


def people_cleared(
    connection: Connection, *, kinds: Sequence[Kind], limit: int = 300
) -> list[Indicator]:
    """What people found honest last: the newest allowed or dismissed indicators of some kinds."""
    key = decisions.c.indicator.cast(Text)
    query = (
        select(decisions.c.indicator)
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(
            decisions.c.action.in_([Action.ALLOW.value, Action.DISMISS.value]),
            decisions.c.actor.like("analyst:%"),
            or_(*(key.like(f"{kind.value}:%") for kind in kinds)),
        )
        .order_by(decisions.c.seq.desc())
        .limit(limit)
    )
    return list(connection.scalars(query))
