"""Whom a day of calls credits with points, and by which features: only who called on that day.

The features of a window go on saying for weeks what a subscriber did once. So a number that did not
call on the day gets no points, one that was verified in person since then gets none for that day,
and one that was verified within the window is looked at by the calls of the day alone: for the
earlier ones it has answered already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.numbers.accounts import Scored
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.judgement import score
from classifiers.numbers.model import NumberModel
from pipeline.settings import Settings


def credited(
    scored: Sequence[Scored],
    verified: Mapping[int, datetime],
    *,
    day: str,
    settings: Settings,
    model: NumberModel,
    features_of_the_day: Callable[[], pa.Table],
) -> list[Scored]:
    """Those of `scored` who called on the local `day`, as they are to be credited for it.

    `verified` is when a number was last verified in person. `features_of_the_day` is asked only where
    somebody was verified within the window.
    """
    began = date.fromisoformat(day) - timedelta(days=settings.numbers.window_days)
    plain: list[Scored] = []
    answered: list[Scored] = []
    for s in scored:
        at = verified.get(s.surrogate)
        on = None if at is None else (at + timedelta(minutes=settings.feeds.zone_minutes)).date()
        if s.called_on != day or (on is not None and on.isoformat() >= day):
            continue
        (plain if on is None or on < began else answered).append(s)
    return plain + (_by_the_day(answered, features_of_the_day(), model) if answered else [])


def _by_the_day(scored: Sequence[Scored], table: pa.Table, model: NumberModel) -> list[Scored]:
    wanted = pa.array([s.surrogate for s in scored], pa.int64())
    found = table.filter(pc.is_in(table["number"], value_set=wanted)).select(["number", *FEATURES])
    rows = {int(row.pop("number")): row for row in found.to_pylist()}
    if not rows:
        return []
    chances = np.atleast_2d(score(model, model.matrix(list(rows.values()))))[:, 0]
    fresh = dict(zip(rows, chances.tolist(), strict=True))
    return [
        replace(s, probability=fresh[s.surrogate], features=rows[s.surrogate])
        for s in scored
        if s.surrogate in rows
    ]
