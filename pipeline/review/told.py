"""What rooms that the desk does not import tell it: values that the composition root hands over."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PartOfPoints:
    """What one rule contributes to a balance now, and on what ground the rule stands."""

    zh: str
    en: str
    basis: str
    points: float


@dataclass(frozen=True, slots=True)
class Points:
    """A subscriber's points at one carrier, and what follows from them."""

    carrier: str
    balance: float
    zh: str
    """What the balance means, in Chinese."""
    en: str
    action: str
    """What the scheme asks to be done, in English; the console has words for those it ships with."""
    parts: tuple[PartOfPoints, ...]
    """The most first."""
    verified_at: datetime | None
    """When the subscriber was verified in person; earlier points are cleared."""
