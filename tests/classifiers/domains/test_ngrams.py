"""N-grams of many texts at once are those of each by itself, and words are what a pattern finds."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.domains.ngrams import (
    char_grams,
    char_ids,
    rows,
    rows_of,
    token_ids,
    tokens_of,
    word_grams,
)

short_texts = st.lists(st.text("ab充é.\U0001f600", max_size=8), max_size=5)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+|[^\w\s]")


@given(short_texts)
def test_grams_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    each = rows([char_grams(text, (1, 2, 3), 12).ids for text in texts], 12)
    every = rows_of([char_ids(texts, (1, 2, 3), 12)], len(texts), 12)
    assert (each != every).nnz == 0
    assert each.shape == every.shape


@given(st.lists(st.lists(st.sampled_from(["a=1", "b=2", "充"]), max_size=4), max_size=4))
def test_tokens_of_many_texts_are_those_of_each(tokens: list[list[str]]) -> None:
    each = rows([token_ids(one, 12) for one in tokens], 12)
    assert (each != rows_of([tokens_of(tokens, 12)], len(tokens), 12)).nnz == 0


def test_half_a_surrogate_pair_reads_as_a_question_mark() -> None:
    assert (token_ids(["a\ud800"], 12) == token_ids(["a?"], 12)).all()


def test_a_row_has_each_id_once_and_in_order() -> None:
    found = rows([np.array([3, 1, 3]), np.array([], dtype=np.int64), np.array([2])], 4)
    assert found.indices.tolist() == [1, 3, 2]
    assert found.indptr.tolist() == [0, 2, 2, 3]


@given(st.text(st.characters(codec=None), max_size=40))
def test_words_numbers_and_signs_begin_where_a_pattern_finds_them(text: str) -> None:
    starts = [found.start() for found in _WORD.finditer(text)]
    assert word_grams(text, 18).starts.tolist() == [*starts, *starts[:-1]]
