"""Voices: how often each reporter was right, by what people decided afterwards.

A voice is a reporter of a source that checks who reports, or the source itself: names that nobody
checked are invented as easily as they are counted. Only people's decisions count:
what a machine decided on the strength of a voice must not raise that voice.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Column, Connection, Integer, Table, Text, case, delete, func, or_, select

from pipeline.nouns import Action
from pipeline.store.decisions import decisions, heads
from pipeline.store.reports import report_indicators, reports
from pipeline.store.schema import insert_new, metadata

voices = Table(
    "voices",
    metadata,
    Column("voice", Text, primary_key=True),
    Column("right", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
)

Record = tuple[int, int]
"""How many of a voice's subjects people blocked, and how many they spared."""


def voice_of(source: str, reporter: str | None, verified: Collection[str]) -> str:
    """The voice in which a report speaks; `verified` are the sources that check who reports."""
    return reporter if reporter and source in verified else f"source:{source}"


def weight(record: Record | None) -> float:
    """What a voice weighs, 0 to 1: one until it has erred more often than it was right.

    Twice the mean of Beta(1 + right, 1 + wrong), and never more than one, so that no single voice
    can stand for two.
    """
    right, wrong = record or (0, 0)
    return min(1.0, 2 * (1 + right) / (2 + right + wrong))


def count_again(connection: Connection, *, verified: Collection[str]) -> int:
    """Count all records anew from the reports and the decisions; returns how many voices have one."""
    itself = "source:" + reports.c.source
    spoken = case(
        (reports.c.source.in_(sorted(verified)), func.coalesce(reports.c.reporter, itself)),
        else_=itself,
    )
    query = (
        select(
            spoken,
            func.sum(case((decisions.c.action == Action.BLOCK, 1), else_=0)),
            func.sum(case((decisions.c.action == Action.BLOCK, 0), else_=1)),
        )
        .select_from(
            decisions.join(heads, heads.c.seq == decisions.c.seq)
            .join(
                report_indicators,
                report_indicators.c.indicator
                == func.coalesce(decisions.c.subject, decisions.c.indicator),
            )
            .join(reports, reports.c.id == report_indicators.c.report)
        )
        .where(
            or_(decisions.c.actor.like("analyst:%"), decisions.c.actor.like("appeal:%")),
            decisions.c.action.in_([Action.BLOCK, Action.ALLOW, Action.DISMISS]),
        )
        .group_by(spoken)
    )
    counted = [
        {"voice": voice, "right": int(right), "wrong": int(wrong)}
        for voice, right, wrong in connection.execute(query)
    ]
    connection.execute(delete(voices))
    return insert_new(connection, voices, counted)


def records(connection: Connection, wanted: Collection[str]) -> Mapping[str, Record]:
    """The records of voices; one that has none is left out."""
    found: dict[str, Record] = {}
    names = sorted(wanted)
    for start in range(0, len(names), 500):
        query = select(voices).where(voices.c.voice.in_(names[start : start + 500]))
        found.update({row.voice: (row.right, row.wrong) for row in connection.execute(query)})
    return found
