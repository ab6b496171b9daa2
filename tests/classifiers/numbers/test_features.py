"""Measures and features of calls small enough to be counted by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from classifiers.numbers.complaints import CROWD, UNPROVEN, Complaint, Record, weigh
from classifiers.numbers.confirmed import weights_table
from classifiers.numbers.engine import Engine, duckdb_engine
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.gangs import HEAVY_CALLS, LARGEST_BOX, LARGEST_CROWD
from classifiers.numbers.features.measures import (
    MEASURES,
    Ground,
    measure_day,
)
from classifiers.numbers.features.neighbours import shared_callees
from classifiers.numbers.features.window import Extras, window_features
from pipeline.feeds.forms import Form

DAY = 20_513
MIDNIGHT = DAY * 86_400 - 8 * 3600
GATEWAY = 86012304


def row(caller: int, callee: int, hour: float, seconds: int = 0, **changes: Any) -> dict[str, Any]:
    """A call at a local hour of the day."""
    return {
        "number": caller,
        "other": callee,
        "at": MIDNIGHT + int(hour * 3600),
        "seconds": seconds,
        "imei": caller * 10,
        "tac": 35000000,
        "cell": 7,
        "area": 510100,
        "form": int(Form.MOBILE),
        **changes,
    }


def records(rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema(
        [
            ("number", pa.int64()),
            ("other", pa.int64()),
            ("at", pa.int64()),
            ("seconds", pa.int32()),
            ("imei", pa.int64()),
            ("tac", pa.int32()),
            ("cell", pa.int64()),
            ("area", pa.int32()),
            ("form", pa.int8()),
        ]
    )
    return pa.Table.from_pylist(rows, schema)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with duckdb_engine(memory="500MB") as made:
        yield made


def features(
    engine: Engine, *days: list[dict[str, Any]], extras: Extras | None = None
) -> dict[int, dict[str, Any]]:
    ground = Ground(gateway_tacs=(GATEWAY,), risk_areas=(-800,))
    measured = []
    for n, rows in enumerate(days):
        table = measure_day(engine.put(f"records_{n}", records(rows)), ground, engine.stage)
        measured.append((DAY + n, engine.stage(f"day_{n}", table)))
    found = window_features(measured, extras or Extras(), offset=8 * 3600, stage=engine.stage)
    return {r["number"]: r for r in found.to_pyarrow().to_pylist()}


def test_every_feature_is_documented() -> None:
    assert len(FEATURES) >= 30
    for name, feature in FEATURES.items():
        assert feature.family, name
        assert feature.unit, name
        assert feature.meaning, name
        assert "{value}" in feature.en or feature.unit == "0/1", name
    assert len({f.family for f in FEATURES.values()}) >= 10


def test_reach_answer_and_call_backs(engine: Engine) -> None:
    calls = [
        row(1, 2, 9.0, 30),
        row(1, 2, 9.5, 400),
        row(1, 3, 10.0, 5),
        row(1, 4, 23.0, 0),
        row(2, 1, 9.2, 60),
        row(5, 1, 9.3, 60),
    ]
    one = features(engine, calls)[1]
    assert one["calls_per_day"] == 4
    assert one["callees_per_call"] == pytest.approx(3 / 4)
    assert one["once_share"] == pytest.approx(2 / 3)
    assert one["top_callee_share"] == pytest.approx(2 / 4)
    assert one["answer_rate"] == pytest.approx(3 / 4)
    assert one["median_seconds"] == 30
    assert one["short_share"] == pytest.approx(1 / 3)
    assert one["long_share"] == pytest.approx(1 / 3)
    assert one["callback_rate"] == pytest.approx(1 / 3)
    assert one["out_share"] == pytest.approx(4 / 6)
    assert one["stranger_callers"] == 1
    assert one["night_share"] == pytest.approx(1 / 4)
    assert one["busiest_hour"] == 2
    # ln 4 − (2 ln 2) / 4: two calls to one callee, one each to two others.
    assert one["callee_entropy"] == pytest.approx(1.386294361 - 2 * 0.693147181 / 4)
    assert one["tenure_days"] is None


def test_a_sim_box_shows_in_devices_cells_and_beginnings(engine: Engine) -> None:
    box = [
        row(n, 1000 + 10 * n + k, 14 + k / 20 + n / 1000, 5, imei=77, tac=GATEWAY, area=-800)
        for n in (1, 2, 3)
        for k in range(6)
    ]
    honest = [row(9, 2000 + k, 8 + k, 60, cell=k) for k in range(6)]
    found = features(engine, box + honest)
    assert [found[1][name] for name in ("sims_per_imei", "cell_crowd", "cell_sync")] == [3, 3, 3]
    assert found[1]["gateway_share"] == found[1]["away_share"] == 1
    assert [found[9][name] for name in ("sims_per_imei", "cell_crowd", "cells")] == [1, 0, 6]


def test_a_window_adds_days_up_and_sees_a_burst(engine: Engine) -> None:
    quiet = [row(1, 2, 9)]
    loud = [row(1, 100 + n, 9 + n / 10, at=MIDNIGHT + 86_400 + 32_400 + n) for n in range(20)]
    one = features(engine, quiet, loud)[1]
    assert one["active_days"] == 2
    assert one["calls_per_day"] == pytest.approx(21 / 2)
    assert one["burst"] == pytest.approx(20 / 2)


def test_slow_feeds_give_age_batch_and_complaints_of_the_past_alone(engine: Engine) -> None:
    calls = [row(1, 10 + n, 12 + n / 100) for n in range(6)]
    calls += [row(2, 30 + n, 12 + n / 100) for n in range(6)]
    until = max(c["at"] for c in calls if c["number"] == 1)
    subscribers = pa.table(
        {
            "number": [1, 2, 3],
            "at": [until] * 3,
            "activated": [until - 3 * 86_400] * 3,
            "identity": [50, 50, 51],
            "dealer": [1, 1, 1],
            "batch": [1, 1, 1],
            "last_active": [MIDNIGHT - 86_400] * 3,
        }
    )
    complaints = pa.table(
        {
            "number": [1, 1, 1, 1],
            "reporter": [7, 7, 8, 9],
            "at": [until, until - 14 * 86_400, until - 14 * 86_400, until + 5],
            "verdict": pa.array([0, 0, 1, 0], pa.int8()),
        }
    )
    extras = Extras(
        subscribers=engine.put("subscribers", subscribers),
        complaints=engine.put("complaints", complaints),
    )
    found = features(engine, calls, extras=extras)
    one = found[1]
    assert one["tenure_days"] == pytest.approx(3)
    assert one["silent_days"] == pytest.approx(1)
    assert one["numbers_per_identity"] == 2
    assert one["batch_heavy"] == 2
    assert one["complaint_reporters"] == 2
    assert one["complaint_heat"] == pytest.approx(UNPROVEN * (1 + 0.5))
    assert found[2]["complaint_reporters"] == 0
    assert one["topup_days"] is None


# Reporters by what became of their word; the others have no record.
RECORDS = {7: Record(20, 0), 8: Record(1, 4), 9: Record(3, 3)}


@pytest.mark.parametrize("records", [{}, RECORDS], ids=["unknown", "known"])
def test_the_features_weigh_complaints_as_the_points_do(
    engine: Engine, records: dict[int, Record]
) -> None:
    last = MIDNIGHT + 86_400 - 1
    rng = np.random.default_rng(7)
    words: list[dict[str, int]] = []
    # The n-th number has n words, of fewer people: some speak twice.
    for number in range(1, 81):
        for ago in rng.choice(40 * 86_400, number, replace=False):
            by = int(rng.integers(7, 7 + number))
            said = int(rng.integers(0, 3))
            words.append({"number": number, "reporter": by, "at": last - int(ago), "verdict": said})
    extras = Extras(
        complaints=engine.put("complaints", pa.Table.from_pylist(words)),
        weights=engine.put("weights", weights_table(records)) if records else None,
        heard_until=last,
    )
    found = features(engine, [row(n, 500, 9) for n in range(1, 81)], extras=extras)
    by_name = {str(reporter): record for reporter, record in records.items()}
    for number, one in found.items():
        told = [
            Complaint(str(w["reporter"]), datetime.fromtimestamp(w["at"], UTC), w["verdict"] == 2)
            for w in words
            if w["number"] == number
        ]
        voice = weigh(told, by_name, now=datetime.fromtimestamp(last, UTC))
        assert one["complaint_heat"] == pytest.approx(voice.heat), number
        assert one["complaint_reporters"] <= voice.reporters


@pytest.mark.parametrize(("reporters", "heat"), [(29, 2.9), (31, CROWD)])
def test_a_crowd_without_a_record_weighs_little(
    engine: Engine, reporters: int, heat: float
) -> None:
    until = MIDNIGHT + 9 * 3600
    told = [{"number": 1, "reporter": n, "at": until, "verdict": 0} for n in range(reporters)]
    extras = Extras(complaints=engine.put("complaints", pa.Table.from_pylist(told)))
    one = features(engine, [row(1, 2, 9)], extras=extras)[1]
    assert one["complaint_heat"] == pytest.approx(heat)
    assert one["complaint_reporters"] == reporters


def test_a_reporter_who_was_mostly_wrong_is_none(engine: Engine) -> None:
    until = MIDNIGHT + 9 * 3600
    complaints = pa.table(
        {
            "number": [1, 1, 1],
            "reporter": [7, 8, 99],
            "at": [until, until, until],
            "verdict": pa.array([0, 0, 0], pa.int8()),
        }
    )
    extras = Extras(
        complaints=engine.put("complaints", complaints),
        weights=engine.put("weights", weights_table(RECORDS)),
    )
    one = features(engine, [row(1, 2, 9)], extras=extras)[1]
    assert one["complaint_heat"] == pytest.approx(RECORDS[7].weight + UNPROVEN)
    assert one["complaint_reporters"] == 2


@pytest.mark.parametrize(("until", "reporters"), [(None, 1), (MIDNIGHT + 86_400 - 1, 2)])
def test_complaints_of_after_the_last_call_count_to_the_end_of_the_day(
    engine: Engine, until: int | None, reporters: int
) -> None:
    called = MIDNIGHT + 9 * 3600
    complaints = pa.table(
        {
            "number": [1, 1, 1],
            "reporter": [7, 8, 9],
            "at": [called - 60, called + 6 * 3600, MIDNIGHT + 86_400],
            "verdict": pa.array([0, 0, 0], pa.int8()),
        }
    )
    extras = Extras(complaints=engine.put("complaints", complaints), heard_until=until)
    one = features(engine, [row(1, 2, 9)], extras=extras)[1]
    assert one["complaint_reporters"] == reporters


def test_callees_shared_with_another_confirmed_number(engine: Engine) -> None:
    # 1 and 2 are confirmed; 3 called two of their callees, one of them twice; 4 called nobody's.
    calls = [
        *(row(1, callee, 9) for callee in (50, 51, 52)),
        row(2, 52, 9),
        *(row(3, callee, 10) for callee in (50, 50, 51, 60, 61)),
        row(4, 70, 11),
    ]
    shared = shared_callees(
        engine.put("calls", records(calls)),
        engine.put("confirmed", pa.table({"number": [1, 2]})),
        offset=8 * 3600,
        stage=engine.stage,
    )
    found = features(engine, calls, extras=Extras(shared=shared))
    assert {n: found[n]["victim_overlap"] for n in (1, 2, 3, 4)} == {1: 1, 2: 1, 3: 2, 4: 0}


def test_measures_are_whole_columns(engine: Engine) -> None:
    table = measure_day(engine.put("r", records([row(1, 2, 9)])), Ground(), engine.stage)
    assert table.columns == ("number", *MEASURES)


def test_a_device_or_cell_of_too_many_is_a_placeholder(engine: Engine) -> None:
    many = [row(n, 10_000 + n, 9, imei=77) for n in range(1, LARGEST_BOX + 2)]
    few = [row(9_000 + n, 9_500, 9, imei=88) for n in range(3)]
    found = features(engine, many + few)
    assert (found[1]["imeis"], found[1]["sims_per_imei"], found[1]["calls_per_imei"]) == (
        0,
        None,
        None,
    )
    assert found[9_000]["sims_per_imei"] == 3
    crowd = [
        row(n, 20_000 + 10 * n + k, 9 + k / 10)
        for n in range(1, LARGEST_CROWD + 2)
        for k in range(HEAVY_CALLS)
    ]
    found = features(engine, crowd)
    assert (found[1]["cell_crowd"], found[1]["cell_sync"]) == (0, 0)


def test_of_daily_files_of_subscribers_the_newest_row_counts_whole(engine: Engine) -> None:
    day = 86_400
    calls = [row(1, 10 + n, 12 + n / 100) for n in range(6)]
    told = [
        # number, as of, identity, dealer, batch, last_active
        (1, MIDNIGHT - 40 * day, 99, 9, None, MIDNIGHT - 100 * day),
        (1, MIDNIGHT + day, 50, None, 1, MIDNIGHT),
        (2, MIDNIGHT + day, 50, None, 1, None),
        (3, MIDNIGHT - 40 * day, 50, None, 1, None),
    ]
    names = ("number", "at", "identity", "dealer", "batch", "last_active")
    schema = pa.schema([(name, pa.int64()) for name in names])
    table = pa.Table.from_pylist([dict(zip(names, t, strict=True)) for t in told], schema)
    table = table.append_column("activated", pa.array([MIDNIGHT - 200 * day] * 4))
    one = features(engine, calls, extras=Extras(subscribers=engine.put("subscribers", table)))[1]
    assert one["numbers_per_identity"] == 2  # 3 was given back: the newest files have it no more
    assert one["silent_days"] == pytest.approx(100)  # not the day of the burst itself
    assert one["batch_heavy"] == 0  # no dealer: not the one of an older row


def test_messages_count_within_the_window_alone(engine: Engine) -> None:
    sms = pa.table(
        {"number": [1, 1, 1], "other": [5, 6, 7], "at": [MIDNIGHT - 5, MIDNIGHT + 5, MIDNIGHT + 9]}
    )
    one = features(engine, [row(1, 2, 12)], extras=Extras(sms=engine.put("sms", sms)))[1]
    assert (one["sms_per_day"], one["sms_receivers"]) == (2, 2)
