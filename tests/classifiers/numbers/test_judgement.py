"""Verdicts: what calls say, what reports may add, and what a thousand liars cannot do."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.numbers import judge
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.judgement import CEILING, COMPLAINTS, acted_on, ceiling, score
from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel, Part, shipped
from pipeline.nouns import Evidence, Indicator, Kind, Label, ReportTally

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIST_AT = shipped().thresholds["list"]
"""Probability from which the shipped model calls a number malicious."""
HELD = ceiling(shipped())
NUMBER = Indicator(Kind.NUMBER, "+8613800138000")
EVERYTHING: dict[str, float | None] = dict.fromkeys(FEATURES)

ORDINARY = EVERYTHING | {
    "calls_per_day": 5, "busiest_hour": 2, "busiest_share": 0.4, "callees_per_call": 0.6,
    "callees_per_day": 3, "once_share": 0.5, "callee_entropy": 0.9, "top_callee_share": 0.5,
    "answer_rate": 0.75, "mean_seconds": 95, "median_seconds": 60, "short_share": 0.05,
    "long_share": 0.05, "callback_rate": 0.4, "out_share": 0.5, "in_calls_per_day": 5,
    "callers_per_callee": 1.2, "stranger_callers": 1, "night_share": 0.05, "active_hours": 4,
    "hour_evenness": 0.9, "mean_gap": 7000, "busy_share": 0.02, "active_days": 1, "imeis": 1,
    "sims_per_imei": 1, "calls_per_imei": 5, "gateway_share": 0, "cells": 2, "cell_crowd": 0,
    "cell_sync": 0, "away_share": 0, "tenure_days": 900, "silent_days": 1, "topup_days": 10,
    "numbers_per_identity": 1, "batch_heavy": 0, "is_organisation": 0, "is_landline": 0,
    "is_mvno": 0, "is_data_card": 0, "is_foreign": 0, "is_spoofed": 0, "is_lookalike": 0,
    "is_impossible": 0, "sms_per_day": 1, "sms_receivers": 1, "complaint_heat": 0,
    "complaint_reporters": 0, "burst": 2.5,
}  # fmt: skip

BOX = ORDINARY | {
    "calls_per_day": 60, "busiest_hour": 32, "busiest_share": 0.53, "callees_per_call": 1.0,
    "callees_per_day": 60, "once_share": 1.0, "callee_entropy": 4.09, "top_callee_share": 1 / 60,
    "answer_rate": 0.3, "mean_seconds": 40, "median_seconds": 14, "short_share": 0.35,
    "long_share": 0.05, "callback_rate": 0.0, "out_share": 0.98, "in_calls_per_day": 1,
    "callers_per_callee": 0.0, "stranger_callers": 0, "active_hours": 3, "mean_gap": 120,
    "busy_share": 0.1, "sims_per_imei": 4, "calls_per_imei": 60, "cells": 1, "cell_crowd": 20,
    "cell_sync": 20, "tenure_days": 60, "numbers_per_identity": 3, "batch_heavy": 14,
    "gateway_share": 1.0, "burst": 30, "sms_per_day": 0, "sms_receivers": 0,
}  # fmt: skip


def evidence(features: dict[str, float | None], tally: ReportTally | None = None) -> Evidence:
    value: dict[str, Any] = {"window": 30, "first_day": "2026-03-01", "last_day": "2026-03-01"}
    return Evidence(NUMBER, NOW, {"calls": {**value, "features": features}}, tally or ReportTally())


def crowd(reporters: int) -> ReportTally:
    return ReportTally(
        reports=reporters, reporters=reporters, sources=("12321",), trusted=("12321",)
    )


def test_a_sim_box_is_malicious_and_says_why_in_both_languages() -> None:
    (verdict,) = judge([evidence(BOX)], now=NOW)
    assert verdict.label is Label.MALICIOUS
    assert verdict.probability >= LIST_AT
    weightiest = verdict.reasons[0]
    assert weightiest.weight > 0
    assert weightiest.zh != weightiest.en
    assert any(r.id == "number.rule.shared-device" for r in verdict.reasons)


def test_an_ordinary_number_is_benign() -> None:
    (verdict,) = judge([evidence(ORDINARY)], now=NOW)
    assert verdict.label is Label.BENIGN


@dataclass(frozen=True)
class Credulous:
    """What a retrained model could become: it believes every complaint."""

    calls_alone: float
    kind: ClassVar[str] = "credulous"

    def log_odds(self, x: Floats) -> Floats:
        said = x[:, [list(FEATURES).index(name) for name in COMPLAINTS]]
        odds = np.log(self.calls_alone / (1 - self.calls_alone)) + said.sum(axis=1)
        return np.asarray(odds, np.float64)

    def contributions(self, x: Floats) -> Floats:
        return np.zeros_like(x)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind}


def credulous(calls_alone: float) -> NumberModel:
    parts = {"mature": Part(((1.0, Credulous(calls_alone)),), 1.0, 0.0)}
    return replace(shipped(), parts=parts)


@pytest.mark.parametrize("calls_alone", [0.001, 0.3, 0.49])
@pytest.mark.parametrize("reporters", [10, 1000, 100_000])
def test_colluding_reporters_cannot_list_a_clean_number(reporters: int, calls_alone: float) -> None:
    model = credulous(calls_alone)
    heard = ORDINARY | {"complaint_heat": float(reporters), "complaint_reporters": float(reporters)}
    assert model.probabilities(model.matrix([heard]))[0] > 0.95
    (verdict,) = judge([evidence(heard, crowd(reporters))], now=NOW, model=model)
    assert verdict.probability == pytest.approx(HELD, abs=1e-6)
    assert HELD < LIST_AT
    assert verdict.label is Label.UNKNOWN
    assert "number.calls-do-not-say" in [r.id for r in verdict.reasons]


@pytest.mark.parametrize("calls_alone", [0.3, 0.49])
def test_nor_can_their_reports_by_another_way(calls_alone: float) -> None:
    (verdict,) = judge([evidence(ORDINARY, crowd(1000))], now=NOW, model=credulous(calls_alone))
    assert verdict.probability == pytest.approx(HELD, abs=1e-6)
    assert verdict.label is Label.UNKNOWN


def test_calls_that_say_fraud_by_themselves_are_not_held_back() -> None:
    (verdict,) = judge([evidence(ORDINARY, crowd(1000))], now=NOW, model=credulous(0.51))
    assert verdict.probability > LIST_AT


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.001, 0.499))
def test_complaints_never_lift_quiet_calls_over_the_ceiling(
    heat: float, reporters: float, calls_alone: float
) -> None:
    model = credulous(calls_alone)
    x = model.matrix([ORDINARY | {"complaint_heat": heat, "complaint_reporters": reporters}])
    assert score(model, x)[0, 0] <= HELD


@pytest.mark.parametrize("form", ["is_spoofed", "is_lookalike", "is_impossible"])
def test_a_number_shown_falsely_goes_to_a_person(form: str) -> None:
    (verdict,) = judge([evidence(BOX | {form: 1.0}, crowd(50))], now=NOW)
    assert verdict.probability == pytest.approx(HELD, abs=1e-6)
    assert verdict.label is Label.UNKNOWN


SHOWN = {"window": 30, "day": "2026-03-01", "calls": 40, "own": 0}


@pytest.mark.parametrize("own", [{"imeis": 0.0}, {"imeis": None}])
def test_a_number_that_others_show_is_capped_and_says_so(own: dict[str, float | None]) -> None:
    item = evidence(BOX | own, crowd(50))
    assert judge([item], now=NOW)[0].label is Label.MALICIOUS
    (verdict,) = judge([replace(item, facts={**item.facts, "spoofed": SHOWN})], now=NOW)
    assert verdict.probability == pytest.approx(HELD, abs=1e-6)
    assert verdict.label is Label.UNKNOWN
    (told,) = [r for r in verdict.reasons if r.id == "number.being-spoofed"]
    assert "2026-03-01" in told.zh
    assert "2026-03-01" in told.en


def test_showing_its_own_number_once_frees_no_sim_box() -> None:
    item = evidence(BOX)
    (verdict,) = judge([replace(item, facts={**item.facts, "spoofed": SHOWN})], now=NOW)
    assert verdict.probability == judge([item], now=NOW)[0].probability
    assert verdict.label is Label.MALICIOUS
    assert "number.spoofed-besides" in [r.id for r in verdict.reasons]


def test_what_complaints_add_does_not_count_as_its_own_calls() -> None:
    heard = ORDINARY | {"complaint_heat": 9.0, "complaint_reporters": 9.0}
    item = evidence(heard, crowd(50))
    model = credulous(LIST_AT - 0.02)
    (verdict,) = judge(
        [replace(item, facts={**item.facts, "spoofed": SHOWN})], now=NOW, model=model
    )
    assert verdict.probability == pytest.approx(HELD, abs=1e-6)


def test_the_model_s_own_thresholds_make_the_label() -> None:
    strict = replace(shipped(), thresholds={"list": 1.0, "review": 0.5})
    (unsure,) = judge([evidence(BOX)], now=NOW, model=strict)
    assert unsure.label is Label.UNKNOWN
    lax = replace(shipped(), thresholds={"list": 1.0, "review": 1.0})
    assert judge([evidence(BOX)], now=NOW, model=lax)[0].label is Label.BENIGN


def test_a_rate_that_the_data_cannot_support_lists_nothing_and_says_so() -> None:
    bound = shipped().card["thresholds"]
    few = replace(shipped(), card={"thresholds": {**bound, "honest_rows": 5000}})
    assert not shipped().warnings
    assert list(few.warnings) == ["list"]
    assert "5,000 honest rows support only 0.0006" in few.warnings["list"]
    (verdict,) = judge([evidence(BOX)], now=NOW, model=few)
    assert verdict.label is Label.UNKNOWN
    assert "number.threshold-unsupported" in [r.id for r in verdict.reasons]


@pytest.mark.parametrize("list_at", [0.2, 0.58, 0.999])
def test_the_ceiling_lies_under_every_listing_threshold(list_at: float) -> None:
    model = replace(shipped(), thresholds={"list": list_at, "review": 0.1})
    assert ceiling(model) < list_at
    assert ceiling(model) <= CEILING


def test_batches_and_single_numbers_agree() -> None:
    both = judge([evidence(BOX), evidence(ORDINARY)], now=NOW)
    assert both == [*judge([evidence(BOX)], now=NOW), *judge([evidence(ORDINARY)], now=NOW)]


def test_contributions_add_up_to_the_log_odds() -> None:
    model = shipped()
    x = model.matrix([BOX, ORDINARY])
    odds = np.log(model.probabilities(x) / (1 - model.probabilities(x)))
    apart = odds - model.contributions(x).sum(axis=1)
    assert apart[0] == pytest.approx(apart[1], abs=1e-6)


@pytest.mark.parametrize("form", ["is_lookalike", "is_impossible", "is_spoofed"])
def test_what_is_measured_is_what_is_acted_on(form: str) -> None:
    model = shipped()
    x = model.matrix([BOX, BOX | {form: 1}, ORDINARY | {"complaint_reporters": 900}])
    acted = acted_on(model, x)
    told = [
        evidence(row) for row in (BOX, BOX | {form: 1}, ORDINARY | {"complaint_reporters": 900})
    ]
    assert acted.tolist() == pytest.approx([v.probability for v in judge(told, now=NOW)], abs=1e-6)
    assert acted[0] >= LIST_AT > HELD >= acted[1]
