"""Evidence on numbers → verdicts: the model on the calls, the rules as further sentences.

A number is called malicious from the model's own listing threshold on, whose false-positive rate was
bounded on rows that it was not trained on, and benign below its review threshold. Reports and
complaints can bring a number before a person; they never suffice for a block. Whatever they add, a
number whose calls alone are not more likely fraud than not stays below the listing threshold.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp, log, log2

import numpy as np

from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel, shipped
from classifiers.numbers.rules import VERSION, apply_rules
from pipeline.categories import Category
from pipeline.nouns import Evidence, Label, Reason, ReportTally, Verdict

CEILING = 0.6
"""Most that a verdict reaches where the calls themselves do not say fraud: enough for review."""
BELOW = 0.95
"""Where the listing threshold is lower than the ceiling, the ceiling is this share of it."""
UNSEEN = 0.03
"""Probability of a number of which no calls are known, before anybody reports it."""
CALLS_FLOOR = 0.5
"""What the calls alone must make probable before reports may add anything above the ceiling."""
COMPLAINTS = ("complaint_heat", "complaint_reporters")
PRETENDING = ("is_lookalike", "is_impossible", "is_spoofed")
"""Forms behind which stands somebody else's number: traced by the trunk, settled by a person."""


def judge(
    evidence: Sequence[Evidence], *, now: datetime, model: NumberModel | None = None
) -> list[Verdict]:
    """A verdict on each number, in the order of the evidence; the shipped model by default."""
    chosen = model or shipped()
    features = {n: f for n, item in enumerate(evidence) if (f := _features(item))}
    seen: dict[int, tuple[float, float, tuple[Reason, ...]]] = {}
    if features:
        x = chosen.matrix(list(features.values()))
        both = score(chosen, x)
        for place, (whole, calls), why in zip(
            features, both.tolist(), chosen.reasons(x), strict=True
        ):
            seen[place] = (whole, calls, why)
    verdicts = []
    for n, item in enumerate(evidence):
        if n in seen:
            verdicts.append(_seen(item, features[n], seen[n], chosen, now))
        else:
            verdicts.append(_unseen(item, now))
    return verdicts


def score(model: NumberModel, x: Floats) -> Floats:
    """Two probabilities of each row: of all features, and of the calls without any complaint."""
    quiet = x.copy()
    for name in COMPLAINTS:
        if name in model.features:
            column = model.features.index(name)
            quiet[:, column] = np.where(np.isnan(x[:, column]), np.nan, 0.0)
    whole = model.probabilities(x)
    told = np.any(~((x == quiet) | np.isnan(x)), axis=1)
    calls = whole.copy()
    if told.any():
        calls[told] = model.probabilities(quiet[told])
    held = np.minimum(whole, ceiling(model))
    return np.column_stack([np.where(calls < CALLS_FLOOR, held, whole), calls])


def acted_on(model: NumberModel, x: Floats) -> Floats:
    """The probability of each row by which `judge` acts where nobody reported anything.

    Unlike the model's own, it stays below the listing threshold where complaints alone speak, and
    where somebody else's number is shown.
    """
    found = score(model, x)[:, 0]
    columns = [model.features.index(name) for name in PRETENDING if name in model.features]
    shown_falsely = np.any(np.nan_to_num(x[:, columns]) >= 1, axis=1)
    return np.asarray(np.where(shown_falsely, np.minimum(found, ceiling(model)), found), np.float64)


def ceiling(model: NumberModel) -> float:
    """Most that reports can bring about by themselves: always under the model's listing threshold."""
    return min(CEILING, BELOW * model.thresholds.get("list", 1.0))


def _features(item: Evidence) -> Mapping[str, float | None] | None:
    calls = item.facts.get("calls")
    return calls.get("features") if isinstance(calls, dict) else None


def _seen(
    item: Evidence,
    features: Mapping[str, float | None],
    scored: tuple[float, float, tuple[Reason, ...]],
    model: NumberModel,
    now: datetime,
) -> Verdict:
    whole, calls, why = scored
    reported = _reported(item.tally)
    probability = _add(whole, sum(reason.weight for reason in reported))
    most = ceiling(model)
    notes: list[Reason] = []
    if calls < CALLS_FLOOR and probability > most:
        probability = most
        notes.append(
            Reason(
                "number.calls-do-not-say", 0.0, "通话行为本身不足以认定,举报只能提请人工复核",
                "the calls alone do not say fraud; reports only bring it to a person",
            )
        )  # fmt: skip
    if any((features.get(name) or 0) >= 1 for name in PRETENDING) and probability > most:
        probability = most
        notes.append(
            Reason(
                "number.pretends", 0.0, "疑似改号或仿冒,被冒用号码受保护,应从来话中继溯源",
                "a number shown falsely: its owner is protected, the trunk is to be traced",
            )
        )  # fmt: skip
    by_itself = calls >= model.thresholds.get("list", 1.0) and (features.get("imeis") or 0) >= 1
    spoofed = _being_spoofed(item, by_itself=by_itself)
    if spoofed and not by_itself:
        probability = min(probability, most)
    notes += spoofed
    label = _label(probability, model)
    if label is Label.MALICIOUS and "list" in model.warnings:
        # The rate that the threshold should promise is not known to hold: a person decides.
        label = Label.UNKNOWN
        notes.append(
            Reason(
                "number.threshold-unsupported", 0.0, "模型校准样本不足,误报率无法保证,须人工复核",
                f"too few honest rows behind the model's threshold: {model.warnings['list']}",
            )
        )  # fmt: skip
    rules = [Reason(r.id.replace("number.", "number.rule."), 0.0, r.zh, r.en, r.extract)
             for r in apply_rules(features)]  # fmt: skip
    return Verdict(
        indicator=item.indicator,
        label=label,
        category=_category(item.tally) if label is not Label.BENIGN else None,
        probability=round(probability, 6),
        reasons=(*why, *reported, *notes, *rules),
        evidence_digest=item.digest,
        model=model.name,
        at=now,
    )


def _unseen(item: Evidence, now: datetime) -> Verdict:
    """A number without call facts: reports may bring it before a person, nothing more."""
    reported = _reported(item.tally)
    probability = min(_add(UNSEEN, sum(r.weight for r in reported)), CEILING)
    missing = Reason(
        "number.no-calls", 0.0, "没有该号码值得研判的通话记录,仅凭举报不能处置",
        "no calls of this number are at hand: none came, or they were not worth judging; reports alone "
        "decide nothing",
    )  # fmt: skip
    return Verdict(
        indicator=item.indicator,
        label=Label.UNKNOWN,
        category=_category(item.tally),
        probability=round(probability, 6),
        reasons=(*reported, *_being_spoofed(item), missing),
        evidence_digest=item.digest,
        model=VERSION,
        at=now,
    )


def _being_spoofed(item: Evidence, *, by_itself: bool = False) -> list[Reason]:
    """That others show this number: what they did is not its owner's doing.

    Their calls were never counted among its own. So they excuse nobody whose own calls, made by a device
    in our network, say fraud `by_itself`: or else one call that shows it would free a number for weeks.
    """
    fact = item.facts.get("spoofed")
    if not isinstance(fact, dict):
        return []
    if by_itself:
        return [
            Reason(
                "number.spoofed-besides", 0.0,
                f"该号码近期也被他人冒用({fact['day']}),但本机在网内的呼叫本身已足以认定",
                f"others showed this number too (last on {fact['day']}), but the calls of its own device in "
                "this network say fraud by themselves",
            )
        ]  # fmt: skip
    return [
        Reason(
            "number.being-spoofed", 0.0,
            f"该号码近期被他人冒用({fact['day']}),机主受保护:应从来话中继溯源,冒用多于本机呼叫之日的投诉不计",
            f"others showed this number (last on {fact['day']}): its owner is protected, the trunk is to be "
            "traced, and complaints of days on which they called more than it did do not count",
        )
    ]  # fmt: skip


def _reported(tally: ReportTally) -> list[Reason]:
    """What reports weigh: by independent voices, less for each further one, with a ceiling."""
    if tally.reporters == 0:
        return []
    trusted = 1.0 if tally.trusted else 0.0
    weight = min(0.7 * log2(1 + tally.reporters) + trusted, 2.5)
    return [
        Reason(
            "number.reported", round(weight, 3),
            f"{tally.reporters}个独立来源举报", f"reported by {tally.reporters} independent voices",
            ", ".join(tally.sources)[:200],
        )
    ]  # fmt: skip


def _label(probability: float, model: NumberModel) -> Label:
    if probability >= model.thresholds.get("list", 1.0):
        return Label.MALICIOUS
    return Label.BENIGN if probability < model.thresholds.get("review", 0.0) else Label.UNKNOWN


def _category(tally: ReportTally) -> Category:
    return tally.categories[0] if len(tally.categories) == 1 else Category.OTHER


def _add(probability: float, weight: float) -> float:
    inside = min(max(probability, 1e-9), 1 - 1e-9)
    return 1 / (1 + exp(-(log(inside / (1 - inside)) + weight)))
