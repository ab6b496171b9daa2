"""How what experts say is combined: by their mean, with few numbers to fit."""

import numpy as np
import pytest

from classifiers.domains.combination import fit_blend

RNG = np.random.default_rng(4)
LABELS = RNG.integers(0, 2, 600)
SIDES = 2.0 * LABELS - 1
GOOD = SIDES + RNG.normal(0, 1, 600)
OTHER = 30 * (SIDES + RNG.normal(0, 1, 600))
"""As telling as `GOOD`, on a scale of its own."""
NOTHING = np.zeros(600)
LIMITS = {"good": 12.0, "other": 1000.0, "wrong": 12.0, "rules": 6.0}


def test_experts_on_scales_of_their_own_count_alike() -> None:
    inputs = {"rules": NOTHING, "good": GOOD, "other": OTHER}
    blend = fit_blend(inputs, LABELS, limits=LIMITS)
    assert blend.weights["good"] == pytest.approx(30 * blend.weights["other"], rel=0.2)
    caught = ((blend.scores(inputs) > 0) == LABELS).mean()
    assert caught > ((GOOD > 0) == LABELS).mean()


def test_log_odds_are_calibrated() -> None:
    inputs = {"rules": NOTHING, "good": GOOD, "other": OTHER}
    said = 1 / (1 + np.exp(-fit_blend(inputs, LABELS, limits=LIMITS).scores(inputs)))
    sure = said > 0.9
    assert said.mean() == pytest.approx(LABELS.mean(), abs=0.01)
    assert LABELS[sure].mean() == pytest.approx(said[sure].mean(), abs=0.05)


def test_who_contradicts_the_labels_is_not_heard() -> None:
    blend = fit_blend({"rules": -SIDES, "good": GOOD, "wrong": -GOOD}, LABELS, limits=LIMITS)
    assert set(blend.weights) == {"good"}


def test_where_nobody_knows_anything_the_share_of_fraud_is_said() -> None:
    blend = fit_blend({"rules": -SIDES, "wrong": -GOOD}, LABELS, limits=LIMITS)
    assert blend.weights == {}
    assert 1 / (1 + np.exp(-blend.bias)) == pytest.approx(LABELS.mean())


def test_one_row_says_the_same_as_many() -> None:
    inputs = {"rules": SIDES, "good": GOOD}
    blend = fit_blend(inputs, LABELS, limits=LIMITS)
    one = {name: float(values[7]) for name, values in inputs.items()}
    assert blend.bias + sum(blend.parts(one).values()) == pytest.approx(blend.scores(inputs)[7])
