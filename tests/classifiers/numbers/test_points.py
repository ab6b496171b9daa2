"""Points: a ledger that anybody can recompute; grades; clearing; disagreement with the model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.numbers.points import (
    DEFAULT,
    award,
    disagreement,
    load_scheme,
    standing,
    verified,
)
from pipeline.errors import FanzhaError
from pipeline.store import Store
from pipeline.store.points import PointEntry, add_points, ledgers_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SCHEME = load_scheme()
GATEWAY_DAY = {"gateway_share": 1.0, "sims_per_imei": 8.0, "probability": 0.99}


def entries(day: int) -> list[PointEntry]:
    return award(SCHEME, GATEWAY_DAY, evidence=f"calls:{day}", at=NOW + timedelta(days=day))


def test_every_rule_names_its_ground() -> None:
    assert all(rule.basis.startswith("ATOF Art.") for rule in SCHEME.rules.values())
    assert [grade.id for grade in SCHEME.grades] == [
        "clear",
        "watch",
        "re-verify",
        "suspend",
        "list",
    ]


def test_points_of_a_day_make_a_grade() -> None:
    now = standing(SCHEME, entries(0), now=NOW)
    assert {rule.id: points for rule, points in now.parts} == {
        "fraud-behaviour": 40, "gateway": 40, "shared-device": 25, "frequent-alert": 15,
    }  # fmt: skip
    assert (now.balance, now.grade.id) == (120, "list")


def test_points_halve_with_time_and_stop_at_the_cap() -> None:
    rule = SCHEME.rules["shared-device"]
    alone = [e for e in entries(0) if e.rule == rule.id]
    later = standing(SCHEME, alone, now=NOW + timedelta(days=rule.half_life_days))
    assert later.balance == pytest.approx(rule.points / 2)
    many = [replace(alone[0], evidence=f"calls:{n}") for n in range(100)]
    assert standing(SCHEME, many, now=NOW).balance == rule.cap


def test_a_crowd_without_a_record_is_not_credible_people() -> None:
    crowd = {"complaint_confidence": 0.4385, "credible_reporters": 0.0}
    told = {"complaint_confidence": 0.3, "credible_reporters": 2.0}
    day = "complaints:2026-03-01"
    assert award(SCHEME, crowd, evidence=day, at=NOW, of_complaints=True) == []
    (entry,) = award(SCHEME, told, evidence=day, at=NOW, of_complaints=True)
    assert entry.rule == "complained"
    assert award(SCHEME, told, evidence="calls:2026-03-01", at=NOW) == []


def test_verification_in_person_restores_at_once() -> None:
    ledger = [*entries(0), verified(evidence="visit:1", at=NOW, actor="analyst:li")]
    assert standing(SCHEME, ledger, now=NOW).grade.id == "clear"
    ledger += entries(1)
    assert standing(SCHEME, ledger, now=NOW + timedelta(days=1)).balance == 120


def test_model_and_points_that_disagree_go_to_a_person() -> None:
    clear, full = standing(SCHEME, [], now=NOW), standing(SCHEME, entries(0), now=NOW)
    assert disagreement(clear, 0.99)
    assert disagreement(full, 0.01)
    assert disagreement(full, 0.99) is None
    assert disagreement(clear, 0.01) is None


def test_the_ledger_counts_the_same_evidence_once(store: Store) -> None:
    rows = [(7, entry) for entry in entries(0)]
    with store.write() as tx:
        assert add_points(tx, "c", rows) == 4
    with store.write() as tx:
        assert add_points(tx, "c", rows) == 0
        assert ledgers_of(tx, "c", [7, 8]) == {7: entries(0)}
        assert ledgers_of(tx, "other", [7]) == {}


def test_a_scheme_that_is_wrong_says_so(tmp_path: Path) -> None:
    path = tmp_path / "points.toml"
    path.write_text(DEFAULT.read_text("utf-8").replace("cap = 80", "cap = 1", 1), "utf-8")
    with pytest.raises(FanzhaError, match="fraud-behaviour"):
        load_scheme(path)
