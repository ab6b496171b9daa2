"""Reports and their subjects: what was claimed, and how far the work on each indicator has come."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    case,
    func,
    select,
    type_coerce,
    update,
)

from pipeline.nouns import Indicator, Kind, Report
from pipeline.store.places import keep_places
from pipeline.store.schema import (
    IndicatorKey,
    Turn,
    UtcTime,
    insert_new,
    metadata,
    take_turn,
    upsert,
)

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("reporter", Text),
    Column("raw_sha256", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("reported_at", UtcTime),
    Column("category", Text),
    Column("count", Integer, nullable=False),
    # What a month's figures count, without reading the rows.
    Index("ix_reports_received_at_source", "received_at", "source"),
)

report_indicators = Table(
    "report_indicators",
    metadata,
    Column("indicator", IndicatorKey, primary_key=True),
    Column("report", Text, ForeignKey("reports.id"), primary_key=True),
)

subjects = Table(
    "subjects",
    metadata,
    Column("indicator", IndicatorKey, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("voices", Integer, nullable=False, default=0),
    Index("ix_subjects_stage_voices", "stage", "voices", "indicator"),
    Index("ix_subjects_due_at", "due_at"),
)


class Stage(StrEnum):
    """What is to be done next about a subject. A killed run finds here where it was."""

    CRAWL = "crawl"
    JUDGE = "judge"
    SETTLE = "settle"
    DONE = "done"


def add_reports(connection: Connection, batch: Sequence[Report], *, at: datetime) -> int:
    """Store reports and open their indicators as subjects; returns how many reports were new.

    A report that is there already changes nothing. A new report about a subject whose work was done
    sends it back to be judged again with one more voice. Two that bring the same reports at once
    take turns, so that only one of them counts them.
    """
    if not batch:
        return 0
    take_turn(connection, Turn.REPORTS)
    unique = {report.id: report for report in batch}
    known = set()
    ids = list(unique)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        known |= set(connection.scalars(select(reports.c.id).where(reports.c.id.in_(part))))
    new = {key: report for key, report in unique.items() if key not in known}
    insert_new(
        connection,
        reports,
        (
            {
                "id": key,
                "source": r.source,
                "reporter": r.reporter,
                "raw_sha256": r.raw_sha256,
                "received_at": r.received_at,
                "reported_at": r.reported_at,
                "category": r.category.value if r.category else None,
                "count": r.count,
            }
            for key, r in new.items()
        ),
    )
    insert_new(
        connection,
        report_indicators,
        (
            {"indicator": indicator, "report": key}
            for key, r in new.items()
            for indicator in dict.fromkeys(map(str, r.indicators))
        ),
    )
    open_subjects(connection, (i for r in new.values() for i in r.indicators), at=at)
    return len(new)


def open_subjects(connection: Connection, indicators: Iterable[Indicator], *, at: datetime) -> None:
    """Open indicators as subjects: sites to be crawled, numbers to be judged; again if done."""
    heard: dict[Indicator, int] = {}
    for indicator in indicators:
        heard[indicator] = heard.get(indicator, 0) + 1
    upsert(
        connection,
        subjects,
        (
            {
                "indicator": indicator,
                "stage": _first_stage(indicator),
                "first_at": at,
                "changed_at": at,
                "due_at": None,
                "voices": times,
            }
            for indicator, times in heard.items()
        ),
        update=lambda new: {
            "stage": case(
                (subjects.c.stage == Stage.DONE, Stage.JUDGE.value), else_=subjects.c.stage
            ),
            "changed_at": new.changed_at,
            "voices": subjects.c.voices + new.voices,
        },
    )
    keep_places(connection, heard)


def _first_stage(indicator: Indicator) -> str:
    return (Stage.JUDGE if indicator.kind is Kind.NUMBER else Stage.CRAWL).value


def at_stage(
    connection: Connection, stage: Stage, *, limit: int, numbers: bool | None = None
) -> list[Indicator]:
    """The subjects at a stage, those with the most voices first, then by name, backwards (as the index runs).

    `numbers` chooses phone numbers alone (True), sites alone (False), or both (None).
    """
    query = select(subjects.c.indicator).where(subjects.c.stage == stage)
    if numbers is not None:
        is_number = subjects.c.indicator.cast(Text).like("number:%")
        query = query.where(is_number if numbers else ~is_number)
    query = query.order_by(subjects.c.voices.desc(), subjects.c.indicator.desc()).limit(limit)
    return list(connection.scalars(query))


def voices_of(connection: Connection, indicators: Sequence[Indicator]) -> dict[Indicator, int]:
    """How many speak of each subject, as the order of work counts them."""
    query = select(subjects.c.indicator, subjects.c.voices)
    return {
        row.indicator: row.voices
        for start in range(0, len(indicators), 500)
        for row in connection.execute(
            query.where(subjects.c.indicator.in_(indicators[start : start + 500]))
        )
    }


def louder(connection: Connection, heard: Mapping[Indicator, int]) -> set[Indicator]:
    """The subjects of which more speak by now than were heard, in a transaction that moves them on.

    Their rows are locked until its end, so that nobody is added unheard between this and the move.
    """
    query = select(subjects.c.indicator, subjects.c.voices).order_by(subjects.c.indicator)
    asked = sorted(heard)
    return {
        row.indicator
        for start in range(0, len(asked), 500)
        for row in connection.execute(
            query.where(subjects.c.indicator.in_(asked[start : start + 500])).with_for_update()
        )
        if row.voices > heard[row.indicator]
    }


def all_numbers(connection: Connection) -> Iterator[Indicator]:
    """The phone numbers among the subjects, by name."""
    query = select(subjects.c.indicator).where(subjects.c.indicator.cast(Text).like("number:%"))
    yield from connection.scalars(query.order_by(subjects.c.indicator))


def changed_sites(connection: Connection, *, since: datetime, limit: int) -> list[Indicator]:
    """The sites on which work was done since a time, the newest first."""
    query = (
        select(subjects.c.indicator)
        .where(
            subjects.c.changed_at >= since,
            ~subjects.c.indicator.cast(Text).like("number:%"),
        )
        .order_by(subjects.c.changed_at.desc(), subjects.c.indicator)
        .limit(limit)
    )
    return list(connection.scalars(query))


def all_subjects(connection: Connection, *, size: int) -> Iterator[list[Indicator]]:
    """Every subject, in batches, by name."""
    last = None
    while True:
        query = select(subjects.c.indicator).order_by(subjects.c.indicator).limit(size)
        if last is not None:
            query = query.where(subjects.c.indicator > last)
        batch = list(connection.scalars(query))
        if not batch:
            return
        yield batch
        last = batch[-1]


def _lock(connection: Connection, part: Sequence[Indicator]) -> None:
    """Lock rows in the order in which others lock them: an UPDATE alone takes them as they lie."""
    if connection.dialect.name == "postgresql":
        query = select(subjects.c.indicator).where(subjects.c.indicator.in_(part))
        connection.execute(query.order_by(subjects.c.indicator).with_for_update())


def move(
    connection: Connection,
    indicators: Sequence[Indicator],
    stage: Stage,
    *,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Say that the work on these subjects is now at a stage, and when to look at them again.

    A time that is set already stays: a new report must not put off the next visit.
    """
    ordered = sorted(indicators)
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        _lock(connection, part)
        connection.execute(
            update(subjects)
            .where(subjects.c.indicator.in_(part))
            .values(
                stage=stage.value,
                changed_at=at,
                due_at=func.coalesce(subjects.c.due_at, type_coerce(due_at, UtcTime)),
            )
        )


def reopen_due(connection: Connection, *, at: datetime) -> int:
    """Send subjects whose re-check is due back to the crawl; returns how many."""
    due = (subjects.c.stage == Stage.DONE) & (subjects.c.due_at <= at)
    changes = {
        "stage": case(
            (subjects.c.indicator.cast(Text).like("number:%"), Stage.JUDGE.value),
            else_=Stage.CRAWL.value,
        ),
        "changed_at": at,
        "due_at": None,
    }
    return int(connection.execute(update(subjects).where(due).values(changes)).rowcount)


def count_stages(connection: Connection) -> dict[Stage, int]:
    """How many subjects are at each stage."""
    query = select(subjects.c.stage, func.count()).group_by(subjects.c.stage)
    found = {Stage(stage): int(count) for stage, count in connection.execute(query)}
    return {stage: found.get(stage, 0) for stage in Stage}


def count_reports(connection: Connection) -> int:
    """How many reports are stored."""
    return int(connection.scalar(select(func.count()).select_from(reports)) or 0)
