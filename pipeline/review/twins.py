"""What honest looks like: the honest site most like a page, and ordinary numbers beside a number."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.nouns import Indicator, Json, Kind
from pipeline.store import Connection
from pipeline.store.observations import observations_of
from pipeline.store.surroundings import people_cleared
from pipeline.store.verdicts import ordinary_numbers

FAR = 24
"""Bits of 64 in which two texts' hashes may differ until they have nothing in common: 32 is chance."""

SAMPLE = 500
"""Ordinary numbers of which the bands are taken."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An honest site beside which a suspected one is shown."""

    indicator: Indicator
    page: Json
    distance: int | None
    """Bits of 64 in which the two texts' hashes differ; None where a person chose the twin."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where most ordinary numbers lie in one feature."""

    low: float
    """One in ten lies below."""
    middle: float
    high: float
    """One in ten lies above."""
    count: int


def page_of(tx: Connection, indicator: Indicator) -> Json:
    """The newest page that was read of a site; None where none was."""
    pages = [o.value for o in observations_of(tx, [indicator])[indicator] if o.prop == "page"]
    return pages[-1] if pages else None


def nearest_twin(tx: Connection, subject: Indicator, page: Json) -> Twin | None:
    """Among sites that people found honest last, the one whose template or text is nearest."""
    cleared = [i for i in people_cleared(tx, kinds=(Kind.HOST, Kind.URL)) if i != subject]
    best: Twin | None = None
    for indicator, seen in observations_of(tx, cleared).items():
        for observation in seen:
            if observation.prop != "page":
                continue
            away = distance(page, observation.value)
            if away <= FAR and (best is None or best.distance is None or away < best.distance):
                best = Twin(indicator, observation.value, away)
    return best


def distance(one: Json, other: Json) -> int:
    """Bits in which the text hashes of two pages differ; 0 for two of one template, 64 if unknown."""
    if one.get("dom_hash") and one.get("dom_hash") == other.get("dom_hash"):
        return 0
    hashes = one.get("text_simhash"), other.get("text_simhash")
    if not all(hashes):
        return 64
    return (int(str(hashes[0]), 16) ^ int(str(hashes[1]), 16)).bit_count()


def ordinary_bands(tx: Connection) -> dict[str, Band]:
    """Where ordinary numbers lie, by feature; of a sample of those whose verdict is far from fraud."""
    ordinary = ordinary_numbers(tx, limit=SAMPLE)
    values: dict[str, list[float]] = {}
    for seen in observations_of(tx, ordinary).values():
        calls = [o.value for o in seen if o.prop == "calls"]
        for name, value in (calls[-1].get("features", {}) if calls else {}).items():
            if isinstance(value, int | float):
                values.setdefault(name, []).append(float(value))
    return {name: _band(sorted(found)) for name, found in values.items() if len(found) >= 3}


def _band(values: Sequence[float]) -> Band:
    last = len(values) - 1
    return Band(
        low=values[round(last * 0.1)],
        middle=values[round(last * 0.5)],
        high=values[round(last * 0.9)],
        count=len(values),
    )
