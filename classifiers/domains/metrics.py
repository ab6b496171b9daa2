"""Scores and truth → the figures by which a blocklist is judged: rates at few false alarms, bounds,
calibration. Pure functions on arrays; label 1 is fraud.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.bounds import clopper_pearson

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]


def auc(labels: Labels, scores: Floats) -> float:
    """Area under the ROC curve: the chance that a fraud row outscores an honest one (ties half)."""
    from scipy.stats import rankdata

    positive = labels == 1
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    if not n_pos or not n_neg:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score from which something is done, and what is known of its false alarms."""

    value: float
    asked: float
    """The false-positive rate that was asked for."""
    false_alarms: int
    """Honest rows of the setting half at or above it."""
    honest: int
    """Honest rows it was set on."""
    bound: float
    """Upper 95 % bound of its false-positive rate (Clopper–Pearson)."""

    @property
    def supported(self) -> bool:
        """Whether there was data enough to say that the rate asked for is kept."""
        return self.bound <= self.asked


def threshold_at(honest: Floats, rate: float) -> Threshold:
    """The lowest score that at most `rate` of the honest rows reach."""
    allowed = int(rate * len(honest))
    ranked = np.sort(honest)[::-1]
    value = float(np.nextafter(ranked[allowed], np.inf)) if allowed < len(ranked) else -np.inf
    alarms = int((honest >= value).sum())
    return Threshold(value, rate, alarms, len(honest), clopper_pearson(alarms, len(honest)))


def rate_at(scores: Floats, value: float) -> float:
    """Share of scores at or above a value; NaN of none."""
    return float((scores >= value).mean()) if len(scores) else float("nan")


@dataclass(frozen=True, slots=True)
class Operating:
    """What thresholds set on one half give on the other, both ways round."""

    threshold: Threshold
    """The one set on the first half."""
    tpr: float
    """Mean of the two."""
    fpr: float
    """Mean of the two, each measured on the half that it was not set on."""
    fpr_bound: float
    """Upper 95 % bound of that rate."""


def halves(n: int, *, seed: int = 0) -> NDArray[np.bool_]:
    """A fixed split of n rows into two halves: True is the half that thresholds are set on."""
    mask = np.zeros(n, dtype=bool)
    mask[np.random.default_rng(seed).permutation(n)[: n // 2]] = True
    return mask


def operate(labels: Labels, scores: Floats, rate: float, *, seed: int = 0) -> Operating:
    """Set a threshold on one half of the honest rows and measure it on the other, both ways round.

    Fraud rows take no part in setting it, so all of them are measured.
    """
    honest, fraud = scores[labels == 0], scores[labels == 1]
    first = halves(len(honest), seed=seed)
    one, two = threshold_at(honest[first], rate), threshold_at(honest[~first], rate)
    alarms = int((honest[~first] >= one.value).sum() + (honest[first] >= two.value).sum())
    return Operating(
        one,
        (rate_at(fraud, one.value) + rate_at(fraud, two.value)) / 2,
        alarms / max(len(honest), 1),
        clopper_pearson(alarms, len(honest)),
    )


def reaching(labels: Labels, scores: Floats, rate: float, *, seed: int = 0) -> NDArray[np.float64]:
    """How far each row reaches the thresholds of `operate`: an honest one, by 0 or 1, that of the half to
    which it does not belong; a fraud row both, by their mean. The means over all rows are its rates."""
    honest = np.flatnonzero(labels == 0)
    first = halves(len(honest), seed=seed)
    one, two = (threshold_at(scores[honest[half]], rate).value for half in (first, ~first))
    found = ((scores >= one).astype(float) + (scores >= two)) / 2
    found[honest[~first]] = scores[honest[~first]] >= one
    found[honest[first]] = scores[honest[first]] >= two
    return found


def precision_at(tpr: float, fpr: float, base_rate: float) -> float:
    """Share of alarms that are right where `base_rate` of all sites are fraud (Bayes' rule)."""
    caught, wrong = tpr * base_rate, fpr * (1 - base_rate)
    return caught / (caught + wrong) if caught + wrong > 0 else float("nan")


def calibration_error(labels: Labels, probabilities: Floats, *, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015)."""
    return float(
        sum(
            share * abs(said - seen)
            for share, said, seen in reliability(labels, probabilities, bins=bins)
        )
    )


def reliability(
    labels: Labels, probabilities: Floats, *, bins: int = 15
) -> list[tuple[float, float, float]]:
    """For each bin that has rows: its share of all rows, the mean probability, the share of fraud."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    found = []
    for one in range(bins):
        inside = place == one
        if inside.any():
            found.append(
                (
                    float(inside.mean()),
                    float(probabilities[inside].mean()),
                    float(labels[inside].mean()),
                )
            )
    return found
