"""Evidence → verdict for sites: state first, then the score, then what to call it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice

from classifiers.domains.beside import gravest, is_unread, pages_beside, unread
from classifiers.domains.combination import CHINESE, Route
from classifiers.domains.compromise import compromise
from classifiers.domains.explanation import explain
from classifiers.domains.floors import floor
from classifiers.domains.kinds import category_of
from classifiers.domains.model import Said, SitesModel
from classifiers.domains.rules import log_odds, logistic, reasons_of, rule_set
from classifiers.domains.shipped import default_model
from classifiers.domains.signs import asks_card_secrets
from classifiers.domains.site import Site
from classifiers.domains.states import HIDING_PROBABILITY, state_probability, state_reason
from classifiers.domains.thresholds import Thresholds
from pipeline.categories import Category
from pipeline.nouns import Evidence, Label, Reason, Verdict

LIKELY_FROM = 0.5
"""Probability from which fraud is likelier than not, and gets a category. It is called malicious only
from the model's own block threshold on, where there is one: what honest pages reach too often in
training is `unknown` however it is scored, and goes to a person."""
JUDGED_BLOCK = 0.9
"""Probability by content from which a route without thresholds of its own says malicious."""
BENIGN_BELOW = 0.2
BENIGN_AT_MOST = 0.35
"""Below which a site is benign where its route has no thresholds; and at most, where it has."""
COMPROMISED_AT_LEAST = 0.6
"""Probability of a site that looks hacked, if nothing says more: a person must look."""
REASONS_KEPT = 10


def judge(
    evidence: Sequence[Evidence], *, now: datetime, model: SitesModel | None = None
) -> list[Verdict]:
    """One verdict for each evidence, in order, by the model that ships or another one.

    `now` is the time of the verdict and the end of every age in it. The probability is 0 for parked
    and dead pages, of which nothing can be said; policy goes by their label.
    """
    used = model or default_model()
    beside = [pages_beside(one) for one in evidence]
    every = [*evidence, *chain.from_iterable(beside)]
    verdicts = _each([Site(one, now) for one in every], used, of_a_visit=len(evidence))
    others = iter(verdicts[len(evidence) :])
    return [
        gravest(one, own, list(islice(others, len(more))))
        for one, own, more in zip(evidence, verdicts, beside, strict=False)
    ]


def _each(sites: Sequence[Site], used: SitesModel, *, of_a_visit: int) -> list[Verdict]:
    """A verdict on each page; those from `of_a_visit` on stand beside the one their visit ended at."""
    verdicts: list[Verdict | None] = [_by_state(site, used.name) for site in sites]
    for i, site in enumerate(sites[of_a_visit:], of_a_visit):
        if verdicts[i] is None and is_unread(site):
            verdicts[i] = unread(site, used.name)
    open_ones = [i for i, verdict in enumerate(verdicts) if verdict is None]
    for i, verdict in zip(open_ones, _by_content([sites[i] for i in open_ones], used), strict=True):
        verdicts[i] = verdict
    return [verdict for verdict in verdicts if verdict is not None]


def _by_state(site: Site, model: str) -> Verdict | None:
    shown = state_reason(site)
    if shown is None:
        return None
    label, reason = shown
    return _verdict(site, label, state_probability(site, label), [reason], model, {})


def _by_content(sites: Sequence[Site], model: SitesModel) -> list[Verdict]:
    if not sites:
        return []
    rules = rule_set()
    by_rules = [reasons_of(site, rules) for site in sites]
    said = model.say(sites, [log_odds(reasons, rules) for reasons in by_rules])
    by_experts = explain(model, sites, said)
    chinese = [i for i, route in enumerate(said.routes) if route in CHINESE and said.total[i] >= 0]
    likely = model.categories.likely([sites[i] for i in chinese])
    kinds = dict(zip(chinese, likely, strict=True))
    verdicts = []
    for i, site in enumerate(sites):
        share = model.blends[said.routes[i]].weights.get("rules", 0.0)
        weighed = [replace(r, weight=round(share * r.weight, 4)) for r in by_rules[i]]
        reasons = sorted([*weighed, *by_experts[i]], key=lambda r: (-abs(r.weight), r.id))
        probability = logistic(float(said.total[i]))
        hacked = compromise(site)
        if hacked is None:
            thresholds = model.thresholds.get(said.routes[i])
            grave = asks_card_secrets(site) is not None
            content = logistic(float(said.content[i]))
            label = label_of(content, probability, thresholds, grave=grave)
            held = None if label is Label.MALICIOUS else floor(site, _over_beside(model, said, i))
            if held is not None:
                label, probability = Label.UNKNOWN, max(probability, HIDING_PROBABILITY)
                reasons = [held, *reasons]
        else:
            label, probability = Label.COMPROMISED, max(probability, COMPROMISED_AT_LEAST)
            reasons = [hacked, *reasons]
        verdicts.append(_verdict(site, label, probability, reasons, model.name, kinds.get(i, {})))
    return verdicts


def _over_beside(model: SitesModel, said: Said, place: int) -> Route | None:
    """The second route of a site in two languages, if its content is over that route's block threshold."""
    if place not in said.beside:
        return None
    route, content = said.beside[place]
    return route if logistic(content) >= _block_at(model.thresholds.get(route)) else None


def _block_at(thresholds: Thresholds | None) -> float:
    return thresholds.block.value if thresholds else JUDGED_BLOCK


def label_of(
    by_content: float, probability: float, thresholds: Thresholds | None, *, grave: bool = False
) -> Label:
    """The word for a site on a route with these thresholds, or with none.

    Thresholds were measured on content alone, so content alone must reach them: what a name, records
    and reports add makes a site more urgent to look at, never malicious. What they take off counts.
    A page that asks for the secrets of a card (`grave`) need reach no more than the review threshold by
    its content: 11 of the 3,197 honest pages of the training files ask for them at all.
    """
    enough = thresholds.review.value if thresholds and grave else _block_at(thresholds)
    if by_content >= min(enough, _block_at(thresholds)) and probability >= _block_at(thresholds):
        return Label.MALICIOUS
    benign = BENIGN_BELOW
    if thresholds:
        benign = min(thresholds.dismiss, thresholds.review.value, BENIGN_AT_MOST)
    return Label.BENIGN if probability < benign else Label.UNKNOWN


def _verdict(
    site: Site,
    label: Label,
    probability: float,
    reasons: Sequence[Reason],
    model: str,
    kinds: Mapping[Category, float],
) -> Verdict:
    likely = probability >= LIKELY_FROM
    return Verdict(
        indicator=site.evidence.indicator,
        label=label,
        category=category_of(site, kinds) if likely else None,
        probability=round(probability, 6),
        reasons=tuple(
            r
            for r in reasons[:REASONS_KEPT]
            if r.weight or r.id.startswith("floor-") or len(reasons) == 1
        ),
        evidence_digest=site.evidence.digest,
        model=model,
        at=site.now,
    )
