"""The shelved days of a carrier → the features of every caller of a window.

A day is measured once and its measures are kept; the window adds days up and joins the slow feeds,
what people confirmed, and how much each complainer's word weighs.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.numbers.complaints import Record
from classifiers.numbers.confirmed import Known, weights_table
from classifiers.numbers.engine import Engine, duckdb_engine, spark_engine
from classifiers.numbers.features.measures import VERSION, Ground, measure_day
from classifiers.numbers.features.neighbours import RECENT_DAYS, shared_callees
from classifiers.numbers.features.window import Extras, window_features
from classifiers.numbers.spoofing import Spoofed
from pipeline.feeds.normalise import area_code
from pipeline.feeds.shelf import Shelf
from pipeline.private import close, private_folder
from pipeline.settings import Settings

DAY = 86_400
SUBSCRIBER_DAYS = 90
"""Days before the last one in which the files of subscribers are read: enough for who sends monthly."""
HORIZONS = {"complaints": 125, "topups": 365}
"""Days before the last one that count: a complaint has lost all heat by then (`HEAT_DAYS`), and a card
that nobody topped up in a year is one of which it is not known."""


def callers_features(
    shelf: Shelf,
    settings: Settings,
    *,
    last: str,
    first: str | None = None,
    known: Known | None = None,
    records: Mapping[int, Record] | None = None,
    spoofed: Spoofed | None = None,
) -> pa.Table:
    """One row per caller of the window that ends with the day `last`: `number` and every feature.

    The window is that of the settings, unless a later `first` day is given.
    """
    begin = max(_before(last, settings.numbers.window_days - 1), first or "")
    days = [day for day in shelf.days("calls") if begin <= day <= last]
    spill = shelf.home / "spill"
    engine_of = (
        spark_engine(scratch=spill / f"spark-{os.getpid()}", master=settings.feeds.spark)
        if settings.feeds.spark
        else duckdb_engine(
            memory=settings.feeds.memory, threads=settings.feeds.threads, spill=spill
        )
    )
    with engine_of as engine:
        measured = [
            (_day_number(day), engine.read([_measures(engine, shelf, settings, day)]))
            for day in days
        ]
        extras = _extras(engine, shelf, settings, last, known or Known(), records or {})
        if spoofed is not None and spoofed.pairs:
            extras = replace(extras, spoofed=engine.put("spoofed", spoofed.table()))
        return window_features(
            measured, extras, offset=_offset(settings), stage=engine.stage
        ).to_pyarrow()


def _measures(engine: Engine, shelf: Shelf, settings: Settings, day: str) -> Path:
    """The file of a day's measures, made unless it is there for these very deliveries and settings."""
    deliveries = [d for d in shelf.deliveries("calls") if day in d.days]
    ground = Ground(
        offset=_offset(settings),
        gateway_tacs=settings.numbers.gateway_tacs,
        risk_areas=tuple(a for text in settings.numbers.risk_areas if (a := area_code(text))),
    )
    basis = [VERSION, asdict(ground), [(d.id, d.generation) for d in deliveries]]
    tag = hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()
    path = shelf.home / "measures" / f"day={day}" / f"{tag[:32]}.parquet"
    if path.exists():
        return path
    records = engine.read([shelf.rows("calls", day, d.id) for d in deliveries])
    table = measure_day(records, ground, engine.stage).to_pyarrow()
    engine.drop_stages()
    private_folder(path.parent)
    for old in path.parent.glob("*.parquet"):
        old.unlink()
    draft = path.with_suffix(".part")
    pq.write_table(table, draft, compression="zstd")
    close(draft)
    draft.replace(path)
    return path


def _extras(
    engine: Engine,
    shelf: Shelf,
    settings: Settings,
    last: str,
    known: Known,
    records: Mapping[int, Record],
) -> Extras:
    def rows(kind: str) -> Any:
        files = shelf.files(kind, first=_before(last, horizons[kind] - 1), last=last)
        return engine.read(files) if files else None

    horizons = {**HORIZONS, "sms": settings.numbers.window_days}
    named = shelf.files("subscribers", first=_before(last, SUBSCRIBER_DAYS - 1), last=last)
    if not named and (days := [day for day in shelf.days("subscribers") if day <= last]):
        # An old word on who opened a card is better than none.
        named = shelf.files("subscribers", first=days[-1], last=last)

    shared = None
    recent = shelf.files("calls", first=_before(last, RECENT_DAYS - 1), last=last)
    if known.confirmed and recent:
        wicked = pa.table({"number": pa.array(sorted(known.confirmed), pa.int64())})
        shared = shared_callees(
            engine.read(recent),
            engine.put("confirmed", wicked),
            offset=_offset(settings),
            stage=engine.stage,
        )
    return Extras(
        subscribers=engine.read(named) if named else None,
        complaints=rows("complaints"),
        sms=rows("sms"),
        topups=rows("topups"),
        shared=shared,
        weights=engine.put("weights", weights_table(records)) if records else None,
        heard_until=end_of_day(last, settings),
    )


def end_of_day(day: str, settings: Settings) -> int:
    """The last second of a local day in ISO form, in seconds UTC."""
    return (_day_number(day) + 1) * DAY - _offset(settings) - 1


def _offset(settings: Settings) -> int:
    return settings.feeds.zone_minutes * 60


def _before(day: str, days: int) -> str:
    """The day so many days before another, both in ISO form."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _day_number(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) // DAY
