"""What drift is measured by for numbers: the features and scores of every caller of a feed."""

from collections.abc import Mapping

import numpy as np

from classifiers.drift import SCORE, Histogram, Shift, histogram, shifts_of
from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel

LEAST = 200
"""Callers below which a feed says nothing of the world."""


def baseline(model: NumberModel, x: Floats) -> dict[str, Histogram]:
    """Histograms of features and scores over callers as a day brings them, to be kept in the card."""
    return {name: histogram(values) for name, values in _columns(model, x).items()}


def shifts(model: NumberModel, x: Floats) -> list[Shift]:
    """How far the callers of a window lie from those that the model was calibrated on.

    Empty where they are fewer than `LEAST`, or the model keeps no baseline.
    """
    known: Mapping[str, Histogram] = model.card.get("baseline", {})
    return shifts_of(known, _columns(model, x)) if known and len(x) >= LEAST else []


def _columns(model: NumberModel, x: Floats) -> dict[str, Floats]:
    odds = np.clip(model.probabilities(x), 1e-9, 1 - 1e-9)
    scores = np.asarray(np.log(odds / (1 - odds)), np.float64)
    return {**{name: x[:, n] for n, name in enumerate(model.features)}, SCORE: scores}
