"""The stability index: small between draws of one world, large between two worlds."""

import numpy as np
import pytest

from classifiers.drift import SHIFTED, histogram, psi, shifts_of, stability_index


def test_the_index_sees_a_shift_and_missing_values() -> None:
    rng = np.random.default_rng(3)
    trained = histogram(rng.normal(0, 1, 5000))
    assert stability_index(trained, rng.normal(0, 1, 5000)) < 0.02
    assert stability_index(trained, rng.normal(1, 1, 5000)) > SHIFTED
    gone = rng.normal(0, 1, 5000)
    gone[:2500] = np.nan
    assert stability_index(trained, gone) > SHIFTED
    assert psi(np.array([10, 10]), np.array([10, 10])) == pytest.approx(0)


def test_the_farthest_comes_first_and_what_training_did_not_know_is_left_out() -> None:
    rng = np.random.default_rng(4)
    known = {name: histogram(rng.normal(0, 1, 2000)) for name in ("still", "moved")}
    seen = {name: rng.normal(0, 1, 2000) for name in ("still", "later")}
    found = shifts_of(known, {**seen, "moved": rng.normal(2, 1, 2000)})
    assert [shift.name for shift in found] == ["moved", "still"]
    assert found[0].rows == 2000
