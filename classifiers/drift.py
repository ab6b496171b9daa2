"""Is the world still what a model was trained on? Histograms of training against those of a week.

For any model: what is counted (pages of sites, callers of a feed) is each room's own business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHIFTED = 0.25
"""PSI from which a distribution counts as another one; below 0.1 it is steady."""
SCORE = "score"
_BINS = 10

Floats = NDArray[np.floating]
Histogram = Mapping[str, Any]
"""`cuts` between the bins and `counts` in them, the missing last; plain JSON, kept in the model."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one thing moved in one batch."""

    name: str
    """A feature's name, or `score` for the log-odds of the whole model."""
    index: float
    """Population stability index against training."""
    rows: int


def histogram(values: Floats) -> Histogram:
    """The histogram of training values over their deciles."""
    known = values[~np.isnan(values)]
    inner = np.linspace(0, 1, _BINS + 1)[1:-1]
    cuts = np.unique(np.quantile(known, inner)) if len(known) else np.zeros(0)
    return {"cuts": cuts.round(6).tolist(), "counts": bin_counts(values, cuts.round(6)).tolist()}


def shifts_of(known: Mapping[str, Histogram], seen: Mapping[str, Floats]) -> list[Shift]:
    """How far each thing that training knew lies from it now, the farthest first.

    Small batches shift by chance: expect about (bins − 1) / rows of index from chance alone.
    """
    found = [
        Shift(name, stability_index(known[name], values), len(values))
        for name, values in seen.items()
        if name in known
    ]
    return sorted(found, key=lambda s: (-s.index, s.name))


def stability_index(expected: Histogram, seen: Floats) -> float:
    """Population stability index of values against a histogram; missing values are a bin."""
    counts = bin_counts(seen, np.array(expected["cuts"], dtype=float))
    return psi(np.array(expected["counts"]), counts)


def bin_counts(values: Floats, cuts: Floats) -> NDArray[np.int64]:
    """How many values fall between the cuts; the last place counts the missing."""
    missing = np.isnan(values)
    places = np.searchsorted(cuts, values[~missing], side="right")
    return np.append(np.bincount(places, minlength=len(cuts) + 1), int(missing.sum()))


def psi(expected: NDArray[np.integer], seen: NDArray[np.integer]) -> float:
    """Population stability index of two histograms over the same bins, half a row added to each."""
    p = (expected + 0.5) / (expected.sum() + 0.5 * len(expected))
    q = (seen + 0.5) / (seen.sum() + 0.5 * len(seen))
    return float(((q - p) * np.log(q / p)).sum())
