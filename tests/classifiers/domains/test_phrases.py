"""Phrases are found by one look as a pattern of all of them would find them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from classifiers.domains.phrases import Finder, Phrases

WORDS = ("刷单", "刷单返佣", "单返", "返佣金", "赢", "vip群", "vip", "usdt充值", "never ask")
OTHERS = ("返佣", "ask", "群")
PHRASES = Phrases(frozenset(WORDS), Finder([*WORDS, *OTHERS]))
PATTERN = re.compile("|".join(sorted(WORDS, key=lambda word: -len(word))))

texts = st.lists(
    st.one_of(
        st.sampled_from([*WORDS, *OTHERS]), st.text("刷单返佣金vipas 群充值k\n\ud800", max_size=4)
    )
).map("".join)


@given(texts)
def test_the_longest_at_each_place_counts_and_nothing_that_overlaps_it(text: str) -> None:
    assert PHRASES.findall(text) == PATTERN.findall(text)
    assert PHRASES.sub("·", text) == PATTERN.sub("·", text)


@given(texts)
def test_the_first_phrase_is_told_with_its_place(text: str) -> None:
    found, expected = PHRASES.first(text), PATTERN.search(text)
    assert (found and (found.start, found.phrase)) == (
        expected and (expected.start(), expected.group())
    )


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    text = "充值, not asked. " * 30 + "never ask for 刷单返佣 or usdt充值, 赢"
    assert PHRASES.findall(text) == ["never ask", "刷单返佣", "usdt充值", "赢"]


def test_occurrences_that_overlap_are_all_known() -> None:
    found = PHRASES.finder.occurrences("刷单返佣金")
    assert [(one.start, one.phrase) for one in found] == [
        (0, "刷单返佣"),
        (0, "刷单"),
        (1, "单返"),
        (2, "返佣金"),
        (2, "返佣"),
    ]
