"""Gradient-boosted trees on named columns: LightGBM, kept in its own text format, which runs no code."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.leaves import leaves_of

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Boosted:
    """Trees and the names of the columns that they were trained on, in their order."""

    columns: tuple[str, ...]
    text: str
    """The model in LightGBM's text format."""

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.text)

    def trained_on(self) -> tuple[str, ...]:
        """The columns by the model's own word. Raises `ValueError` for a text that is no such model."""
        import lightgbm

        try:
            return tuple(self._booster.feature_name())
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(f"expected trees in LightGBM's text format ({error})") from error

    def scores(self, matrix: Matrix) -> NDArray[np.float64]:
        """Log-odds of each row."""
        found = self._booster.predict(matrix, raw_score=True, num_threads=1)
        return np.asarray(found, dtype=np.float64)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """What each column adds to the log-odds of each row (SHAP values of trees)."""
        leaves = leaves_of(self.text)
        if leaves is not None:
            return leaves.contributions(matrix.astype(np.float64))
        found = self._booster.predict(matrix, pred_contrib=True, num_threads=1)
        return np.asarray(found[:, :-1], dtype=np.float64)


def fit_boosted(
    matrix: Matrix,
    labels: NDArray[np.integer],
    columns: Sequence[str],
    *,
    seed: int,
    trees: int = 300,
    leaves: int = 15,
    rate: float = 0.05,
    smallest: int = 20,
    share: float = 0.4,
    weights: NDArray[np.floating] | None = None,
) -> Boosted:
    """Train trees; NaN is a value of its own. Deterministic for a seed on any number of cores."""
    import lightgbm

    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": rate,
        "min_data_in_leaf": smallest,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": share,
        "lambda_l2": 4.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(matrix, label=labels, weight=weights, feature_name=list(columns))
    booster = lightgbm.train(parameters, data, num_boost_round=trees)
    return Boosted(tuple(columns), booster.model_to_string())
