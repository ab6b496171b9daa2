"""What drift is measured by for sites: the features and scores of the pages that were crawled.

Only pages of the route `page`: of Chinese markup no training rows could be had to compare with.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.combination import Route, route_of
from classifiers.domains.experts.content import PAGE_FEATURES
from classifiers.domains.features.feature import matrix
from classifiers.domains.model import SitesModel
from classifiers.domains.rules import log_odds, reasons_of, rule_set
from classifiers.domains.site import Site
from classifiers.domains.states import state_reason
from classifiers.drift import SCORE, Histogram, Shift, histogram, shifts_of


def baseline(sites: Sequence[Site], scores: NDArray[np.floating]) -> dict[str, Histogram]:
    """Histograms of the training pages' features and scores, to be kept in the model."""
    columns = matrix(sites, PAGE_FEATURES)
    found = {f.name: histogram(columns[:, i].astype(float)) for i, f in enumerate(PAGE_FEATURES)}
    return {**found, SCORE: histogram(scores)}


def shifts(model: SitesModel, sites: Sequence[Site]) -> list[Shift]:
    """How far the pages of a batch lie from the model's training, the farthest first.

    Measured is what training kept: the features of the pages of the route `page`, and what its
    combination says of them, without their names and records, of which training pages have none. Sites
    of other routes, without a page, or with one that shows only a state, take no part.
    """
    kept = [s for s in sites if state_reason(s) is None and route_of(s) is Route.PAGE]
    if not kept:
        return []
    known: Mapping[str, Histogram] = model.about.get("baseline", {})
    rules = rule_set()
    said = model.say(kept, [log_odds(reasons_of(s, rules), rules) for s in kept])
    scores = model.blends[Route.PAGE].bias + np.array([sum(p.values()) for p in said.parts])
    columns = matrix(kept, PAGE_FEATURES)
    values = {f.name: columns[:, i].astype(float) for i, f in enumerate(PAGE_FEATURES)}
    return shifts_of(known, {**values, SCORE: scores})
