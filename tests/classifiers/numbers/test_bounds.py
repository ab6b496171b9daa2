"""Bounds: what a finite sample can promise."""

import numpy as np
import pytest

from classifiers.bounds import clopper_pearson
from classifiers.numbers.bounds import (
    calibration_error,
    threshold_at,
    true_positive_rate,
)


def test_a_threshold_keeps_its_promise_or_makes_none() -> None:
    scores = np.arange(10_000) / 10_000
    bar = threshold_at(scores, 0.01)
    wrong = int((scores >= bar).sum())
    assert clopper_pearson(wrong, 10_000) <= 0.01 < clopper_pearson(wrong + 2, 10_000)
    assert not (scores[:100] >= threshold_at(scores[:100], 0.01)).any()


def test_rates_and_calibration() -> None:
    scores = np.array([0.1, 0.2, 0.9, 0.8, 0.95])
    fraud = np.array([False, False, False, True, True])
    assert true_positive_rate(scores, fraud, 0.0) == 0.5
    assert true_positive_rate(scores, fraud, 0.34) == 1.0
    assert calibration_error(np.full(10, 0.25), np.arange(10) < 2) == pytest.approx(0.05)
