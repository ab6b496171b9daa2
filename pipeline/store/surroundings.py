"""What surrounds an indicator in the store: the names below it, and who reported it. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, distinct, func, or_, select

from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.store.decisions import decisions, heads, heads_of
from pipeline.store.observations import observations
from pipeline.store.reports import report_indicators, reports, subjects


@dataclass(frozen=True, slots=True)
class SourceTally:
    """What one source said about one indicator."""

    source: str
    reports: int
    voices: int
    category: str | None
    first_at: datetime
    last_at: datetime


def names_under(connection: Connection, domain: str, *, limit: int = 1000) -> list[Indicator]:
    """The known hosts and pages at or below a domain, by name; at most `limit`."""
    key = subjects.c.indicator.cast(Text)
    safe = domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    patterns = (
        f"host:%.{safe}",
        f"host:{safe}",
        f"url:%://{safe}/%",
        f"url:%://%.{safe}/%",
    )
    query = (
        select(subjects.c.indicator)
        .where(or_(*(key.like(pattern, escape="\\") for pattern in patterns)))
        .order_by(subjects.c.indicator)
        .limit(limit)
    )
    return list(connection.scalars(query))


def pages_of(connection: Connection, host: str, *, limit: int = 1000) -> list[Indicator]:
    """The known pages on one host, by name; at most `limit`."""
    key = subjects.c.indicator.cast(Text)
    # "0" follows "/": each range holds the addresses that begin so, by the key's own index.
    query = (
        select(subjects.c.indicator)
        .where(
            or_(
                *(
                    key.between(f"url:{scheme}://{host}/", f"url:{scheme}://{host}0")
                    for scheme in ("http", "https")
                )
            )
        )
        .order_by(subjects.c.indicator)
        .limit(limit)
    )
    return list(connection.scalars(query))


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


def with_property(
    connection: Connection, prop: str, *, kind: Kind, limit: int = 500
) -> list[Indicator]:
    """Indicators of a kind that have an observation of a property, by name."""
    query = (
        select(observations.c.indicator)
        .distinct()
        .where(
            observations.c.prop == prop,
            observations.c.indicator.cast(Text).like(f"{kind.value}:%"),
        )
        .order_by(observations.c.indicator)
        .limit(limit)
    )
    return list(connection.scalars(query))


def live_among(
    connection: Connection, indicators: Sequence[Indicator], *, at: datetime
) -> dict[Indicator, Decision]:
    """Those of the indicators that are blocked or allowed now."""
    return {
        indicator: head
        for indicator, head in heads_of(connection, indicators).items()
        if head.action in {Action.BLOCK, Action.ALLOW}
        and (head.expires_at is None or head.expires_at > at)
    }
