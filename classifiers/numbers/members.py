"""The members of a number model: boosted trees and a linear one, each saved as text alone.

A member gives log-odds and, for each feature, its contribution to them. Loading one parses numbers
and LightGBM's text format; no code is run.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from classifiers.leaves import leaves_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Member(Protocol):
    """What the parts of a model have in common."""

    kind: ClassVar[str]

    def log_odds(self, x: Floats) -> Floats:
        """Log-odds of fraud, one per row."""
        ...

    def contributions(self, x: Floats) -> Floats:
        """Contributions of the features to the log-odds, one row per row, one column per feature."""
        ...

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Boosting:
    """Boosted trees of LightGBM (Ke et al., NeurIPS 2017)."""

    text: str
    booster: Any
    kind: ClassVar[str] = "boosting"

    def log_odds(self, x: Floats) -> Floats:
        return np.asarray(self.booster.predict(x, raw_score=True, num_threads=1), np.float64)

    def contributions(self, x: Floats) -> Floats:
        leaves = leaves_of(self.text)
        if leaves is not None:
            return leaves.contributions(x)
        found = np.asarray(self.booster.predict(x, pred_contrib=True, num_threads=1), np.float64)
        return np.asarray(found[:, :-1], np.float64)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True, slots=True)
class Linear:
    """Logistic regression on normal scores: each feature's rank among training rows, as a normal."""

    grid: Floats
    """Quantiles of each training column, one row per feature."""
    missing: Floats
    """What stands for an unknown value of each feature."""
    weights: Floats
    intercept: float
    kind: ClassVar[str] = "linear"

    def _scores(self, x: Floats) -> Floats:
        return normal_scores(np.where(np.isnan(x), self.missing, x), self.grid)

    def log_odds(self, x: Floats) -> Floats:
        return np.asarray(self._scores(x) @ self.weights + self.intercept, np.float64)

    def contributions(self, x: Floats) -> Floats:
        return self._scores(x) * self.weights

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "grid": self.grid.tolist(),
            "missing": self.missing.tolist(),
            "weights": self.weights.tolist(),
            "intercept": self.intercept,
        }


def normal_scores(x: Floats, grid: Floats) -> Floats:
    """Each column's place among its quantiles as a standard normal, cut at ±3.

    Where values tie over a stretch of quantiles, the middle of the stretch is taken.
    """
    ranks = np.linspace(0, 1, grid.shape[1])
    out = np.empty_like(x)
    for column in range(x.shape[1]):
        low = np.interp(x[:, column], grid[column], ranks)
        high = 1 - np.interp(-x[:, column], -grid[column][::-1], ranks)
        out[:, column] = (low + high) / 2
    return np.asarray(np.clip(ndtri(np.clip(out, 1e-4, 1 - 1e-4)), -3, 3), np.float64)


def fit_boosting(
    x: Floats, y: Flags, *, monotone: list[int] | None = None, seed: int = 0, **changes: Any
) -> Boosting:
    """Train boosted trees; `changes` go over the defaults, deterministic for a seed."""
    import lightgbm

    rounds = int(changes.pop("rounds", 400))
    settings: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": 0.04,
        "num_leaves": 24,
        "min_child_samples": 20,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.5,
        "lambda_l2": 5.0,
        "verbose": -1,
        "num_threads": 1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        **changes,
    }
    if monotone is not None and any(monotone):
        settings["monotone_constraints"] = monotone
    booster = lightgbm.train(settings, lightgbm.Dataset(x, y.astype(float)), num_boost_round=rounds)
    text = booster.model_to_string()
    return Boosting(text, lightgbm.Booster(model_str=text))


def fit_linear(x: Floats, y: Flags, *, strength: float = 0.05) -> Linear:
    """Train a logistic regression on normal scores; `strength` is the inverse of its penalty."""
    from sklearn.linear_model import LogisticRegression

    missing = np.nan_to_num(np.nanmin(x, axis=0), nan=0.0) - 1.0
    filled = np.where(np.isnan(x), missing, x)
    grid = np.quantile(filled, np.linspace(0, 1, 201), axis=0).T
    scores = normal_scores(filled, grid)
    scale = scores.std(axis=0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=3000).fit(scores / scale, y)
    return Linear(grid, missing, model.coef_[0] / scale, float(model.intercept_[0]))


def from_json(content: dict[str, Any]) -> Member:
    """Read a member back."""
    if content["kind"] == "linear":
        return Linear(
            np.array(content["grid"]),
            np.array(content["missing"]),
            np.array(content["weights"]),
            float(content["intercept"]),
        )
    import lightgbm

    return Boosting(content["text"], lightgbm.Booster(model_str=content["text"]))
