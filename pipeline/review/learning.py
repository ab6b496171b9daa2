"""What the models and the desk learn from people: labels, agreement, and who was right how often."""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.store import Connection, lessons, proposals
from pipeline.store.decisions import decision_by_id
from pipeline.store.lessons import Hits, Lesson

LABEL_COLUMNS = ("url", "label", "category", "decided_at", "source")
"""Columns of a label file; `docs/desk.md` and `docs/sites.md` say what they mean."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How often somebody who said fraud was right, with the 95 % interval that the sample allows."""

    name: str
    right: int
    settled: int
    low: float
    high: float

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
        if lesson.indicator.kind is Kind.NUMBER:
            continue
        origin = f"appeal:{lesson.appeal}" if lesson.appeal else f"decision:{lesson.decision}"
        yield {
            "url": lesson.indicator.value,
            "label": "1" if lesson.action is Action.BLOCK else "0",
            "category": lesson.category.value if lesson.category else "",
            "decided_at": lesson.decided_at.isoformat(),
            "source": origin,
        }


def label_file(tx: Connection) -> str:
    """All labels of sites as CSV (RFC 4180, UTF-8), oldest decision first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, LABEL_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(label_rows(lessons.lessons(tx)))
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
        Precision(hit.name, hit.right, hit.settled, *wilson(hit.right, hit.settled)) for hit in hits
    ]


def agreement(pairs: Sequence[tuple[Action, Action]]) -> Agreement:
    """Cohen's kappa (1960) of pairs (first, second): agreement beyond what chance would give."""
    looks = len(pairs)
    agreed = sum(first is second for first, second in pairs)
    if not looks:
        return Agreement(0, 0, None)
    firsts, seconds = Counter(f for f, _ in pairs), Counter(s for _, s in pairs)
    chance = sum(firsts[action] * seconds[action] for action in Action) / looks**2
    kappa = None if chance == 1 else (agreed / looks - chance) / (1 - chance)
    return Agreement(looks, agreed, kappa)


def is_sampled(decision: str, share: float) -> bool:
    """Whether a decision is among those that get a second look: by its id, so that nobody chooses."""
    return int(hashlib.sha256(f"look {decision}".encode()).hexdigest()[:8], 16) < share * 2**32


def next_look(tx: Connection, login: str, *, share: float) -> tuple[Indicator, Decision] | None:
    """The oldest sampled decision of somebody else that had no second look: its subject and itself."""
    done = proposals.looked_at(tx)
    for lesson in lessons.lessons(tx):
        others = login not in lesson.actor.removeprefix("analyst:").split("+")
        if others and lesson.decision not in done and is_sampled(lesson.decision, share):
            decision = decision_by_id(tx, lesson.decision)
            if decision is not None:
                return lesson.indicator, decision
    return None
