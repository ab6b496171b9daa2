"""Numbers' challengers: people's decisions are the rows, the trial decides, drift is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from classifiers.numbers.drift import baseline, shifts
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.lessons import train_numbers
from classifiers.numbers.model import NumberModel
from classifiers.numbers.settled import Settled, read_settled
from flows.number_retraining import export_numbers, retrain_numbers
from flows.scheduled import number_retraining_run
from flows.shelf import NUMBERS, SHIPPED, Shelf
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind, Observation
from pipeline.review.learning import number_file
from pipeline.store import Store
from pipeline.store.decisions import add_decision
from pipeline.store.observations import add_observations

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def settled(count: int, *, seed: int, days_ago: float) -> list[Settled]:
    """Numbers as people settle them: fraud calls many, once each, and is not called back."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(count):
        fraud = n % 2 == 1
        features: dict[str, float | None] = dict.fromkeys(FEATURES)
        features |= {
            "calls_per_day": float(rng.normal(110 if fraud else 40, 15)),
            "callback_rate": float(rng.beta(1, 30) if fraud else rng.beta(2, 8)),
            "tenure_days": 400.0,
        }
        moment = NOW - timedelta(days=days_ago, minutes=count - n)
        found.append(Settled(features, fraud, moment))
    return found


@pytest.fixture(scope="module")
def weak() -> NumberModel:
    """A champion that learned the opposite."""
    wrong = [Settled(s.features, not s.fraud, s.settled) for s in settled(400, seed=1, days_ago=60)]
    return train_numbers(None, wrong, name="weak", rounds=5)


def test_a_challenger_that_catches_more_judges_from_then_on(
    tmp_path: Path, weak: NumberModel
) -> None:
    shelf = Shelf(tmp_path, NUMBERS)
    rows = [*settled(600, seed=2, days_ago=60), *settled(100, seed=3, days_ago=2)]
    outcome = retrain_numbers(
        shelf, rows, champion=weak, worlds=None, version="next", weeks=4, at=NOW
    )
    assert (outcome.fraud, outcome.honest) == (50, 50)
    assert outcome.won
    assert shelf.current() == "next"
    assert shelf.model().name.startswith("numbers@next+")
    assert "list" in shelf.model().warnings
    again = retrain_numbers(
        shelf, rows, champion=shelf.model(), worlds=None, version="same", weeks=4, at=NOW
    )
    assert not again.won
    assert shelf.current() == "next"
    assert shelf.versions() == [SHIPPED, "next", "same"]


def test_too_little_is_said(tmp_path: Path, weak: NumberModel) -> None:
    shelf = Shelf(tmp_path, NUMBERS)

    def run(rows: list[Settled]) -> None:
        retrain_numbers(shelf, rows, champion=weak, worlds=None, version="n", weeks=4, at=NOW)

    with pytest.raises(FanzhaError, match="settled in the last 4 weeks"):
        run(settled(50, seed=4, days_ago=60))
    with pytest.raises(FanzhaError, match="at least 20 fraudulent"):
        run(settled(50, seed=4, days_ago=2))
    assert shelf.versions() == [SHIPPED]


def test_a_trial_that_breaks_leaves_the_version_free_for_another_run(
    tmp_path: Path, weak: NumberModel
) -> None:
    shelf = Shelf(tmp_path, NUMBERS)
    rows = [*settled(200, seed=2, days_ago=60), *settled(50, seed=3, days_ago=2)]
    with pytest.raises(KeyError):
        retrain_numbers(
            shelf, rows, champion=replace(weak, parts={}), worlds=None, version="w", weeks=4, at=NOW
        )
    assert shelf.versions() == [SHIPPED]


def test_only_what_a_person_decided_is_exported_and_no_number(store: Store, tmp_path: Path) -> None:
    by_person, by_machine, spared = (
        Indicator(Kind.NUMBER, f"+8613800138{n:03d}") for n in range(3)
    )
    value = {"window": 30, "features": {"calls_per_day": 61.0, "tenure_days": None}}
    with store.write() as tx:
        seen = [by_person, by_machine, spared]
        add_observations(tx, [Observation(i, "calls", value, "feed:a", NOW, NOW) for i in seen])
        add_decision(tx, Decision(by_person, Action.BLOCK, None, "r", "analyst:li", NOW))
        add_decision(tx, Decision(by_machine, Action.BLOCK, None, "r", "policy:default@2", NOW))
        add_decision(tx, Decision(spared, Action.DISMISS, None, "r", "analyst:li", NOW))
    path = tmp_path / "numbers.jsonl"
    with store.read() as tx:
        assert export_numbers(tx, path, at=NOW) == 2
    assert "138001380" not in path.read_text()
    assert sorted(s.fraud for s in read_settled(path)) == [False, True]
    assert read_settled(path)[0].features == {"calls_per_day": 61.0, "tenure_days": None}


def test_the_desk_s_file_of_labels_is_read_too(store: Store, tmp_path: Path) -> None:
    number = Indicator(Kind.NUMBER, "+8613800138000")
    value = {"window": 30, "features": {"calls_per_day": 61.0, "tenure_days": None}}
    with store.write() as tx:
        add_observations(tx, [Observation(number, "calls", value, "feed:a", NOW, NOW)])
        add_decision(tx, Decision(number, Action.BLOCK, None, "r", "analyst:li", NOW))
    path = tmp_path / "labels.csv"
    with store.read() as tx:
        path.write_text(number_file(tx), encoding="utf-8")
    features = {"calls_per_day": 61.0, "tenure_days": None}
    assert read_settled(path) == [Settled(features, True, NOW)]


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "numbers.jsonl"
    path.write_text('{"features": {}, "fraud": true, "settled": "2026-03-01T00:00:00+00:00"}\n{"fe')
    with pytest.raises(FanzhaError, match="row 2"):
        read_settled(path)


def test_drift_is_small_among_callers_alike_and_large_among_others(weak: NumberModel) -> None:
    x = weak.matrix([s.features for s in settled(1500, seed=5, days_ago=1)])
    trained = NumberModel(weak.name, weak.features, weak.parts, {}, {"baseline": baseline(weak, x)})
    alike = weak.matrix([s.features for s in settled(1500, seed=6, days_ago=1)])
    assert max(shift.index for shift in shifts(trained, alike)) < 0.1
    other = alike.copy()
    other[:, list(FEATURES).index("calls_per_day")] *= 3
    first = shifts(trained, other)[0]
    assert first.name in {"calls_per_day", "score"}
    assert first.index > 0.25
    assert shifts(trained, other[:50]) == []


def test_by_the_clock_nothing_is_trained_where_nothing_was_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    assert "nothing to try one on" in str(number_retraining_run.fn())
    assert not (tmp_path / "models").exists()
