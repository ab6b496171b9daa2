"""What the store adds up to: the figures that end a run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, func, or_, select

from pipeline.nouns import Action, Label
from pipeline.store.decisions import decisions, heads
from pipeline.store.observations import observations
from pipeline.store.reports import reports, subjects
from pipeline.store.reviews import count_waiting
from pipeline.store.verdicts import verdicts


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of everything up to now, not of one run alone, so that a resumed run ends the same."""

    reports: int
    sites: int
    numbers: int
    crawled: int
    dead: int
    """Sites whose newest verdict is that nothing, or a parking page, is there."""
    blocked: int
    review: int
    dismissed: int
    watched: int
    numbers_listed: int


def overview(connection: Connection, *, at: datetime) -> Overview:
    """Count reports, subjects, visits, and the decisions that are live at a time."""

    def count(query: Select[tuple[int]]) -> int:
        return int(connection.scalar(query) or 0)

    def live(action: Action, *, numbers: bool) -> int:
        return count(
            select(func.count())
            .select_from(heads.join(decisions, heads.c.seq == decisions.c.seq))
            .where(
                decisions.c.action == action.value,
                or_(decisions.c.expires_at.is_(None), decisions.c.expires_at > at),
                _is_number(decisions.c.indicator, numbers),
            )
        )

    newest = select(func.max(verdicts.c.seq).label("seq")).group_by(verdicts.c.indicator).subquery()
    dead = (
        select(func.count())
        .select_from(verdicts.join(newest, newest.c.seq == verdicts.c.seq))
        .where(verdicts.c.label.in_([Label.DEAD.value, Label.PARKED.value]))
    )
    visited = select(func.count(observations.c.indicator.distinct())).where(
        observations.c.prop == "http.state"
    )
    return Overview(
        reports=count(select(func.count()).select_from(reports)),
        sites=count(select(func.count()).where(_is_number(subjects.c.indicator, False))),
        numbers=count(select(func.count()).where(_is_number(subjects.c.indicator, True))),
        crawled=count(visited),
        dead=count(dead),
        blocked=live(Action.BLOCK, numbers=False),
        review=count_waiting(connection),
        dismissed=live(Action.DISMISS, numbers=False) + live(Action.DISMISS, numbers=True),
        watched=live(Action.WATCH, numbers=False) + live(Action.WATCH, numbers=True),
        numbers_listed=live(Action.BLOCK, numbers=True),
    )


def _is_number(column: ColumnElement[object], wanted: bool) -> ColumnElement[bool]:
    found = column.cast(Text).like("number:%")
    return and_(found) if wanted else ~found
