"""Labelled tables of features → a model: members per group of cards, calibrated, with thresholds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifiers.bounds import CONFIDENCE
from classifiers.numbers.bounds import threshold_at
from classifiers.numbers.members import Flags, Floats, Member, fit_boosting, fit_linear
from classifiers.numbers.model import NumberModel, Part

LIST_RATE = 1e-4
REVIEW_RATE = 1e-3
TRADE_RATE = 1e-3
"""Most of each honest trade that may be over the listing threshold."""
MONOTONE: Mapping[str, int] = {
    "gateway_share": 1,
    "sims_per_imei": 1,
    "cell_sync": 1,
    "numbers_per_identity": 1,
    "batch_heavy": 1,
    "is_spoofed": 1,
    "is_lookalike": 1,
    "victim_overlap": 1,
    "complaint_heat": 1,
    "complaint_reporters": 1,
    "callback_rate": -1,
    "stranger_callers": -1,
}
"""Features that may speak in one direction alone, whatever a sample suggests."""

Fit = Callable[[Floats, Flags, int], Member]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made of members: (weight, how to fit it)."""

    members: tuple[tuple[float, Fit], ...]


def boosting(features: Sequence[str], **changes: Any) -> Fit:
    """Boosted trees with the monotone directions of the features that are there."""
    monotone = [MONOTONE.get(name, 0) for name in features]

    def fit(x: Floats, y: Flags, seed: int) -> Member:
        return fit_boosting(x, y, monotone=monotone, seed=seed, **changes)

    return fit


def linear(strength: float = 0.05) -> Fit:
    """Logistic regression on normal scores."""

    def fit(x: Floats, y: Flags, _seed: int) -> Member:
        return fit_linear(x, y, strength=strength)

    return fit


def fit_part(recipe: Recipe, x: Floats, y: Flags, *, seed: int = 0) -> Part:
    """Fit a recipe's members on rows; not yet calibrated."""
    total = sum(weight for weight, _ in recipe.members)
    fitted = tuple(
        (weight / total, fit(x, y, seed + n)) for n, (weight, fit) in enumerate(recipe.members)
    )
    return Part(fitted, 1.0, 0.0)


def calibrate(part: Part, x: Floats, y: Flags, *, prior: float | None = None) -> Part:
    """Put the part's log-odds on the scale of rows it was not fitted on (Platt 1999).

    With a `prior`, the fraudulent rows are weighed so that they make up that share.
    """
    slope, intercept = platt(part.log_odds(x), y, prior=prior)
    return Part(part.members, slope, intercept)


def platt(odds: Floats, y: Flags, *, prior: float | None = None) -> tuple[float, float]:
    """Slope and intercept that make log-odds honest, by weighted logistic regression."""
    from sklearn.linear_model import LogisticRegression

    weight = np.ones(len(y))
    if prior is not None:
        weight[y] = prior * (~y).sum() / ((1 - prior) * max(y.sum(), 1))
    model = LogisticRegression(C=1e6, max_iter=1000).fit(odds[:, None], y, sample_weight=weight)
    return float(max(model.coef_[0, 0], 1e-3)), float(model.intercept_[0])


@dataclass(frozen=True, slots=True)
class Rows:
    """A labelled table."""

    x: Floats
    y: Flags


def train(
    name: str,
    features: Sequence[str],
    training: Rows,
    calibration: Rows,
    *,
    recipe: Recipe,
    prior: float | None,
    card: Mapping[str, Any],
    split_young: bool = True,
    least_young: int = 100,
    trades: Mapping[str, Floats] | None = None,
) -> NumberModel:
    """Train, calibrate on other rows, and set thresholds with a Clopper–Pearson bound on those.

    Of each of the honest `trades`, rows that nothing was fitted on, hardly one may be over the listing
    threshold (`TRADE_RATE`, with the same confidence), however few they are among all. Young cards get
    members of their own where both sets have at least `least_young` frauds of them.
    """
    whole = NumberModel(name, tuple(features), {"young": Part((), 1, 0)}, {}, {})
    parts: dict[str, Part] = {}
    young = whole.groups(training.x) if split_young else np.zeros(len(training.y), bool)
    young_too = whole.groups(calibration.x) if split_young else np.zeros(len(calibration.y), bool)
    split = min(training.y[young].sum(), calibration.y[young_too].sum()) >= least_young
    groups = {"young": (young, young_too), "mature": (~young, ~young_too)}
    if not split:
        groups = {"mature": (np.ones_like(young), np.ones_like(young_too))}
    for group, (rows, others) in groups.items():
        part = fit_part(recipe, training.x[rows], training.y[rows])
        parts[group] = calibrate(part, calibration.x[others], calibration.y[others], prior=prior)
    model = NumberModel(name, tuple(features), parts, {}, {})
    honest = model.probabilities(calibration.x[~calibration.y])
    thresholds = {
        "list": max(listing_threshold(model, trades or {}), threshold_at(honest, LIST_RATE)),
        "review": threshold_at(honest, REVIEW_RATE),
    }
    bound: dict[str, Any] = {
        "honest_rows": len(honest),
        "confidence": CONFIDENCE,
        "rates": {"list": LIST_RATE, "review": REVIEW_RATE},
    }
    if trades:
        bound |= {"trade_rate": TRADE_RATE, "trade_rows": {n: len(x) for n, x in trades.items()}}
    return NumberModel(name, tuple(features), parts, thresholds, {**card, "thresholds": bound})


def listing_threshold(model: NumberModel, trades: Mapping[str, Floats]) -> float:
    """The lowest listing threshold at which each trade keeps to `TRADE_RATE`; 0 without any."""
    return max(
        (threshold_at(model.probabilities(x), TRADE_RATE) for x in trades.values()), default=0.0
    )
