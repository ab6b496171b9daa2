"""Experts for text alone: Chinese by its characters, any other language by its words.

They read pages too, but are all there is where no markup was seen: a message, a reported text, the
text that a page rendered to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.experts.boosted import Boosted, Matrix, fit_boosted
from classifiers.domains.experts.linear import Linear, fit_linear
from classifiers.domains.experts.reading import BITS, han_ids, word_ids
from classifiers.domains.features.feature import Feature, matrix
from classifiers.domains.features.text import TEXT
from classifiers.domains.ngrams import rows
from classifiers.domains.site import Site

FOLDS = 5
TEXT_FEATURES: tuple[Feature, ...] = tuple(TEXT.values())
TEXT_COLUMNS = (*(f.name for f in TEXT_FEATURES), "words")


def fit_han(sites: Sequence[Site], labels: NDArray[np.integer]) -> Linear:
    """The Chinese expert: naive-Bayes weighted characters, by ones, twos and threes."""
    ids = rows([han_ids(site).ids for site in sites], BITS)
    return fit_linear(ids, labels, weighting="nb-idf", strength=400.0)


@dataclass(frozen=True)
class TextExpert:
    """Words, and measures of text that hold in any language."""

    words: Linear
    trees: Boosted

    def matrix(self, sites: Sequence[Site]) -> Matrix:
        """The columns that the trees see."""
        words = self.words.scores(rows([word_ids(s).ids for s in sites], BITS))
        return np.column_stack([matrix(sites, TEXT_FEATURES), words]).astype(np.float32)


def fit_text(
    sites: Sequence[Site],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    folds: NDArray[np.integer],
    *,
    seed: int,
) -> tuple[TextExpert, NDArray[np.float64]]:
    """Train on texts; the trees see scores of word models that never saw a text's fold.

    Gives the expert, and what its like said of texts of unseen folds.
    """
    ids = rows([word_ids(site).ids for site in sites], BITS)
    out = np.zeros(len(sites))
    for fold in range(FOLDS):
        inside = folds == fold
        model = _fit_words(ids[~inside], labels[~inside], weights[~inside])
        out[inside] = model.scores(ids[inside])
    seen = np.column_stack([matrix(sites, TEXT_FEATURES), out]).astype(np.float32)

    def grown(inside: NDArray[np.bool_]) -> Boosted:
        return fit_boosted(
            seen[inside],
            labels[inside],
            TEXT_COLUMNS,
            seed=seed,
            leaves=7,
            rate=0.03,
            weights=weights[inside],
        )

    said = np.zeros(len(sites))
    for fold in range(FOLDS):
        said[folds == fold] = grown(folds != fold).scores(seen[folds == fold])
    words = _fit_words(ids, labels, weights)
    return TextExpert(words, grown(np.ones(len(sites), dtype=bool))), said


def _fit_words(
    ids: csr_matrix, labels: NDArray[np.integer], weights: NDArray[np.floating]
) -> Linear:
    return fit_linear(ids, labels, weighting="nb", strength=10.0, weights=weights)
