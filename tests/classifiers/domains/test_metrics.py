"""The figures by which a model is judged, checked against values known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.domains.evaluation import Task
from classifiers.domains.metrics import (
    auc,
    calibration_error,
    operate,
    precision_at,
    reaching,
    threshold_at,
)


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([1, 0, 1, 0]), np.array([0.9, 0.1, 0.5, 0.5])) == pytest.approx(0.875)


def test_a_threshold_says_when_the_data_cannot_support_the_rate() -> None:
    few, many = np.linspace(0, 1, 500), np.linspace(0, 1, 50_000)
    assert not threshold_at(few, 1e-3).supported
    assert threshold_at(many, 2e-3).false_alarms <= 100
    assert threshold_at(many, 2e-3).bound < 2.5e-3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.sampled_from([0.0, 0.01, 0.1]))
def test_no_more_honest_rows_than_allowed_reach_a_threshold(
    scores: list[float], rate: float
) -> None:
    found = threshold_at(np.array(scores), rate)
    assert (np.array(scores) >= found.value).sum() <= rate * len(scores)


def test_thresholds_are_measured_on_the_half_they_were_not_set_on() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], [20_000, 500])
    scores = np.concatenate([rng.normal(0, 1, 20_000), rng.normal(4, 1, 500)])
    found = operate(labels, scores, 1e-2)
    assert found.threshold.honest == 10_000
    assert found.fpr == pytest.approx(1e-2, abs=4e-3)
    assert found.tpr > 0.9
    assert found.fpr <= found.fpr_bound


def test_every_row_is_measured_by_a_threshold_that_it_did_not_help_to_set() -> None:
    rng = np.random.default_rng(4)
    labels = rng.permutation(np.repeat([0, 1], [2_000, 400]))
    scores = np.where(labels == 1, rng.normal(3, 1, 2_400), rng.normal(0, 1, 2_400))
    found, at = reaching(labels, scores, 1e-2), operate(labels, scores, 1e-2)
    assert found[labels == 1].mean() == pytest.approx(at.tpr)
    assert found[labels == 0].mean() == pytest.approx(at.fpr)
    task = Task("t", labels, scores)
    whole = task.split(["all"] * len(labels), 1e-2)["all"]
    assert (whole["tpr"], whole["fpr"]) == pytest.approx((at.tpr, at.fpr))
    # The single honest row above all others set its own half's threshold, and reaches the other's.
    scores[np.flatnonzero(labels == 0)[0]] = 9.0
    assert reaching(labels, scores, 0.0)[np.flatnonzero(labels == 0)[0]] == 1


def test_precision_is_promised_by_the_bound_and_not_by_the_rate_that_was_asked() -> None:
    labels = np.repeat([0, 1], [200, 100])
    scores = np.concatenate([np.linspace(0, 1, 200), np.full(100, 2.0)])
    seen = Task("t", labels, scores).figures()["fpr 0.001"]
    assert seen["fpr bound"] > 0.01
    promised = precision_at(1.0, seen["fpr bound"], 0.01)
    assert seen["precision at base 0.01"] == pytest.approx(promised)
    assert promised < precision_at(1.0, max(seen["fpr measured"], 1e-3), 0.01)


def test_precision_follows_the_base_rate() -> None:
    assert precision_at(0.9, 0.001, 0.01) == pytest.approx(0.9009, abs=1e-3)
    assert precision_at(0.9, 0.001, 0.001) == pytest.approx(0.4739, abs=1e-3)


def test_calibration_error_of_a_truthful_score_is_small() -> None:
    rng = np.random.default_rng(2)
    said = rng.random(20_000)
    happened = (rng.random(20_000) < said).astype(int)
    assert calibration_error(happened, said) < 0.02
    assert calibration_error(happened, np.minimum(said + 0.3, 1.0)) > 0.15
