"""A carrier's call records → observations of the numbers worth judging: the way of a feed, whole."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.numbers.accounts import (
    Scored,
    credit,
    disagreements,
    send_to_review,
    standings,
)
from classifiers.numbers.engine import Engine, duckdb_engine
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.measures import Ground, measure_day
from classifiers.numbers.features.window import Extras, window_features
from classifiers.numbers.judgement import score
from classifiers.numbers.model import NumberModel, load, shipped
from classifiers.numbers.points import DEFAULT, load_scheme
from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.feeds.contracts import CONTRACTS
from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import Keyring, keyring
from pipeline.feeds.mapping import Mapping, load_mapping
from pipeline.feeds.normalise import area_code
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.take import take_in
from pipeline.indicators import parse_number
from pipeline.nouns import Indicator, Observation
from pipeline.settings import Settings
from pipeline.store import Store

DAY = 86_400


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What became of a feed file."""

    observations: list[Observation] = field(repr=False)
    records: int
    """Rows that came."""
    rejected: int
    """Rows set aside, with reasons in `reasons`."""
    numbers: int
    """Callers that were scored."""
    reasons: dict[str, int]
    unlisted: int = 0
    """Numbers worth judging that are no indicator (spoofed or impossible): counted, never listed."""


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
    progress: Callable[[int], None] | None = None,
) -> FeedResult:
    """Take a file of call records in and say what is known of the numbers worth judging.

    Those are the numbers that may be fraud (`numbers.judge_at`) and the `known` ones, whatever their
    score. `feed_path` may be a folder: then its `calls.*` and the slow feeds beside it are taken in.
    Doing it twice gives the same observations. Raises `FanzhaError` where the file is no such feed
    or a guard stops it; then nothing changed.
    """
    shelf = Shelf(settings.feeds_dir, carrier)
    keys = keyring(settings.feed_keys_dir, carrier)
    guards = Guards(
        offset=settings.feeds.zone_minutes * 60,
        max_bad=settings.feeds.max_bad,
        max_late_days=settings.feeds.max_late_days,
        ahead_hours=settings.feeds.ahead_hours,
        backfill=backfill,
        accept_columns=accept_columns,
    )
    calls: Delivery | None = None
    for path, mapping in _files(feed_path, mapping_path):
        delivery = take_in(
            path, shelf=shelf, keys=keys, mapping=mapping, guards=guards, now=now, progress=progress
        )
        calls = delivery if mapping.kind == "calls" else calls
    if calls is None:
        raise FanzhaError(f"{feed_path}: expected call records (calls.csv or calls.parquet)")
    scored = score_window(shelf, settings, last=max(calls.days))
    model = load(settings.numbers.model) if settings.numbers.model else shipped()
    wanted = _worth_judging(scored, keys, settings, model, known)
    x = model.matrix(list(wanted.values()))
    looked_at = [
        Scored(surrogate, float(p), row)
        for (surrogate, row), p in zip(wanted.items(), score(model, x)[:, 0], strict=True)
    ]
    scheme = load_scheme(settings.numbers.points or DEFAULT)
    day = max(calls.days)
    credit(store, shelf, scheme, looked_at, day=day, at=datetime.fromtimestamp(calls.newest, UTC))
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
    found = standings(store, shelf, scheme, list(wanted), now=now)
    send_to_review(store, disagreements(looked_at, found, indicators, at=now))
    observations = [
        _observation(indicators[surrogate], features, calls, shelf.carrier, settings)
        for surrogate, features in wanted.items()
        if surrogate in indicators
    ]
    return FeedResult(
        observations=sorted(observations, key=lambda o: o.indicator),
        records=calls.rows,
        rejected=calls.rejected,
        numbers=scored.num_rows,
        reasons=dict(calls.reasons),
        unlisted=len(wanted) - len(observations),
    )


def _files(path: Path, mapping_path: Path | None) -> list[tuple[Path, Mapping]]:
    if mapping_path is not None:
        return [(path, load_mapping(mapping_path))]
    if not path.is_dir():
        return [(path, Mapping("calls"))]
    found = [
        (file, Mapping(kind))
        for kind in CONTRACTS
        for file in sorted(path.glob(f"{kind}*"))
        if file.suffix in {".csv", ".gz", ".zst", ".bz2", ".parquet"}
    ]
    return sorted(found, key=lambda item: item[1].kind == "calls")


def score_window(shelf: Shelf, settings: Settings, *, last: str) -> pa.Table:
    """The features of every caller of the window that ends with the day `last`."""
    first = date.fromisoformat(last) - timedelta(days=settings.numbers.window_days - 1)
    days = [day for day in shelf.days("calls") if first.isoformat() <= day <= last]
    spill = shelf.home / "spill"
    with duckdb_engine(
        memory=settings.feeds.memory, threads=settings.feeds.threads, spill=spill
    ) as engine:
        measured = [
            (_day_number(day), engine.read([_measures(engine, shelf, settings, day)]))
            for day in days
        ]
        features = window_features(
            measured,
            _extras(engine, shelf, last),
            offset=settings.feeds.zone_minutes * 60,
            stage=engine.stage,
        )
        return features.to_pyarrow()


def _measures(engine: Engine, shelf: Shelf, settings: Settings, day: str) -> Path:
    """The file of a day's measures, made unless it is there for these very deliveries."""
    deliveries = [d for d in shelf.deliveries("calls") if day in d.days]
    tag = "-".join(d.id[:8] for d in deliveries)
    path = shelf.home / "measures" / f"day={day}" / f"{tag}.parquet"
    if path.exists():
        return path
    ground = Ground(
        offset=settings.feeds.zone_minutes * 60,
        gateway_tacs=settings.numbers.gateway_tacs,
        risk_areas=tuple(a for text in settings.numbers.risk_areas if (a := area_code(text))),
    )
    records = engine.read([shelf.rows("calls", day, d.id) for d in deliveries])
    table = measure_day(records, ground, engine.stage).to_pyarrow()
    engine.drop_stages()
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.parquet"):
        old.unlink()
    draft = path.with_suffix(".part")
    pq.write_table(table, draft, compression="zstd")
    draft.replace(path)
    return path


def _extras(engine: Engine, shelf: Shelf, last: str) -> Extras:
    def rows(kind: str) -> Any:
        files = shelf.files(kind, last=last)
        return engine.read(files) if files else None

    return Extras(
        subscribers=rows("subscribers"),
        complaints=rows("complaints"),
        sms=rows("sms"),
        topups=rows("topups"),
    )


def _day_number(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) // DAY


def _worth_judging(
    scored: pa.Table,
    keys: Keyring,
    settings: Settings,
    model: NumberModel,
    known: Iterable[Indicator],
) -> dict[int, dict[str, float | None]]:
    asked = {keys.surrogate("number", indicator.value) for indicator in known}
    x = np.column_stack([scored[name].to_numpy() for name in model.features])
    chances = score(model, x)[:, 0]
    numbers = scored["number"].to_numpy()
    likely = np.flatnonzero(chances >= settings.numbers.judge_at)
    likely = likely[np.lexsort((numbers[likely], -chances[likely]))][: settings.numbers.judge_limit]
    chosen = np.union1d(likely, np.flatnonzero(np.isin(numbers, np.array(sorted(asked), np.int64))))
    rows = scored.select(["number", *FEATURES]).take(pa.array(chosen)).to_pylist()
    return {int(row.pop("number")): row for row in rows}


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
    calls: Delivery,
    carrier: str,
    settings: Settings,
) -> Observation:
    days = sorted(calls.days)
    offset = timedelta(minutes=settings.feeds.zone_minutes)
    first = datetime.fromisoformat(days[0]).replace(tzinfo=UTC) - offset
    last = datetime.fromtimestamp(calls.newest, UTC)
    value = {
        "window": settings.numbers.window_days,
        "first_day": days[0],
        "last_day": days[-1],
        "features": {
            name: None if number is None else round(number, 6) for name, number in features.items()
        },
    }
    return Observation(indicator, "calls", value, f"feed:{carrier}", first, last)
