"""Points of subscribers: a ledger anybody can recompute, from rules and grades that are data.

The balance is a pure function of the ledger and the time. A verification in person clears what came
before it, at once: the law asks for restoring without delay (ATOF Art. 32).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.errors import FanzhaError
from pipeline.store.points import PointEntry
from pipeline.whys import Why, why

DEFAULT = Path(__file__).parent / "data" / "points.toml"
VERIFIED = "verified"
"""The ledger's word for a verification in person, which clears."""


COMPLAINTS = ("complaint_confidence", "credible_reporters")
"""Facts of a `complaints.Voice`, beside the features."""


@dataclass(frozen=True, slots=True)
class PointRule:
    """What brings points: once for each day of calls, or of complaints, on which every bound holds."""

    id: str
    zh: str
    en: str
    points: float
    half_life_days: float
    cap: float
    basis: str
    bounds: tuple[tuple[str, str, float], ...]

    @property
    def of_complaints(self) -> bool:
        """Whether it asks for complaints alone: it then holds for days without a call, too."""
        return all(name in COMPLAINTS for name, *_ in self.bounds)

    def holds(self, facts: Mapping[str, float | None]) -> bool:
        for name, relation, bound in self.bounds:
            value = facts.get(name)
            if value is None or (value >= bound) != (relation == ">="):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Grade:
    """What a balance means and what is to be done."""

    id: str
    start: float
    action: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Rules and grades, as configured."""

    version: int
    rules: Mapping[str, PointRule]
    grades: tuple[Grade, ...]
    """From the lowest."""

    def grade(self, balance: float) -> Grade:
        return [grade for grade in self.grades if balance >= grade.start][-1]


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscriber's points at a time: how many, of what, and what follows."""

    balance: float
    parts: tuple[tuple[PointRule, float], ...]
    """Rule → what it contributes now, the most first."""
    grade: Grade
    verified_at: datetime | None


def load_scheme(path: Path = DEFAULT) -> Scheme:
    """Read rules and grades. Raises `FanzhaError` where the file is no such scheme."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        rules = [
            PointRule(**{**rule, "bounds": tuple((n, r, float(b)) for n, r, b in rule["bounds"])})
            for rule in content["rules"]
        ]
        grades = [
            Grade(start=float(grade.pop("from")), **grade) for grade in map(dict, content["grades"])
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise FanzhaError(
            f"{path}: expected a scheme of points like the shipped one ({error})"
        ) from error
    grades.sort(key=lambda grade: grade.start)
    wrong = [rule.id for rule in rules if rule.half_life_days <= 0 or rule.cap < rule.points]
    if not grades or grades[0].start != 0 or wrong:
        raise FanzhaError(
            f"{path}: grades must begin at 0, and rules need a half-life above 0 and a cap not below "
            f"their points ({', '.join(wrong) or 'the grades are wrong'})"
        )
    return Scheme(int(content["version"]), {rule.id: rule for rule in rules}, tuple(grades))


def award(
    scheme: Scheme,
    facts: Mapping[str, float | None],
    *,
    evidence: str,
    at: datetime,
    of_complaints: bool = False,
) -> list[PointEntry]:
    """The ledger entries that a day's facts bring; `evidence` names the day, so twice is once.

    `facts` are the features, `probability` (the model's) and those of `COMPLAINTS`. A day of calls asks
    the rules about calls, a day of complaints (`of_complaints`) those about complaints alone.
    """
    return [
        PointEntry(rule.id, rule.points, evidence, at, f"points@{scheme.version}")
        for rule in scheme.rules.values()
        if rule.of_complaints == of_complaints and rule.holds(facts)
    ]


def verified(*, evidence: str, at: datetime, actor: str) -> PointEntry:
    """The entry that a verification in person makes."""
    return PointEntry(VERIFIED, 0.0, evidence, at, actor)


def standing(scheme: Scheme, ledger: Sequence[PointEntry], *, now: datetime) -> Standing:
    """What a ledger adds up to now; entries of rules that are no more do not count."""
    cleared = max((e.at for e in ledger if e.rule == VERIFIED and e.at <= now), default=None)
    sums: dict[str, float] = {}
    for entry in ledger:
        rule = scheme.rules.get(entry.rule)
        if rule is None or entry.at > now or (cleared is not None and entry.at <= cleared):
            continue
        age = (now - entry.at) / timedelta(days=1)
        sums[rule.id] = sums.get(rule.id, 0.0) + entry.points * 0.5 ** (age / rule.half_life_days)
    capped = [
        (scheme.rules[name], min(value, scheme.rules[name].cap)) for name, value in sums.items()
    ]
    capped.sort(key=lambda part: (-part[1], part[0].id))
    balance = sum(value for _, value in capped)
    return Standing(balance, tuple(capped), scheme.grade(balance), cleared)


def disagreement(
    standing: Standing, probability: float, *, likely: float = 0.9, unlikely: float = 0.1
) -> Why | None:
    """Why the model and the points do not agree, for the review queue; None where they do.

    `likely` and `unlikely` are the model's own thresholds for listing and for review.
    """
    grade = {"grade_zh": standing.grade.zh, "grade_en": standing.grade.en}
    if probability >= likely and standing.grade.start == 0:
        return why("points-lower", probability=f"{probability:.0%}", **grade)
    if probability < unlikely and standing.grade.action.startswith(("suspend", "propose")):
        return why("points-higher", probability=f"{probability:.0%}", **grade)
    return None
