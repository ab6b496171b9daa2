"""Clopper and Pearson's bound, against values known by hand."""

import pytest

from classifiers.bounds import clopper_pearson


def test_no_hit_is_the_rule_of_three() -> None:
    assert clopper_pearson(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))
    assert clopper_pearson(0, 3000) == pytest.approx(3 / 3000, rel=0.01)


def test_where_all_hit_or_nothing_was_tried_nothing_is_promised() -> None:
    assert clopper_pearson(5, 5) == clopper_pearson(0, 0) == 1.0
