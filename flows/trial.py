"""Champion against challenger: what two models would do with the same labelled rows, and which is better.

Compared is what each would do at its own thresholds, those that it would judge with. A threshold set
on the rows of the trial would be another one, and nobody would ever act by it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.bounds import clopper_pearson

LEAST = 20
"""Labelled rows of each side that a trial needs to mean anything."""
CHANCE = 0.05
"""A challenger must catch so much more that two models alike would seldom differ as far."""

Blocked = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """Two models on the same rows, each at its own thresholds."""

    fraud: int
    honest: int
    champion: float
    """Share of the fraud that it calls so."""
    challenger: float
    champion_alarms: int
    """Honest rows that it calls fraud."""
    challenger_alarms: int
    chance: float
    """How likely two models alike catch as many more, by the rows on which these two differ (exact sign
    test, one-sided; McNemar 1947)."""
    bound: float
    """Upper 95 % bound of the challenger's false-positive rate (Clopper–Pearson)."""

    @property
    def won(self) -> bool:
        """Whether the challenger catches more, not by chance, without one false alarm more."""
        return (
            min(self.fraud, self.honest) >= LEAST
            and self.challenger > self.champion
            and self.chance <= CHANCE
            and self.challenger_alarms <= self.champion_alarms
        )

    @property
    def why(self) -> str:
        return (
            f"catches {self.challenger:.3f} against {self.champion:.3f} of {self.fraud} (by chance: "
            f"p = {self.chance:.2g}), with {self.challenger_alarms} false alarms against "
            f"{self.champion_alarms} on {self.honest} honest rows (bound {self.bound:.2g})"
        )


def compare(labels: NDArray[np.integer], champion: Blocked, challenger: Blocked) -> Trial:
    """Hold two models against each other: for each row its label, 1 for fraud, and who calls it fraud."""
    from scipy.stats import binom

    fraud, honest = labels == 1, labels == 0
    gained = int((fraud & challenger & ~champion).sum())
    lost = int((fraud & champion & ~challenger).sum())
    alarms = int((honest & challenger).sum())
    rows = int(honest.sum())
    return Trial(
        fraud=int(fraud.sum()),
        honest=rows,
        champion=_share(champion[fraud]),
        challenger=_share(challenger[fraud]),
        champion_alarms=int((honest & champion).sum()),
        challenger_alarms=alarms,
        chance=float(binom.sf(gained - 1, gained + lost, 0.5)),
        bound=clopper_pearson(alarms, rows),
    )


def _share(called: Blocked) -> float:
    return float(called.mean()) if len(called) else 0.0
