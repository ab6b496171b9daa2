"""Tallies: what the reports of an indicator add up to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.categories import Category
from pipeline.nouns import Indicator, ReportTally, Standing
from pipeline.store.reports import report_indicators, reports
from pipeline.store.voices import Record, records, voice_of, weight

Row = tuple[str, str | None, datetime, str | None]
"""Source, reporter, time and category of one report."""


def tallies(
    connection: Connection,
    indicators: Sequence[Indicator],
    *,
    standing: Standing,
    until: Mapping[Indicator, datetime] | None = None,
) -> dict[Indicator, ReportTally]:
    """What the reports of each indicator add up to; indicators that nobody reported are left out.

    `until`: only what had come in at that time, for each of them. How much a voice weighs is always
    what is known of it now.
    """
    rows: dict[Indicator, list[Row]] = {}
    for start in range(0, len(indicators), 500):
        query = (
            select(
                report_indicators.c.indicator,
                reports.c.source,
                reports.c.reporter,
                func.coalesce(reports.c.reported_at, reports.c.received_at),
                reports.c.category,
                reports.c.received_at,
            )
            .join(reports, reports.c.id == report_indicators.c.report)
            .where(report_indicators.c.indicator.in_(indicators[start : start + 500]))
        )
        for indicator, *row, received in connection.execute(query):
            if until is not None and received > until[indicator]:
                continue
            rows.setdefault(indicator, []).append(tuple(row))
    voices = {indicator: _voices(found, standing.verified) for indicator, found in rows.items()}
    known = records(connection, {voice for heard in voices.values() for voice in heard})
    return {i: _tally(found, voices[i], standing, known) for i, found in rows.items()}


def _voices(rows: list[Row], verified: Collection[str]) -> set[str]:
    """The voices in which some reports speak; a source that names somebody is no voice beside them."""
    named = {source for source, reporter, *_ in rows if reporter and source in verified}
    return {
        voice_of(source, reporter, verified)
        for source, reporter, *_ in rows
        if reporter or source not in named
    }


def _tally(
    rows: list[Row], voices: set[str], standing: Standing, known: Mapping[str, Record]
) -> ReportTally:
    sources = {source for source, *_ in rows}
    times = [at for _, _, at, _ in rows]
    return ReportTally(
        reports=len(rows),
        reporters=len(voices),
        weight=round(sum(weight(known.get(voice)) for voice in voices), 6),
        sources=tuple(sorted(sources)),
        trusted=tuple(sorted(sources & standing.trusted)),
        categories=tuple(sorted({Category(c) for *_, c in rows if c is not None})),
        first_at=min(times),
        last_at=max(times),
    )
