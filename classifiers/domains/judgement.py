"""Evidence → verdict for sites: state first, then the score, then what to call it."""

from collections.abc import Sequence
from datetime import datetime

from classifiers.domains.compromise import compromise
from classifiers.domains.kinds import category_of
from classifiers.domains.rules import log_odds, logistic, reasons_of, rule_set
from classifiers.domains.site import Site
from classifiers.domains.states import state_probability, state_reason
from pipeline.nouns import Evidence, Label, Reason, Verdict

MALICIOUS_FROM = 0.5
"""Probability from which a site is called malicious; what is done about it is the policy's matter."""
BENIGN_BELOW = 0.2
REASONS_KEPT = 8


def judge(evidence: Sequence[Evidence], *, now: datetime) -> list[Verdict]:
    """One verdict for each evidence, in order.

    `now` is the time of the verdict and the end of every age in it. The probability is 0 for parked
    and dead pages, of which nothing can be said; policy goes by their label.
    """
    return [_judge(Site(one, now)) for one in evidence]


def _judge(site: Site) -> Verdict:
    rules = rule_set()
    shown = state_reason(site)
    if shown is not None:
        label, reason = shown
        return _verdict(site, label, state_probability(site, label), [reason], rules.name)
    reasons = reasons_of(site, rules)
    probability = logistic(log_odds(reasons, rules))
    hacked = compromise(site)
    if hacked is not None:
        return _verdict(
            site, Label.COMPROMISED, max(probability, 0.6), [hacked, *reasons], rules.name
        )
    return _verdict(site, label_of(probability), probability, reasons, rules.name)


def label_of(probability: float) -> Label:
    """The word for a probability."""
    if probability >= MALICIOUS_FROM:
        return Label.MALICIOUS
    return Label.BENIGN if probability < BENIGN_BELOW else Label.UNKNOWN


def _verdict(
    site: Site, label: Label, probability: float, reasons: Sequence[Reason], model: str
) -> Verdict:
    kept = tuple(reasons[:REASONS_KEPT])
    fraud = label in (Label.MALICIOUS, Label.COMPROMISED)
    return Verdict(
        indicator=site.evidence.indicator,
        label=label,
        category=category_of(site) if fraud else None,
        probability=round(probability, 6),
        reasons=kept,
        evidence_digest=site.evidence.digest,
        model=model,
        at=site.now,
    )
