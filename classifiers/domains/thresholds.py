"""Where a policy may act: probabilities with the false alarms they were set for, and what is known of them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bounds import clopper_pearson
from classifiers.domains.metrics import Threshold, threshold_at


@dataclass(frozen=True, slots=True)
class Thresholds:
    """For one route: from where to block, from where to look, and below what to dismiss."""

    block: Threshold
    review: Threshold
    dismiss: float
    """Probability below which at most `missed` of the fraud of the setting half lay."""
    missed: float
    missed_bound: float
    """Upper 95 % bound of that share."""

    @property
    def warnings(self) -> list[str]:
        """What a policy must say aloud: rates that the data cannot support."""
        return [
            f"{name}: asked for a false-positive rate of {t.asked:g}, but {t.honest} honest rows "
            f"support only {t.bound:.2g} (95 % upper bound)"
            for name, t in (("block", self.block), ("review", self.review))
            if not t.supported
        ]

    def to_json(self) -> dict[str, Any]:
        plain = asdict(self)
        for name in ("block", "review"):
            plain[name]["supported"] = getattr(self, name).supported
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Thresholds":
        def one(found: dict[str, Any]) -> Threshold:
            return Threshold(**{k: v for k, v in found.items() if k != "supported"})

        return cls(
            one(plain["block"]),
            one(plain["review"]),
            plain["dismiss"],
            plain["missed"],
            plain["missed_bound"],
        )


def set_thresholds(
    labels: NDArray[np.integer],
    probabilities: NDArray[np.floating],
    *,
    block: float = 1e-3,
    review: float = 1e-2,
    missed: float = 0.02,
) -> Thresholds:
    """Set them on rows that the model was not trained on. A threshold never lies below 1/2 for
    blocking, however clean the rows look."""
    honest, fraud = probabilities[labels == 0], probabilities[labels == 1]
    mirrored = threshold_at(-fraud, missed)
    return Thresholds(
        _at_least(threshold_at(honest, block), 0.5, honest),
        threshold_at(honest, review),
        float(np.clip(-mirrored.value, 0.0, 1.0)),
        missed,
        mirrored.bound,
    )


def _at_least(threshold: Threshold, value: float, honest: NDArray[np.floating]) -> Threshold:
    if threshold.value >= value:
        return threshold
    alarms = int((honest >= value).sum())
    bound = clopper_pearson(alarms, len(honest))
    return Threshold(value, threshold.asked, alarms, len(honest), bound)
