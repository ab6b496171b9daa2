"""A policy tried on past verdicts before it is switched on: what would change, item by item."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.nouns import Decision, Evidence, Indicator, Verdict
from pipeline.policy.settle import Keep, Outcome, settle
from pipeline.policy.terms import Policy
from pipeline.protected import Protected


@dataclass(frozen=True, slots=True)
class Change:
    """One subject that the two policies treat differently."""

    subject: Indicator
    probability: float
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a candidate would change: how many go from one outcome to another, and which."""

    tried: int
    moves: dict[tuple[str, str], int]
    changes: list[Change]


def try_policy(
    cases: Iterable[tuple[Verdict, Evidence]],
    *,
    current: Policy,
    candidate: Policy,
    protected: Protected,
    now: datetime,
) -> Trial:
    """Settle every case under both policies, as if nothing had been decided on it yet."""
    tried = 0
    moves: Counter[tuple[str, str]] = Counter()
    changes: list[Change] = []
    for verdict, evidence in cases:
        tried += 1
        before, after = (
            settle(verdict, evidence, policy=p, protected=protected, head=_nothing, now=now)
            for p in (current, candidate)
        )
        moves[_word(before), _word(after)] += 1
        if _word(before) != _word(after):
            why = str(after.why) if not isinstance(after, Decision) else after.reason
            changes.append(
                Change(verdict.indicator, verdict.probability, _word(before), _word(after), why)
            )
    return Trial(tried, dict(moves), changes)


def _nothing(_indicator: Indicator) -> None:
    return None


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Decision):
        return outcome.action.value
    return "keep" if isinstance(outcome, Keep) else "review"
