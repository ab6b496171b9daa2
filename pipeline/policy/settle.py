"""One verdict, under one policy → one outcome: a decision, an item for a person, or nothing."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.evidence import last_called
from pipeline.indicators import host_of
from pipeline.nouns import (
    Action,
    Decision,
    Evidence,
    Indicator,
    Kind,
    Label,
    Verdict,
)
from pipeline.policy.scope import is_inner_page, target_of
from pipeline.policy.terms import Policy, Thresholds
from pipeline.protected import Protected
from pipeline.store.reviews import ReviewItem
from pipeline.whys import Why, why


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing is to be done; `why` says so in a word."""

    why: str


Outcome = Decision | ReviewItem | Keep

ACTIONS_ZH = {
    Action.BLOCK: "封堵",
    Action.ALLOW: "放行",
    Action.WATCH: "观察",
    Action.DISMISS: "不处置",
}

NOTHING_THERE = frozenset({Label.DEAD, Label.PARKED})
"""Labels that are no opinion on honesty: such a site is only watched."""


def settle(
    verdict: Verdict,
    evidence: Evidence,
    *,
    policy: Policy,
    protected: Protected,
    head: Callable[[Indicator], Decision | None],
    now: datetime,
) -> Outcome:
    """What is done about one verdict.

    `head` gives the last decision of an indicator. A machine decides only where a person has not:
    it never supersedes an analyst's live decision, and what it blocks is corroborated, narrow,
    not protected, and expires (invariants 3 and 4).
    """
    target = target_of(verdict, evidence, protected=protected)
    case = _Case(verdict, evidence, target, policy, now)
    last = head(target)
    live = last if last is not None and _is_live(last, now) else None
    # A person's word on the subject binds as well: a dismissal stands there, not on the target.
    own = head(verdict.indicator)
    if own is not None and _is_live(own, now) and not own.actor.startswith("policy:"):
        live = own
    by_person = live is not None and not live.actor.startswith("policy:")
    # Of a number whose own calls say fraud by themselves, the verdict stays malicious.
    spoofed = evidence.facts.get("spoofed") if verdict.label is not Label.MALICIOUS else None
    if spoofed and live is not None and live.action is Action.BLOCK and not by_person:
        return case.review(why("spoofed", date=str(spoofed["day"])))
    terms = policy.numbers if target.kind is Kind.NUMBER else policy.sites

    # A number's label comes from its model's own thresholds, whose false positives are bounded; the
    # policy's probabilities are floors under those.
    is_number = target.kind is Kind.NUMBER
    acquitted = is_number and verdict.label is Label.BENIGN
    if verdict.label in NOTHING_THERE or acquitted or verdict.probability < terms.review_at:
        return _not_fraud(case, live, head)
    if live is not None and by_person:
        # What reports alone can bring about must not bring a number back that a person spared.
        unsure = is_number and verdict.label is not Label.MALICIOUS
        if live.action is Action.BLOCK or unsure or verdict.probability < terms.block_at:
            return Keep(f"{live.actor} decided {live.action.value}")
        zh = ACTIONS_ZH[live.action]
        return case.review(
            why("overrules", actor=live.actor, action_en=live.action.value, action_zh=zh)
        )
    if live is not None and live.action is Action.BLOCK and not _near_end(live, case):
        return Keep("is listed")
    if last is not None and _rests_on_the_same_calls(case, last):
        told = evidence.tally.last_at
        if live is None and told is not None and told > last.decided_at:
            return case.review(why("reported-anew", date=f"{last.decided_at:%Y-%m-%d}"))
        return Keep("no calls since it was listed: it runs out by itself")
    doubt = _doubt(case, terms, protected)
    if doubt is not None:
        return case.review(doubt)
    return case.decide(
        Action.BLOCK,
        target,
        why(
            "blocked",
            probability=f"{verdict.probability:.3f}",
            model=verdict.model,
            who=_who(evidence),
        ),
        supersedes=last,
        days=policy.expiry.days(verdict.category),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    verdict: Verdict
    evidence: Evidence
    target: Indicator
    policy: Policy
    now: datetime

    def review(self, because: Why) -> ReviewItem:
        return ReviewItem(
            subject=self.verdict.indicator,
            target=self.target,
            verdict=self.verdict.id,
            why=because,
            priority=expected_harm(self.verdict, self.evidence),
            opened_at=self.now,
        )

    def decide(
        self,
        action: Action,
        indicator: Indicator,
        because: Why,
        *,
        supersedes: Decision | None,
        days: int | None = None,
    ) -> Decision:
        return Decision(
            indicator=indicator,
            action=action,
            category=self.verdict.category if action is Action.BLOCK else None,
            reason=str(because),
            actor=self.policy.actor,
            decided_at=self.now,
            expires_at=None if days is None else self.now + timedelta(days=days),
            subject=self.verdict.indicator if self.verdict.indicator != indicator else None,
            verdict=self.verdict.id,
            supersedes=None if supersedes is None else supersedes.id,
        )


def expected_harm(verdict: Verdict, evidence: Evidence) -> float:
    """Priority of an item: how likely it is fraud, how many it reaches, how much it would teach.

    probability × (1 + ln(1 + voices)) + a quarter of the verdict's entropy in bits: between items
    of equal harm, the one of which the model knows least comes first.
    """
    p = min(max(verdict.probability, 1e-9), 1 - 1e-9)
    entropy = -(p * math.log2(p) + (1 - p) * math.log2(1 - p))
    return round(p * (1 + math.log1p(evidence.tally.reporters)) + entropy / 4, 6)


def _not_fraud(
    case: _Case, live: Decision | None, head: Callable[[Indicator], Decision | None]
) -> Outcome:
    """Nothing there, or nothing wrong: a listing of ours is not prolonged, and contradictions show."""
    verdict = case.verdict
    listed = live is not None and live.action is Action.BLOCK
    if live is not None and listed and _changed_hands(case, live):
        return case.decide(
            Action.WATCH,
            case.target,
            why("new-owner"),
            supersedes=live,
        )
    if listed and verdict.label is Label.BENIGN:
        return case.review(why("listed-clean"))
    if listed:
        return Keep("is listed, and runs out by itself")
    # A crowd is no proof, but what a trusted source reports and a model acquits is a contradiction.
    if case.evidence.tally.trusted and verdict.label is Label.BENIGN:
        trusted = ", ".join(case.evidence.tally.trusted)
        return case.review(why("reported-clean", sources=trusted))
    action = Action.DISMISS if verdict.label is Label.BENIGN else Action.WATCH
    last = head(verdict.indicator)
    if last is not None and (last.action is action or not last.actor.startswith("policy:")):
        return Keep(f"{last.actor} decided {last.action.value}")
    words = {Label.DEAD: "nothing-answers", Label.PARKED: "parked", Label.BENIGN: "honest"}
    because = why(
        words.get(verdict.label, "little-known"),
        probability=f"{verdict.probability:.3f}",
        model=verdict.model,
    )
    return case.decide(action, verdict.indicator, because, supersedes=last)


def _doubt(case: _Case, terms: Thresholds, protected: Protected) -> Why | None:
    """Why a machine may not block this by itself; None where it may."""
    verdict, evidence, policy = case.verdict, case.evidence, case.policy
    refusal = protected.refusal(case.target)
    if refusal is not None:
        zh, en = refusal.reason_zh, refusal.reason_en
        return why("protected", rule=refusal.rule, reason_zh=zh, reason_en=en)
    if verdict.label is Label.COMPROMISED and not is_inner_page(case.target):
        return why("broken-into")
    if verdict.label not in {Label.MALICIOUS, Label.COMPROMISED}:
        return why("not-sure")
    if verdict.probability < terms.block_at:
        share = f"{verdict.probability:.3f}"
        return why("below", probability=share, threshold=str(terms.block_at))
    tally = evidence.tally
    # A complaint may come by the feed and as a report: the two are no two voices.
    voices = max(tally.weight, _complainers(evidence))
    corroborated = voices >= policy.corroboration.voices or (
        policy.corroboration.trusted and bool(tally.trusted)
    )
    if not corroborated:
        return why("uncorroborated", who=_who(evidence), voices=policy.corroboration.voices)
    return _wide(case, protected)


def _wide(case: _Case, protected: Protected) -> Why | None:
    """Why a block would reach far: a name that many visit, or an old one that is somebody's own."""
    host = host_of(case.target)
    if case.target.kind in {Kind.URL, Kind.NUMBER} or host is None or protected.is_shared(host):
        return None
    rank = protected.rank(host)
    if rank is not None and rank <= case.policy.blast.ranked:
        return why("ranked", rank=rank)
    registered = (case.evidence.facts.get("registration") or {}).get("registered")
    if registered:
        age = case.now - _date(registered, case.now)
        if age > timedelta(days=365.25 * case.policy.blast.settled_years):
            return why("registered", date=registered[:10])
    return None


def _changed_hands(case: _Case, listed: Decision) -> bool:
    """Whether the name was registered anew since it was listed, by a machine, for its old owner."""
    registered = (case.evidence.facts.get("registration") or {}).get("registered")
    if not registered or not listed.actor.startswith("policy:"):
        return False
    return _date(registered, case.now) > listed.decided_at


def _date(text: str, like: datetime) -> datetime:
    """An ISO date or time as an aware time; what names no zone is in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=like.tzinfo)


def _is_live(decision: Decision, now: datetime) -> bool:
    return decision.expires_at is None or decision.expires_at > now


def _near_end(decision: Decision, case: _Case) -> bool:
    """Whether less than a third of its life is left: then what is still fraud is listed anew."""
    if decision.expires_at is None:
        return False
    life = decision.expires_at - decision.decided_at
    return decision.expires_at - case.now < life / 3


def _rests_on_the_same_calls(case: _Case, last: Decision) -> bool:
    """Whether a machine's block of a number would be made again of what it was made of.

    A number that does not call any more may have a new owner, who must not stay cut off.
    """
    if case.target.kind is not Kind.NUMBER or last.action is not Action.BLOCK:
        return False
    if not last.actor.startswith("policy:"):
        return False
    called = last_called(case.evidence.facts.get("calls"))
    return called is None or called <= last.decided_at.date()


def _complainers(evidence: Evidence) -> float:
    """Distinct people who complained of a number, by a carrier's feed."""
    features = (evidence.facts.get("calls") or {}).get("features") or {}
    return features.get("complaint_reporters") or 0.0


def _who(evidence: Evidence) -> Why:
    tally = evidence.tally
    complainers = _complainers(evidence)
    if complainers and not tally.reporters:
        return why("complained", count=f"{complainers:.0f}")
    if tally.trusted:
        return why("trusted", sources=", ".join(tally.trusted))
    many = {} if tally.reporters == 1 else {"count": tally.reporters}
    said = "one" if tally.reporters == 1 else "several"
    if tally.weight == tally.reporters:
        return why(said, **many)
    return why(f"{said}-weighed", weight=f"{tally.weight:.2f}", **many)
