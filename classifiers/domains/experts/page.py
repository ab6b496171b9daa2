"""The page expert: structure, forms and words of a page whose markup was read, in any language.

Two linear models read the words and the marks of the markup; trees see their scores beside the named
features, so that one score carries what all of them know together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.experts.boosted import Boosted, Matrix, fit_boosted
from classifiers.domains.experts.linear import Linear, fit_linear
from classifiers.domains.experts.reading import BITS, mark_ids, word_ids
from classifiers.domains.features.feature import Feature, matrix
from classifiers.domains.features.forms import FORMS
from classifiers.domains.features.page import PAGE
from classifiers.domains.features.text import TEXT
from classifiers.domains.ngrams import rows
from classifiers.domains.site import Site

FOLDS = 5
PAGE_FEATURES: tuple[Feature, ...] = (*PAGE.values(), *FORMS.values(), *TEXT.values())
PAGE_COLUMNS = (*(f.name for f in PAGE_FEATURES), "words", "marks")


@dataclass(frozen=True)
class PageExpert:
    words: Linear
    marks: Linear
    trees: Boosted

    def matrix(self, sites: Sequence[Site]) -> Matrix:
        """The columns that the trees see."""
        words = self.words.scores(rows([word_ids(s).ids for s in sites], BITS))
        marks = self.marks.scores(rows([mark_ids(s) for s in sites], BITS))
        return np.column_stack([matrix(sites, PAGE_FEATURES), words, marks]).astype(np.float32)


def fit_page(
    sites: Sequence[Site],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    folds: NDArray[np.integer],
    *,
    seed: int,
) -> tuple[PageExpert, NDArray[np.float64]]:
    """Train on labelled pages; gives the expert, and what its like said of pages of unseen templates.

    As in every stack here, the trees see of a page only scores of models that never saw its fold,
    where a fold keeps pages of one template together.
    """
    ids = {
        "words": rows([word_ids(site).ids for site in sites], BITS),
        "marks": rows([mark_ids(site) for site in sites], BITS),
    }
    out = {name: np.zeros(len(sites)) for name in ids}
    for name, found in ids.items():
        for fold in range(FOLDS):
            inside = folds == fold
            model = _fit(found[~inside], labels[~inside], weights[~inside])
            out[name][inside] = model.scores(found[inside])
    seen = np.column_stack([matrix(sites, PAGE_FEATURES), out["words"], out["marks"]])
    seen = seen.astype(np.float32)

    def grown(inside: NDArray[np.bool_]) -> Boosted:
        return fit_boosted(
            seen[inside],
            labels[inside],
            PAGE_COLUMNS,
            seed=seed,
            trees=500,
            leaves=7,
            weights=weights[inside],
        )

    said = np.zeros(len(sites))
    for fold in range(FOLDS):
        said[folds == fold] = grown(folds != fold).scores(seen[folds == fold])
    words, marks = (_fit(found, labels, weights) for found in ids.values())
    return PageExpert(words, marks, grown(np.ones(len(sites), dtype=bool))), said


def _fit(ids: csr_matrix, labels: NDArray[np.integer], weights: NDArray[np.floating]) -> Linear:
    return fit_linear(ids, labels, weighting="nb", strength=10.0, weights=weights)
