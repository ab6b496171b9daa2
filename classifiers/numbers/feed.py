"""A carrier's call records → observations of the numbers worth judging: the way of a feed, whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers.drift import Shift
from classifiers.numbers.accounts import Scored, disagreements, send_to_review, standings
from classifiers.numbers.callers import end_of_day
from classifiers.numbers.complained import credit_complaints
from classifiers.numbers.confirmed import complaint_records, known_numbers
from classifiers.numbers.day import Look, Round, credit_day, look
from classifiers.numbers.drift import shifts
from classifiers.numbers.model import NumberModel, shipped
from classifiers.numbers.open_days import note, strike, waiting
from classifiers.numbers.points import DEFAULT, Scheme, load_scheme
from classifiers.numbers.spoofing import being_spoofed
from pipeline.feeds.arriving import Arrived, take_all
from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.overlap import STRAY
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.sole import sole
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
    unread: dict[str, int] = field(default_factory=dict)
    """Optional column → rows kept in which it says what could not be read: taken as unknown."""
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
    score, and those so much complained of that a person looks at them; the shipped model scores where no
    `model` is given. Without call records among the files nothing is scored: the slow feeds wait for the
    next calls. Points are entered for each day of calls, and each day of complaints, once it is over, also
    where a later take finds it so. `mapping_path` is a mapping file or a
    folder of them; without it the carrier's own below `mappings/` serve, where there are any. Doing it
    twice gives the same observations. Raises `FanzhaError` where a file is no such feed or a guard
    stops it; of that file nothing is kept.
    """
    shelf = Shelf(settings.feeds_dir, carrier)
    with sole(shelf):
        return _observations(
            feed_path,
            shelf,
            _guards(settings, backfill=backfill, accept_columns=accept_columns),
            settings=settings,
            store=store,
            now=now,
            mapping_path=mapping_path,
            known=known,
            model=model or shipped(),
            progress=progress,
        )


def _guards(settings: Settings, *, backfill: bool, accept_columns: bool) -> Guards:
    return Guards(
        offset=settings.feeds.zone_minutes * 60,
        max_bad=settings.feeds.max_bad,
        max_late_days=settings.feeds.max_late_days,
        ahead_hours=settings.feeds.ahead_hours,
        backfill=backfill,
        accept_columns=accept_columns,
        most_bytes=int(settings.feeds.max_gigabytes * 1e9),
    )


def _observations(
    feed_path: Path,
    shelf: Shelf,
    guards: Guards,
    *,
    settings: Settings,
    store: Store,
    now: datetime,
    mapping_path: Path | None,
    known: Iterable[Indicator],
    model: NumberModel,
    progress: Callable[[int], None] | None,
) -> FeedResult:
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    own_mappings = settings.feed_mappings_dir / shelf.carrier
    arrived = take_all(
        feed_path,
        shelf=shelf,
        keys=keys,
        mappings=mapping_path or (own_mappings if own_mappings.is_dir() else None),
        guards=guards,
        now=now,
        progress=progress,
    )
    came = sorted({day for delivery in arrived.of("calls") for day in delivery.days})
    for kind in ("calls", "complaints"):
        note(shelf, kind, {day for delivery in arrived.of(kind) for day in delivery.days})
    over, heard = (_over(shelf, kind, settings, now) for kind in ("calls", "complaints"))
    if not came and not over and not heard:
        return _result(arrived, model=model.name)
    people = known_numbers(store, keys)
    days = sorted({*came, *over})
    work = Round(
        store,
        shelf,
        settings,
        keys,
        model,
        load_protected(settings),
        people,
        complaint_records(shelf, people),
        being_spoofed(store, shelf, settings, keys, days=days, now=now),
        frozenset(known),
        now,
    )
    scheme = load_scheme(settings.numbers.points or DEFAULT)
    send_to_review(store, credit_complaints(work, scheme, heard))
    for day in heard:
        strike(shelf, "complaints", day)
    came = _in_earnest(arrived.of("calls"), over)
    newest = look(work, came[-1]) if came else None
    _credit_all(work, scheme, over, newest)
    if newest is None:
        return _result(arrived, model=model.name, spoofed=work.spoofed.observations)
    until = min(
        max(delivery.newest for delivery in arrived.of("calls")), end_of_day(came[-1], settings)
    )
    observations = [
        _observation(indicator, features, came, until, newest.called_on[surrogate], shelf, settings)
        for surrogate, features in newest.wanted.items()
        if (indicator := work.names[surrogate]) is not None
    ]
    return _result(
        arrived,
        observations=sorted(observations, key=lambda o: o.indicator),
        numbers=newest.callers.num_rows,
        unlisted=len(newest.wanted) - len(observations),
        model=model.name,
        shifts=tuple(shifts(model, newest.x)),
        spoofed=work.spoofed.observations,
    )


def _in_earnest(calls: Sequence[Delivery], over: Sequence[str]) -> list[str]:
    """The days of which calls came, without a last one that goes on and of which a few rows came too soon.

    By them a day would seem to have begun on which nobody calls: they are looked at with the next file.
    """
    rows: Counter[str] = Counter()
    for delivery in calls:
        rows.update(delivery.days)
    days = sorted(rows)
    few = len(days) > 1 and rows[days[-1]] <= STRAY * rows.total()
    return days[:-1] if few and days[-1] not in over else days


def _over(shelf: Shelf, kind: str, settings: Settings, now: datetime) -> list[str]:
    """The days of calls or complaints that wait for their points and are over."""
    there = set(shelf.days(kind))
    return [
        day
        for day in waiting(shelf, kind)
        if day in there and end_of_day(day, settings) < now.timestamp()
    ]


def _credit_all(work: Round, scheme: Scheme, days: Sequence[str], newest: Look | None) -> None:
    """Credit the days that are over, oldest first; where points and model disagree, a person looks."""
    latest: dict[int, Scored] = {}
    for day in days:
        seen = newest if newest is not None and newest.day == day else look(work, day)
        latest |= {s.surrogate: s for s in credit_day(work, seen, scheme)}
        strike(work.shelf, "calls", day)
    callers = {surrogate: work.names[surrogate] for surrogate in latest}
    found = standings(
        work.store, work.shelf, scheme, callers, protected=work.protected, now=work.now
    )
    names = {surrogate: i for surrogate, i in callers.items() if i is not None}
    thresholds = work.model.thresholds
    apart = disagreements(list(latest.values()), found, names, thresholds=thresholds, at=work.now)
    send_to_review(work.store, apart)


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
        unread=arrived.unread,
        files=tuple(arrived.files),
        unlisted=unlisted,
        model=model,
        shifts=shifts,
        spoofed=spoofed,
    )


def _observation(
    indicator: Indicator,
    features: dict[str, float | None],
    days: Sequence[str],
    until: int,
    called_on: str,
    shelf: Shelf,
    settings: Settings,
) -> Observation:
    offset = timedelta(minutes=settings.feeds.zone_minutes)
    last = datetime.fromtimestamp(until, UTC)
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
    return Observation(indicator, "calls", value, f"feed:{shelf.carrier}", first, last)
