"""A carrier's call records → observations of the numbers worth judging: the way of a feed, whole."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.drift import Shift
from classifiers.numbers.accounts import (
    Scored,
    credit,
    disagreements,
    send_to_review,
    standings,
    verified_at,
)
from classifiers.numbers.callers import callers_features, end_of_day
from classifiers.numbers.confirmed import complaint_records, known_numbers
from classifiers.numbers.crediting import credited
from classifiers.numbers.drift import shifts
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.judgement import score
from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel, shipped
from classifiers.numbers.points import DEFAULT, load_scheme
from classifiers.numbers.spoofing import being_spoofed
from pipeline.errors import NotAnIndicatorError
from pipeline.feeds.arriving import Arrived, take_all
from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import Keyring, kept_keyring
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.indicators import parse_number
from pipeline.nouns import Indicator, Observation
from pipeline.protected import load as load_protected
from pipeline.settings import Settings
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What became of the feed files that came together."""

    observations: list[Observation] = field(repr=False)
    records: int
    """Rows that came, of every file."""
    rejected: int
    """Rows set aside, of every file, with reasons in `reasons`."""
    numbers: int
    """Callers that were scored; none where no call records came."""
    reasons: dict[str, int]
    files: tuple[tuple[str, Delivery], ...] = ()
    """Each file's name and what became of it."""
    unlisted: int = 0
    """Numbers worth judging that are no indicator (spoofed or impossible): counted, never listed."""
    model: str = ""
    shifts: tuple[Shift, ...] = ()
    """How far the callers lie from those that the model was calibrated on."""
    spoofed: tuple[Observation, ...] = ()
    """Of the numbers that others showed: which, and when."""


def feed_observations(
    feed_path: Path,
    *,
    settings: Settings,
    store: Store,
    now: datetime,
    carrier: str = "feed",
    mapping_path: Path | None = None,
    backfill: bool = False,
    accept_columns: bool = False,
    known: Iterable[Indicator] = (),
    model: NumberModel | None = None,
    progress: Callable[[int], None] | None = None,
) -> FeedResult:
    """Take a feed file, or a folder of them, in and say what is known of the numbers worth judging.

    Those are the numbers that may be fraud (`numbers.judge_at`) and the `known` ones, whatever their
    score; the shipped model scores where no `model` is given. Without call records among the files
    nothing is scored: the slow feeds wait for the next calls. `mapping_path` is a mapping file or a
    folder of them; without it the carrier's own below `mappings/` serve, where there are any. Doing it
    twice gives the same observations. Raises `FanzhaError` where a file is no such feed or a guard
    stops it; of that file nothing is kept.
    """
    shelf = Shelf(settings.feeds_dir, carrier)
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    guards = Guards(
        offset=settings.feeds.zone_minutes * 60,
        max_bad=settings.feeds.max_bad,
        max_late_days=settings.feeds.max_late_days,
        ahead_hours=settings.feeds.ahead_hours,
        backfill=backfill,
        accept_columns=accept_columns,
    )
    own_mappings = settings.feed_mappings_dir / carrier
    arrived = take_all(
        feed_path,
        shelf=shelf,
        keys=keys,
        mappings=mapping_path or (own_mappings if own_mappings.is_dir() else None),
        guards=guards,
        now=now,
        progress=progress,
    )
    model = model or shipped()
    calls = arrived.of("calls")
    if not calls:
        return _result(arrived, model=model.name)
    days = sorted({day for delivery in calls for day in delivery.days})
    newest = datetime.fromtimestamp(max(delivery.newest for delivery in calls), UTC)
    day = days[-1]
    people = known_numbers(store, keys)
    records = complaint_records(shelf, people)
    spoofed = being_spoofed(store, shelf, settings, keys, days=days, now=now)
    scored = callers_features(
        shelf, settings, last=day, known=people, records=records, spoofed=spoofed
    )
    whole = np.column_stack([scored[name].to_numpy() for name in model.features])
    wanted = _worth_judging(scored, whole, keys, settings, model, known)
    called_on = _last_days(scored, wanted, settings)
    x = model.matrix(list(wanted.values()))
    looked_at = [
        Scored(surrogate, float(p), called_on[surrogate], row)
        for (surrogate, row), p in zip(wanted.items(), score(model, x)[:, 0], strict=True)
    ]
    scheme = load_scheme(settings.numbers.points or DEFAULT)
    names = resolve(
        store,
        shelf,
        wanted,
        keys_folder=settings.feed_keys_dir,
        actor="policy:feed",
        purpose="scored as worth judging, or reported",
        now=now,
    )
    indicators = {
        surrogate: indicator
        for surrogate, name in names.items()
        if (indicator := _indicator(name)) is not None
    }
    protected = load_protected(settings)
    shielded = {s for s, i in indicators.items() if protected.refusal(i) is not None}
    today = credited(
        [s for s in looked_at if s.surrogate not in shielded],
        verified_at(store, shelf, list(wanted)),
        day=day,
        settings=settings,
        model=model,
        features_of_the_day=lambda: callers_features(
            shelf, settings, last=day, first=day, known=people, records=records, spoofed=spoofed
        ),
    )
    offset = settings.feeds.zone_minutes * 60
    credit(
        store,
        shelf,
        scheme,
        today,
        day=day,
        at=newest,
        heard_until=datetime.fromtimestamp(end_of_day(day, settings), UTC),
        records=records,
        spoofed=spoofed,
        offset=offset,
    )
    callers = {s.surrogate: indicators.get(s.surrogate) for s in today}
    found = standings(store, shelf, scheme, callers, protected=protected, now=now)
    apart = disagreements(today, found, indicators, thresholds=model.thresholds, at=now)
    send_to_review(store, apart)
    observations = [
        _observation(
            indicators[surrogate],
            features,
            days,
            newest,
            called_on[surrogate],
            shelf.carrier,
            settings,
        )
        for surrogate, features in wanted.items()
        if surrogate in indicators
    ]
    return _result(
        arrived,
        observations=sorted(observations, key=lambda o: o.indicator),
        numbers=scored.num_rows,
        unlisted=len(wanted) - len(observations),
        model=model.name,
        shifts=tuple(shifts(model, whole)),
        spoofed=spoofed.observations,
    )


def _result(
    arrived: Arrived,
    *,
    model: str,
    observations: Sequence[Observation] = (),
    numbers: int = 0,
    unlisted: int = 0,
    shifts: tuple[Shift, ...] = (),
    spoofed: tuple[Observation, ...] = (),
) -> FeedResult:
    return FeedResult(
        observations=list(observations),
        records=arrived.rows,
        rejected=arrived.rejected,
        numbers=numbers,
        reasons=arrived.reasons,
        files=tuple(arrived.files),
        unlisted=unlisted,
        model=model,
        shifts=shifts,
        spoofed=spoofed,
    )


def _worth_judging(
    scored: pa.Table,
    x: Floats,
    keys: Keyring,
    settings: Settings,
    model: NumberModel,
    known: Iterable[Indicator],
) -> dict[int, dict[str, float | None]]:
    asked = {keys.surrogate("number", indicator.value) for indicator in known}
    chances = score(model, x)[:, 0]
    numbers = scored["number"].to_numpy()
    likely = np.flatnonzero(chances >= settings.numbers.judge_at)
    likely = likely[np.lexsort((numbers[likely], -chances[likely]))][: settings.numbers.judge_limit]
    chosen = np.union1d(likely, np.flatnonzero(np.isin(numbers, np.array(sorted(asked), np.int64))))
    rows = scored.select(["number", *FEATURES]).take(pa.array(chosen)).to_pylist()
    return {int(row.pop("number")): row for row in rows}


def _last_days(scored: pa.Table, wanted: Iterable[int], settings: Settings) -> dict[int, str]:
    """The local day on which each wanted number made its last call, in ISO form."""
    rows = scored.select(["number", "until"])
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


def _observation(
    indicator: Indicator,
    features: dict[str, float | None],
    days: Sequence[str],
    last: datetime,
    called_on: str,
    carrier: str,
    settings: Settings,
) -> Observation:
    offset = timedelta(minutes=settings.feeds.zone_minutes)
    first = datetime.fromisoformat(days[0]).replace(tzinfo=UTC) - offset
    value = {
        "window": settings.numbers.window_days,
        "first_day": days[0],
        "last_day": days[-1],
        "called_on": called_on,
        "features": {
            name: None if number is None else round(number, 6) for name, number in features.items()
        },
    }
    return Observation(indicator, "calls", value, f"feed:{carrier}", first, last)
