"""Is the world still what the model was trained on? Histograms of training against those of a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.experts.page import PAGE_FEATURES
from classifiers.domains.features.feature import matrix
from classifiers.domains.metrics import bin_counts, psi
from classifiers.domains.model import SitesModel
from classifiers.domains.rules import log_odds, reasons_of, rule_set
from classifiers.domains.site import Site

SHIFTED = 0.25
"""PSI from which a distribution counts as another one; below 0.1 it is steady."""
SCORE = "score"
_BINS = 10

Histogram = Mapping[str, Any]
"""`cuts` between the bins and `counts` in them, the missing last; plain JSON, kept in the model."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one thing moved in one batch of sites."""

    name: str
    """A feature's name, or `score` for the log-odds of the whole model."""
    index: float
    """Population stability index against training."""
    rows: int


def histogram(values: NDArray[np.floating]) -> Histogram:
    """The histogram of training values over their deciles."""
    known = values[~np.isnan(values)]
    inner = np.linspace(0, 1, _BINS + 1)[1:-1]
    cuts = np.unique(np.quantile(known, inner)) if len(known) else np.zeros(0)
    return {"cuts": cuts.round(6).tolist(), "counts": bin_counts(values, cuts.round(6)).tolist()}


def baseline(sites: Sequence[Site], scores: NDArray[np.floating]) -> dict[str, Histogram]:
    """Histograms of the training pages' features and scores, to be kept in the model."""
    columns = matrix(sites, PAGE_FEATURES)
    found = {f.name: histogram(columns[:, i].astype(float)) for i, f in enumerate(PAGE_FEATURES)}
    return {**found, SCORE: histogram(scores)}


def shifts(model: SitesModel, sites: Sequence[Site]) -> list[Shift]:
    """How far the pages of a batch lie from the model's training, the farthest first.

    Sites without a page take no part. Small batches shift by chance: expect about
    (bins − 1) / rows of index from chance alone.
    """
    kept = [site for site in sites if site.page.get("html_length")]
    if not kept:
        return []
    known: Mapping[str, Histogram] = model.about.get("baseline", {})
    rules = rule_set()
    scores = model.say(kept, [log_odds(reasons_of(s, rules), rules) for s in kept]).total
    columns = matrix(kept, PAGE_FEATURES)
    values = {f.name: columns[:, i].astype(float) for i, f in enumerate(PAGE_FEATURES)}
    values[SCORE] = scores
    found = [
        Shift(name, _index(known[name], seen), len(kept))
        for name, seen in values.items()
        if name in known
    ]
    return sorted(found, key=lambda s: (-s.index, s.name))


def _index(expected: Histogram, seen: NDArray[np.floating]) -> float:
    counts = bin_counts(seen, np.array(expected["cuts"], dtype=float))
    return psi(np.array(expected["counts"]), counts)
