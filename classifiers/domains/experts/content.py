"""The experts on content: for markup and for text alone, trees on named features and a set of readers.

Each answers in log-odds of its own, and the combination weighs them. Trees that saw the readers'
scores as columns did worse at few false alarms than trees and readers side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.experts.boosted import Boosted, Matrix, fit_boosted
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import FOLDS, READERS, fit_reader
from classifiers.domains.features.feature import Feature, matrix
from classifiers.domains.features.forms import FORMS
from classifiers.domains.features.page import PAGE
from classifiers.domains.features.text import TEXT
from classifiers.domains.features.ties import TIES
from classifiers.domains.site import Site

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of content: the features that its trees see, and the readers beside them."""

    features: tuple[Feature, ...]
    readers: tuple[str, ...]
    trees: int = 400
    rate: float = 0.05

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)


KINDS: dict[str, Kind] = {
    "page": Kind(
        (*PAGE.values(), *FORMS.values(), *TIES.values(), *TEXT.values()),
        ("words", "words-margin", "marks", "names", "paths"),
    ),
    "text": Kind(
        tuple(TEXT.values()),
        ("words", "words-margin", "letters", "title", "title-margin"),
        300,
        0.03,
    ),
}
PAGE_FEATURES = KINDS["page"].features


@dataclass(frozen=True)
class Content:
    """A trained expert on one kind of content."""

    kind: Kind
    trees: Boosted
    readers: Mapping[str, Linear]

    def matrix(self, sites: Sequence[Site]) -> Matrix:
        """The columns that the trees see."""
        return matrix(sites, self.kind.features)


def fit_content(
    name: str,
    sites: Sequence[Site],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    folds: NDArray[np.integer],
    *,
    seed: int,
) -> tuple[Content, dict[str, Floats]]:
    """Train the expert on the kind `name`; gives it, and what its like said of sites of unseen folds, by
    the names of a combination's inputs (`page`, the trees; `page.words`, a reader). A fold keeps
    pages of one template together."""
    kind = KINDS[name]
    seen = matrix(sites, kind.features)

    def grown(inside: NDArray[np.bool_]) -> Boosted:
        return fit_boosted(
            seen[inside], labels[inside], kind.columns, seed=seed,
            trees=kind.trees, rate=kind.rate, leaves=7, weights=weights[inside],
        )  # fmt: skip

    out = {name: np.zeros(len(sites))}
    for fold in range(FOLDS):
        out[name][folds == fold] = grown(folds != fold).scores(seen[folds == fold])
    readers = {}
    for one in kind.readers:
        readers[one], out[f"{name}.{one}"] = fit_reader(READERS[one], sites, labels, weights, folds)
    return Content(kind, grown(np.ones(len(sites), dtype=bool)), readers), out
