"""What people decided, as lessons: labels, and how often each reporter and each rule was right."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from pipeline.categories import Category
from pipeline.nouns import Action, Indicator
from pipeline.store.appeals import appeals
from pipeline.store.decisions import decisions, heads
from pipeline.store.reports import report_indicators, reports
from pipeline.store.schema import IndicatorKey
from pipeline.store.verdicts import verdicts

_VERDICTS_OF_PEOPLE = [Action.BLOCK.value, Action.ALLOW.value, Action.DISMISS.value]
"""A watch is no opinion."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One subject that people have settled, as the last of them did."""

    indicator: Indicator
    action: Action
    category: Category | None
    decided_at: datetime
    actor: str
    decision: str
    appeal: int | None
    """Number of the appeal that was answered by it."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How often somebody or something that said "fraud" was right, among what people settled."""

    name: str
    right: int
    settled: int
    zh: str = ""
    """Of a rule, what it said last, in Chinese."""
    en: str = ""


def lessons(connection: Connection) -> Iterator[Lesson]:
    """Every subject whose last decision a person made, in the order of the decisions; streams."""
    query = (
        _settled()
        .add_columns(
            decisions.c.category,
            decisions.c.decided_at,
            decisions.c.actor,
            decisions.c.id,
            # One decision answers every appeal about its entry: the first of them stands for all.
            select(func.min(appeals.c.id))
            .where(appeals.c.decision == decisions.c.id)
            .scalar_subquery()
            .label("appeal"),
        )
        .order_by(decisions.c.seq)
    )
    for row in connection.execution_options(yield_per=5000).execute(query):
        yield Lesson(
            indicator=row.indicator,
            action=Action(row.action),
            category=Category(row.category) if row.category else None,
            decided_at=row.decided_at,
            actor=row.actor,
            decision=row.id,
            appeal=row.appeal,
        )


def hits_of_sources(connection: Connection) -> list[Hits]:
    """Of what each source reported and people settled, how much was fraud."""
    settled = _settled().subquery()
    query = (
        select(reports.c.source, settled.c.action, func.count(settled.c.indicator.distinct()))
        .join(report_indicators, report_indicators.c.indicator == settled.c.indicator)
        .join(reports, reports.c.id == report_indicators.c.report)
        .group_by(reports.c.source, settled.c.action)
    )
    return _hits((source, action, count) for source, action, count in connection.execute(query))


def hits_of_rules(connection: Connection, *, newest: int = 5000) -> list[Hits]:
    """Of what each reason spoke against and people settled last, how much was fraud.

    Only the newest decisions are read: their reasons are some kilobytes each, and rules change.
    """
    query = (
        _settled()
        .add_columns(verdicts.c.reasons)
        .join(verdicts, verdicts.c.id == decisions.c.verdict)
        .order_by(decisions.c.seq.desc())
        .limit(newest)
    )
    said: dict[str, tuple[str, str]] = {}
    counted: list[tuple[str, str, int]] = []
    for row in connection.execution_options(yield_per=500).execute(query):
        for reason in row.reasons:
            if reason["weight"] > 0:
                counted.append((reason["id"], row.action, 1))
                said.setdefault(reason["id"], (reason["zh"], reason["en"]))
    return [replace(h, zh=said[h.name][0], en=said[h.name][1]) for h in _hits(iter(counted))]


def _settled() -> Select[Any]:
    """What people settled: the subject, and what the last decision on it says."""
    subject = func.coalesce(decisions.c.subject, decisions.c.indicator, type_=IndicatorKey)
    return (
        select(subject.label("indicator"), decisions.c.action)
        .select_from(decisions)
        .join(heads, heads.c.seq == decisions.c.seq)
        .where(
            decisions.c.actor.like("analyst:%"),
            decisions.c.action.in_(_VERDICTS_OF_PEOPLE),
        )
    )


def _hits(rows: Iterator[tuple[str, str, int]]) -> list[Hits]:
    right: dict[str, int] = {}
    settled: dict[str, int] = {}
    for name, action, count in rows:
        settled[name] = settled.get(name, 0) + count
        right[name] = right.get(name, 0) + (count if action == Action.BLOCK.value else 0)
    return sorted(
        (Hits(name, right[name], settled[name]) for name in settled),
        key=lambda hits: (-hits.settled, hits.name),
    )
