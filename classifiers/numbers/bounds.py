"""Scores and truth → figures: thresholds with a finite-sample guarantee, rates, calibration error."""

import numpy as np
import numpy.typing as npt

from classifiers.bounds import CONFIDENCE, clopper_pearson
from classifiers.numbers.members import Flags, Floats


def threshold_at(honest: Floats, rate: float, *, confidence: float = CONFIDENCE) -> float:
    """The lowest score at which the false-positive rate is at most `rate`, with confidence.

    Above every honest score where there are too few honest rows to promise that rate.
    """
    ordered = np.sort(honest)[::-1]
    allowed = -1
    low, high = 0, len(ordered) - 1
    while low <= high:
        middle = (low + high) // 2
        if clopper_pearson(middle, len(ordered), confidence=confidence) <= rate:
            allowed, low = middle, middle + 1
        else:
            high = middle - 1
    if allowed < 0:
        return float(np.nextafter(ordered[0], np.inf))
    return float(np.nextafter(ordered[min(allowed, len(ordered) - 1)], np.inf))


def true_positive_rate(scores: Floats, fraud: Flags, false_positive_rate: float) -> float:
    """Share of fraud found at the lowest threshold whose measured false positives stay at the rate."""
    honest = np.sort(scores[~fraud])[::-1]
    allowed = int(np.floor(false_positive_rate * len(honest)))
    bar = honest[allowed] if allowed < len(honest) else -np.inf
    return float((scores[fraud] > bar).mean()) if fraud.any() else float("nan")


def calibration_error(
    probabilities: Floats, fraud: Flags, *, weights: npt.NDArray[np.float64] | None = None
) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., AAAI 2015)."""
    weight = np.ones(len(probabilities)) if weights is None else weights
    place = np.minimum((probabilities * 10).astype(int), 9)
    total = 0.0
    for number in range(10):
        inside = place == number
        if inside.any():
            share = weight[inside].sum() / weight.sum()
            seen = np.average(fraud[inside], weights=weight[inside])
            total += share * abs(seen - np.average(probabilities[inside], weights=weight[inside]))
    return float(total)
