"""Evidence on numbers → verdicts: by the model where calls are known, with rules as reasons."""

import math
from collections.abc import Sequence
from datetime import datetime

from classifiers.numbers.rules import BASE, VERSION, apply_rules
from pipeline.categories import Category
from pipeline.nouns import Evidence, Label, Reason, ReportTally, Verdict

UNSEEN_CEILING = 0.6
"""Most that reports alone make probable, however many: without calls a number is never blocked."""
SPOOFED_FEATURES = ("is_spoofed", "is_lookalike", "is_impossible")


def judge(evidence: Sequence[Evidence], *, now: datetime) -> list[Verdict]:
    """A verdict on each number, in the order of the evidence."""
    return [_judge(item, now) for item in evidence]


def _judge(item: Evidence, now: datetime) -> Verdict:
    calls = item.facts.get("calls")
    features = calls.get("features") if isinstance(calls, dict) else None
    reported = _reported(item.tally)
    if not features:
        return _unseen(item, reported, now)
    reasons = [*apply_rules(features), *reported]
    probability = _sigmoid(BASE + sum(reason.weight for reason in reasons))
    return Verdict(
        indicator=item.indicator,
        label=_label(probability),
        category=_category(item.tally) if probability >= 0.5 else None,
        probability=probability,
        reasons=tuple(reasons),
        evidence_digest=item.digest,
        model=VERSION,
        at=now,
    )


def _unseen(item: Evidence, reported: list[Reason], now: datetime) -> Verdict:
    """A number of which no calls are known: reports may bring it before a person, nothing more."""
    probability = min(_sigmoid(-2.0 + sum(r.weight for r in reported)), UNSEEN_CEILING)
    missing = Reason(
        "number.no-calls", 0.0, "没有该号码的通话记录,仅凭举报不能处置",
        "no call records of this number are known; reports alone decide nothing",
    )  # fmt: skip
    return Verdict(
        indicator=item.indicator,
        label=Label.UNKNOWN,
        category=_category(item.tally),
        probability=probability,
        reasons=(*reported, missing),
        evidence_digest=item.digest,
        model=VERSION,
        at=now,
    )


def _reported(tally: ReportTally) -> list[Reason]:
    """What reports weigh: by independent voices, less for each further one, with a ceiling."""
    if tally.reporters == 0:
        return []
    trusted = 1.0 if tally.trusted else 0.0
    weight = min(0.7 * math.log2(1 + tally.reporters) + trusted, 2.5)
    return [
        Reason(
            "number.reported", round(weight, 3),
            f"{tally.reporters}个独立来源举报", f"reported by {tally.reporters} independent voices",
            ", ".join(tally.sources)[:200],
        )
    ]  # fmt: skip


def _label(probability: float) -> Label:
    if probability >= 0.5:
        return Label.MALICIOUS
    return Label.BENIGN if probability < 0.1 else Label.UNKNOWN


def _category(tally: ReportTally) -> Category | None:
    return tally.categories[0] if len(tally.categories) == 1 else Category.OTHER


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
