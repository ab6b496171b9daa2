"""The layer of records: a logistic model on DNS, registration, certificates and reports.

It begins with judged weights and is refitted on labelled evidence as that accumulates: the judged
weight is the centre of a Gaussian prior, so ten rows move it little and ten thousand decide it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.features.feature import matrix
from classifiers.domains.features.records import RECORDS
from classifiers.domains.site import Site

PRIOR_SPREAD = 0.5
"""Standard deviation, in log-odds, that the judged weights are trusted to."""


@dataclass(frozen=True)
class Records:
    """Weights by feature name; what is unknown of a site adds nothing."""

    weights: tuple[float, ...]
    rows: int = 0
    """Labelled rows that the weights were fitted on; 0 while they are only judged."""

    def contributions(self, sites: Sequence[Site]) -> NDArray[np.float64]:
        """Sites × features: what each adds to the log-odds."""
        seen = np.nan_to_num(matrix(sites, [r.feature for r in RECORDS.values()]), nan=0.0)
        found: NDArray[np.float64] = seen.astype(np.float64) * np.array(self.weights)
        return found


def judged() -> Records:
    """The layer as it was judged, before any data."""
    return Records(tuple(record.weight for record in RECORDS.values()))


def fit_records(
    sites: Sequence[Site], labels: NDArray[np.integer], offset: NDArray[np.floating]
) -> Records:
    """Fit on labelled sites beside what the other experts say of them (`offset`, log-odds).

    Maximum a posteriori under a Gaussian prior about the judged weights (Newton's method).
    """
    prior = np.array(judged().weights)
    seen = np.nan_to_num(matrix(sites, [r.feature for r in RECORDS.values()]), nan=0.0).astype(
        float
    )
    precision = np.eye(len(prior)) / PRIOR_SPREAD**2
    weights = prior.copy()
    for _ in range(50):
        said = 1 / (1 + np.exp(-np.clip(offset + seen @ weights, -30, 30)))
        slope = seen.T @ (labels - said) - precision @ (weights - prior)
        curve = (seen * (said * (1 - said))[:, None]).T @ seen + precision
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Records(tuple(float(w) for w in weights), len(sites))
