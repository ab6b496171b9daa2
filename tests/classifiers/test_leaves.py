"""Contributions by tables of leaves: the same values as LightGBM's own, row by row."""

from typing import Any

import numpy as np
import pytest

from classifiers.leaves import MOST, leaves_of
from classifiers.numbers.members import Boosting, Floats, fit_boosting
from classifiers.numbers.model import shipped


def lightgbm_says(member: Boosting, x: Floats) -> Floats:
    found = np.asarray(member.booster.predict(x, pred_contrib=True, num_threads=1))
    return np.asarray(found[:, :-1], np.float64)


def rows(count: int, columns: int, *, missing: float) -> Floats:
    rng = np.random.default_rng(count + columns)
    x = np.round(rng.lognormal(0, 2, (count, columns)) - 1, 1)
    x[rng.random(x.shape) < missing] = np.nan
    return x


def trained(*, missing: float, **changes: Any) -> Boosting:
    x = rows(3000, 6, missing=missing)
    y = np.nan_to_num(x[:, 0]) * np.nan_to_num(x[:, 1], nan=2.0) > np.nan_to_num(x[:, 2])
    made: Boosting = fit_boosting(x, y, rounds=20, **changes)
    return made


@pytest.mark.parametrize("part", ["mature", "young"])
def test_the_shipped_model_explains_itself_as_lightgbm_would(part: str) -> None:
    ((_, member),) = shipped().parts[part].members
    assert isinstance(member, Boosting)
    x = rows(150, len(shipped().features), missing=0.2)
    leaves = leaves_of(member.text)
    assert leaves is not None
    np.testing.assert_allclose(leaves.contributions(x), lightgbm_says(member, x), atol=1e-9)


@pytest.mark.parametrize("learned", [0.0, 0.3])
@pytest.mark.parametrize("asked", [0.0, 0.3])
def test_missing_values_go_the_way_they_go_in_the_trees(learned: float, asked: float) -> None:
    member = trained(missing=learned, max_depth=6)
    x = rows(200, 6, missing=asked)
    x[:3] = [[0.0] * 6, [np.inf] * 6, [-np.inf] * 6]
    leaves = leaves_of(member.text)
    assert leaves is not None
    np.testing.assert_allclose(leaves.contributions(x), lightgbm_says(member, x), atol=1e-9)
    whole = leaves.contributions(x).sum(axis=1) - member.log_odds(x)
    np.testing.assert_allclose(whole, whole[0], atol=1e-9)


def test_a_value_on_the_bound_of_a_split() -> None:
    member = trained(missing=0.0, max_depth=4)
    leaves = leaves_of(member.text)
    assert leaves is not None
    bounds = np.unique(np.concatenate([plane.high for plane in leaves.planes]))
    # LightGBM reads what is nearer to zero than 1e-35 as zero itself.
    bounds = bounds[np.isfinite(bounds) & (np.abs(bounds) > 1e-30)]
    x = np.repeat(bounds[:50, None], 6, axis=1)
    np.testing.assert_allclose(leaves.contributions(x), lightgbm_says(member, x), atol=1e-9)


def test_trees_too_deep_for_tables_are_left_to_lightgbm() -> None:
    x = rows(4000, MOST + 4, missing=0.0)
    deep = fit_boosting(x, x.sum(axis=1) > 20, rounds=5, num_leaves=200, feature_fraction=1.0)
    assert leaves_of(deep.text) is None
    np.testing.assert_array_equal(deep.contributions(x[:20]), lightgbm_says(deep, x[:20]))


def test_a_model_of_one_leaf_adds_nothing() -> None:
    x = rows(60, 3, missing=0.0)
    stump = fit_boosting(x, x[:, 0] > 1, rounds=2, min_child_samples=50)
    assert leaves_of(stump.text) is None
    assert not stump.contributions(x).any()
