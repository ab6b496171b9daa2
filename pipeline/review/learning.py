"""What the models and the desk learn from people: labels, agreement, and who was right how often."""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.nouns import Action, Indicator, Json, Kind, canonical_json
from pipeline.store import Connection, lessons
from pipeline.store.lessons import Hits, Lesson
from pipeline.store.observations import observations_of

LABEL_COLUMNS = ("url", "label", "category", "decided_at", "source")
"""Columns of a file of labels of sites; `docs/desk.md` says what they mean."""

NUMBER_COLUMNS = ("number", "label", "category", "decided_at", "source", "calls")
"""Columns of a file of labels of numbers; `calls` is what was known of its calls, as JSON."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How often somebody who said fraud was right, with the 95 % interval that the sample allows."""

    name: str
    right: int
    settled: int
    low: float
    high: float
    zh: str = ""
    en: str = ""

    @property
    def share(self) -> float:
        return self.right / self.settled


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far second looks agree with first decisions."""

    looks: int
    agreed: int
    kappa: float | None
    """Cohen's kappa; None where there are no looks, or where chance alone explains everything."""


def label_rows(found: Iterable[Lesson]) -> Iterator[dict[str, str]]:
    """Lessons about sites as rows of a label file: 1 for fraud, 0 for honest, with provenance."""
    for lesson in found:
        if lesson.indicator.kind is not Kind.NUMBER:
            yield {"url": lesson.indicator.value, **_label(lesson)}


def number_rows(
    found: Iterable[Lesson], calls: Mapping[Indicator, Json]
) -> Iterator[dict[str, str]]:
    """Lessons about numbers as rows of a label file, with the newest call features of each."""
    for lesson in found:
        if lesson.indicator.kind is Kind.NUMBER:
            known = calls.get(lesson.indicator)
            yield {
                "number": lesson.indicator.value,
                **_label(lesson),
                "calls": "" if known is None else canonical_json(known).decode(),
            }


def label_file(tx: Connection) -> str:
    """All labels of sites as CSV (RFC 4180, UTF-8), oldest decision first."""
    return _csv(LABEL_COLUMNS, label_rows(lessons.lessons(tx)))


def number_file(tx: Connection) -> str:
    """All labels of numbers as CSV (RFC 4180, UTF-8), oldest decision first."""
    found = [one for one in lessons.lessons(tx) if one.indicator.kind is Kind.NUMBER]
    seen = observations_of(tx, [lesson.indicator for lesson in found])
    calls = {i: o.value for i, facts in seen.items() for o in facts if o.prop == "calls"}
    return _csv(NUMBER_COLUMNS, number_rows(found, calls))


def _label(lesson: Lesson) -> dict[str, str]:
    origin = f"appeal:{lesson.appeal}" if lesson.appeal else f"decision:{lesson.decision}"
    return {
        "label": "1" if lesson.action is Action.BLOCK else "0",
        "category": lesson.category.value if lesson.category else "",
        "decided_at": lesson.decided_at.isoformat(),
        "source": origin,
    }


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def wilson(right: int, settled: int, *, z: float = 1.96) -> tuple[float, float]:
    """The interval in which a share lies (Wilson 1927); z 1.96 for 95 %."""
    if settled == 0:
        return 0.0, 1.0
    share, square = right / settled, z * z
    middle = (share + square / (2 * settled)) / (1 + square / settled)
    half = z / (1 + square / settled)
    half *= math.sqrt(share * (1 - share) / settled + square / (4 * settled * settled))
    return max(0.0, middle - half), min(1.0, middle + half)


def precisions(hits: Sequence[Hits]) -> list[Precision]:
    """Hits as shares with their intervals."""
    return [
        Precision(hit.name, hit.right, hit.settled, *wilson(hit.right, hit.settled), hit.zh, hit.en)
        for hit in hits
    ]


def agreement(pairs: Mapping[tuple[Action, Action], int]) -> Agreement:
    """Cohen's kappa (1960) of counted pairs (first, second): agreement beyond what chance would give."""
    looks = sum(pairs.values())
    agreed = sum(count for (first, second), count in pairs.items() if first is second)
    if not looks:
        return Agreement(0, 0, None)
    firsts, seconds = Counter[Action](), Counter[Action]()
    for (first, second), count in pairs.items():
        firsts[first] += count
        seconds[second] += count
    chance = sum(firsts[action] * seconds[action] for action in Action) / looks**2
    kappa = None if chance == 1 else (agreed / looks - chance) / (1 - chance)
    return Agreement(looks, agreed, kappa)


def is_sampled(decision: str, share: float) -> bool:
    """Whether a decision is among those that get a second look: by its id, so that nobody chooses."""
    return int(hashlib.sha256(f"look {decision}".encode()).hexdigest()[:8], 16) < share * 2**32
