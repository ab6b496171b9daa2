"""One day of a carrier's calls, looked back on: who is worth judging at its end, and whom it credits.

A day is credited once it is over, by the window that ends with it and nothing later, so that the ledger
is the same whether its calls came in one file, in two, or with a few rows of the next day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.numbers.accounts import Scored, credit, verified_at
from classifiers.numbers.callers import callers_features, end_of_day
from classifiers.numbers.complaints import Record
from classifiers.numbers.confirmed import Known
from classifiers.numbers.crediting import credited
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.judgement import score
from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel
from classifiers.numbers.points import Scheme
from classifiers.numbers.spoofing import Spoofed
from pipeline.errors import NotAnIndicatorError
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.nouns import Indicator
from pipeline.protected import Protected
from pipeline.settings import Settings
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Round:
    """What all days of one take are looked at with."""

    store: Store
    shelf: Shelf
    settings: Settings
    keys: Keyring
    model: NumberModel
    protected: Protected
    people: Known
    records: dict[int, Record]
    spoofed: Spoofed
    known: frozenset[Indicator]
    """Numbers that are worth judging whatever their score."""
    now: datetime
    names: dict[int, Indicator | None] = field(default_factory=dict)
    """Surrogates that were resolved; None: spoofed or impossible, no indicator."""
    heard: set[int] = field(default_factory=set)
    """Numbers so much complained of that a person looks at them, and so at their calls."""


@dataclass(frozen=True, slots=True)
class Look:
    """A window that ends with a day."""

    day: str
    callers: pa.Table
    """One row per caller: `number`, `until` and every feature."""
    x: Floats
    """The model's columns of the callers."""
    wanted: dict[int, dict[str, float | None]]
    """The numbers worth judging: surrogate → features."""
    called_on: dict[int, str]
    """Local day of each one's last call, in ISO form."""


def look(work: Round, day: str) -> Look:
    """Score the callers of the window that ends with `day`, and resolve those worth judging."""
    callers = _features(work, day)
    x = np.column_stack([callers[name].to_numpy() for name in work.model.features])
    wanted = _worth_judging(work, callers, x)
    name_them(work, wanted, purpose="scored as worth judging, or reported")
    return Look(day, callers, x, wanted, _last_days(callers, wanted, work.settings))


def name_them(work: Round, surrogates: Iterable[int], *, purpose: str) -> None:
    """Resolve numbers that were not yet, into `work.names`."""
    fresh = sorted(set(surrogates) - work.names.keys())
    if not fresh:
        return
    names = resolve(
        work.store,
        work.shelf,
        fresh,
        keys_folder=work.settings.feed_keys_dir,
        actor="policy:feed",
        purpose=purpose,
        now=work.now,
    )
    work.names.update({surrogate: _indicator(names.get(surrogate, "")) for surrogate in fresh})


def credit_day(work: Round, seen: Look, scheme: Scheme) -> list[Scored]:
    """Enter the points that the day at the end of the window brings; returns whom it credits."""
    looked_at = [
        Scored(surrogate, float(p), seen.called_on[surrogate], row)
        for (surrogate, row), p in zip(
            seen.wanted.items(),
            score(work.model, work.model.matrix(list(seen.wanted.values())))[:, 0],
            strict=True,
        )
    ]
    shielded = {
        s for s in seen.wanted if (i := work.names[s]) is not None and work.protected.refusal(i)
    }
    found = credited(
        [s for s in looked_at if s.surrogate not in shielded],
        verified_at(work.store, work.shelf, list(seen.wanted)),
        day=seen.day,
        settings=work.settings,
        model=work.model,
        features_of_the_day=lambda: _features(work, seen.day, first=seen.day),
    )
    credit(
        work.store,
        work.shelf,
        scheme,
        found,
        day=seen.day,
        at=datetime.fromtimestamp(pc.max(seen.callers["until"]).as_py(), UTC),
        heard_until=datetime.fromtimestamp(end_of_day(seen.day, work.settings), UTC),
        records=work.records,
        spoofed=work.spoofed,
        offset=work.settings.feeds.zone_minutes * 60,
    )
    return found


def _features(work: Round, day: str, *, first: str | None = None) -> pa.Table:
    return callers_features(
        work.shelf,
        work.settings,
        last=day,
        first=first,
        known=work.people,
        records=work.records,
        spoofed=work.spoofed,
    )


def _worth_judging(work: Round, callers: pa.Table, x: Floats) -> dict[int, dict[str, float | None]]:
    asked = {work.keys.surrogate("number", indicator.value) for indicator in work.known}
    asked |= work.heard
    chances = score(work.model, x)[:, 0]
    numbers = callers["number"].to_numpy()
    likely = np.flatnonzero(chances >= work.settings.numbers.judge_at)
    likely = likely[np.lexsort((numbers[likely], -chances[likely]))]
    likely = likely[: work.settings.numbers.judge_limit]
    chosen = np.union1d(likely, np.flatnonzero(np.isin(numbers, np.array(sorted(asked), np.int64))))
    rows = callers.select(["number", *FEATURES]).take(pa.array(chosen)).to_pylist()
    return {int(row.pop("number")): row for row in rows}


def _last_days(callers: pa.Table, wanted: Iterable[int], settings: Settings) -> dict[int, str]:
    rows = callers.select(["number", "until"])
    rows = rows.filter(pc.is_in(rows["number"], value_set=pa.array(list(wanted), pa.int64())))
    shift = settings.feeds.zone_minutes * 60
    return {
        number: datetime.fromtimestamp(until + shift, UTC).date().isoformat()
        for number, until in zip(
            *(rows[name].to_pylist() for name in rows.column_names), strict=True
        )
    }


def _indicator(name: str) -> Indicator | None:
    """The indicator of a resolved number; spoofed names and impossible forms have none."""
    if not name or name.startswith("abroad:"):
        return None
    try:
        return parse_number(name)
    except NotAnIndicatorError:
        return None
