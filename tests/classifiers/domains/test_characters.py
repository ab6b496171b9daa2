"""One look over a text's code points says which kinds of characters it has."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.domains.characters import (
    CAPITALS,
    HAN,
    LOOK_ALIKE,
    LOOK_ALIKES,
    UNSEEN,
    ZERO_WIDTH,
    has_han,
    in_place_of,
    kinds,
    runs,
)

any_text = st.text(st.characters(codec=None), max_size=30)


def test_kinds_of_a_text() -> None:
    assert not kinds("plain words, café") & (HAN | LOOK_ALIKE | UNSEEN | ZERO_WIDTH)
    assert kinds("充值") & HAN
    assert kinds("раypal") & LOOK_ALIKE
    assert kinds("a\u200bb") & ZERO_WIDTH
    assert kinds("tag\U000e0041") & UNSEEN


def test_a_long_text_is_looked_at_as_a_short_one_is() -> None:
    latin = "é" * 500
    assert not has_han(latin)
    assert has_han(latin + "\U00020001")
    assert not has_han(latin + "\U0001f600")


def test_runs_of_flagged_places() -> None:
    begins, ends = runs(np.array([True, True, False, True]))
    assert begins.tolist() == [0, 3]
    assert ends.tolist() == [2, 4]


@given(any_text)
def test_letters_stand_in_place_of_others_as_by_translate(text: str) -> None:
    for letters in (LOOK_ALIKES, CAPITALS):
        assert in_place_of(text, letters) == text.translate(letters)
