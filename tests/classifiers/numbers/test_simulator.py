"""The simulated world: the same seed the same bytes, trades as described, truth beside it."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from classifiers.numbers.simulator.calls import draw_calls
from classifiers.numbers.simulator.feeds import calls_of, make_world
from classifiers.numbers.simulator.personas import FRAUD, HONEST, HOURS
from classifiers.numbers.simulator.records import first_calls, forms_of, normalised
from classifiers.numbers.simulator.write import write_feed
from pipeline.errors import FanzhaError
from pipeline.feeds.forms import Form

DAY = date(2026, 3, 2)


def test_shares_add_up_and_profiles_exist() -> None:
    assert sum(p.share for p in HONEST) == pytest.approx(1)
    assert sum(p.share for p in FRAUD) == pytest.approx(1)
    assert {p.hours for p in (*HONEST, *FRAUD)} <= set(HOURS)
    assert all(len(profile) == 24 for profile in HOURS.values())


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_feed(
            tmp_path / name, numbers=300, fraud=0.02, seed=4, days=2, first_day=DAY, form="csv"
        )
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert "calls-2026-03-03.csv" in names
    assert "truth.csv" in names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with pytest.raises(FanzhaError, match=r"csv\.gz"):
        write_feed(tmp_path, numbers=300, fraud=0, seed=4, days=1, first_day=DAY, form="xls")


def test_couriers_call_strangers_as_often_as_gangs_do() -> None:
    world = make_world(seed=2, numbers=4000, fraud=0.02, first_day=DAY)
    people = world.people
    calls = draw_calls(np.random.default_rng(1), people)
    made = Counter(people.persona[calls.caller[calls.caller < people.callers]].tolist())

    def each(name: str) -> float:
        return made[name] / len(people.of(name))

    assert each("courier") > each("sim-box") > 3 * each("ordinary")
    assert int(people.fraud.sum()) == 80


def test_spoofed_numbers_come_from_abroad() -> None:
    world = make_world(seed=2, numbers=2000, fraud=0.05, first_day=DAY)
    forms = forms_of(world).to_numpy()
    spoofed = forms[world.people.of("spoofed")]
    shown = {Form.SPOOFED, Form.LOOKALIKE, Form.INTERNATIONAL, Form.IMPOSSIBLE}
    assert {Form(code) for code in spoofed.tolist()} <= shown


def test_what_is_known_at_the_fifth_call_holds_nothing_later() -> None:
    world = make_world(seed=3, numbers=500, fraud=0.05, first_day=DAY)
    ((day, calls),) = calls_of(world)
    told = normalised(world, day, calls, forms_of(world))
    seen = first_calls(told, 5, len(world.people.shown))
    made = seen.group_by("number").aggregate([("at", "max"), ("at", "count")])
    assert max(made["at_count"].to_pylist()) == 5
    until = dict(zip(made["number"].to_pylist(), made["at_max"].to_pylist(), strict=True))
    full = {
        n
        for n, c in zip(made["number"].to_pylist(), made["at_count"].to_pylist(), strict=True)
        if c == 5
    }
    for row in seen.filter(pa.compute.greater_equal(seen["other"], 0)).to_pylist():
        assert row["other"] not in full or row["at"] <= until[row["other"]]


def test_of_what_nobody_sent_there_is_no_file(tmp_path: Path) -> None:
    written = write_feed(tmp_path, numbers=20, fraud=0, seed=4, days=1, first_day=DAY, form="csv")
    assert "complaints.csv" not in written
    assert not (tmp_path / "complaints.csv").exists()
    assert all(rows for name, rows in written.items() if name != "truth.csv")


def test_a_world_of_trades_has_as_many_of_them_as_asked() -> None:
    world = make_world(seed=2, numbers=1000, fraud=0.01, first_day=DAY, shares={"bank": 0.2})
    assert len(world.people.of("bank")) == round(0.2 * 990)
    assert len(world.people.of("courier")) == int(0.015 * 990)
    assert world.people.callers == 1000
