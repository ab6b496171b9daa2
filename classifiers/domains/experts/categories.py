"""The category expert: of Chinese wording, which kind of fraud it is like, where there were rows to learn from.

One linear model per category that had enough rows, each against all others; kinds without data are
left to the rules (`classifiers.domains.kinds`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import READERS, says
from classifiers.domains.site import Site
from pipeline.categories import Category

LEAST = 30
"""Rows of a category from which it can be learned."""
CLASSES: dict[str, Category] = {
    "FR:Phishing(Bank)": Category.PHISHING_CREDENTIAL,
    "FR:Phishing(Other)": Category.PHISHING_CREDENTIAL,
    "FR:Financial": Category.FAKE_INVESTMENT,
    "FR:Other": Category.OTHER,
    "IL:Gambling": Category.GAMBLING,
    "IL:Escort_service": Category.OTHER,
    "IL:Fake_ID_and_invoice": Category.OTHER,
    "fake_boss_acquaintance": Category.IMPERSONATING_ACQUAINTANCE,
    "fake_customer_service": Category.FAKE_CUSTOMER_SERVICE,
    "fake_police": Category.IMPERSONATING_POLICE,
    "loan": Category.FAKE_LOAN,
}
"""Sources' own classes of fraud, as categories."""


@dataclass(frozen=True)
class Categories:
    """One model per category that could be learned."""

    models: Mapping[Category, Linear]

    def likely(self, sites: Sequence[Site]) -> list[dict[Category, float]]:
        """For each site, the probability of each learned category against all others. They need not
        add up to 1: wording that is like none of them is none of them."""
        if not self.models or not sites:
            return [{} for _ in sites]
        ids = READERS["kinds"].rows(sites)
        odds = np.column_stack([says(model, ids) for model in self.models.values()])
        shares = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return [dict(zip(self.models, map(float, row), strict=True)) for row in shares]


def fit_categories(sites: Sequence[Site], categories: Sequence[Category]) -> Categories:
    """Train on fraud whose category is known; without at least two categories there is nothing to tell
    apart, and nothing is learned."""
    enough = [c for c, n in sorted(Counter(categories).items()) if n >= LEAST]
    if len(enough) < 2:
        return Categories({})
    reader = READERS["kinds"]
    ids = reader.rows(sites)
    labels = {c: np.array([one is c for one in categories], dtype=np.int64) for c in enough}
    return Categories({c: reader.fit(ids, labels[c]) for c in enough})
