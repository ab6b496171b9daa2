"""A named feature: a small pure function from a `Site` to a number, or None where it is unknown."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.site import Site

Read = Callable[[Site], float | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a site. Missing is None from `read` and NaN in a matrix, never zero."""

    name: str
    family: str
    zh: str
    """What it measures, in Chinese, as a noun phrase for reasons."""
    en: str
    """The same in English."""
    read: Read


def family(name: str, *reads: tuple[str, Read]) -> dict[str, Feature]:
    """A family's features by `family.function`; the English phrase is the docstring's first sentence."""
    made = {}
    for zh, read in reads:
        full = f"{name}.{read.__name__}"
        made[full] = Feature(full, name, zh, (read.__doc__ or "").split(".")[0].strip(), read)
    return made


def log1p(value: float | None) -> float | None:
    """ln(1 + value), for counts and sizes that span orders of magnitude."""
    return None if value is None else math.log1p(value if value > 0 else 0.0)


def matrix(sites: Sequence[Site], features: Sequence[Feature]) -> NDArray[np.float32]:
    """Sites × features, NaN where a feature is unknown."""
    reads = [feature.read for feature in features]
    found = [[read(site) for read in reads] for site in sites]
    return np.array(found, dtype=np.float32).reshape(len(sites), len(features))
