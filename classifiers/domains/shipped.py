"""The model that ships with the package, read on first use and then kept."""

from functools import lru_cache
from pathlib import Path

from classifiers.domains.model import SitesModel
from classifiers.domains.storing import load

DEFAULT = Path(__file__).parent / "model" / "sites.zip"
"""Where the shipped model lies; its card is beside it."""


@lru_cache(maxsize=1)
def default_model() -> SitesModel:
    """The shipped model. Its thresholds are `default_model().thresholds`, one set per route."""
    return load(DEFAULT)
