"""Which kind of fraud a site commits: the Ministry's types, by what the page says and asks for, and by
what was learned of the kinds that there were labelled rows of.
"""

from collections import Counter
from collections.abc import Mapping

from classifiers.domains.brands import borrowed_name
from classifiers.domains.lexicon import lexicon
from classifiers.domains.signs import topic_strength
from classifiers.domains.site import Site
from pipeline.categories import Category


def category_scores(site: Site) -> dict[Category, float]:
    """How well each category fits, by phrases, vocabulary, forms and what reporters said."""
    scores: Counter[Category] = Counter()
    for category, strength in topic_strength(site).items():
        scores[category] += round(300 * strength)
    for category, hits in site.speech.talk.items():
        # The words of phishing stand on every page that has a login.
        scores[category] += (6 if category is Category.PHISHING_CREDENTIAL else 12) * hits
    hints = set(lexicon().any_hint.findall(f"{site.heading}\n{site.whole}"))
    heard = Counter(category for hint in hints for category in lexicon().hint_of[hint])
    for category, hits in heard.items():
        # One everyday word is anybody's on a page; a message has few.
        if hits > 1 or not site.marked_up:
            scores[category] += 12 * hits
    for category in site.speech.titled:
        scores[category] += 120
    asks = site.asks.keys()
    if site.contacts.get("wallets"):
        scores[Category.FAKE_INVESTMENT] += 60
    if {"password", "payment-password", "cvv", "seed-phrase"} & asks and borrowed_name(
        site.title, str(site.page.get("copyright") or ""), site.page_host
    ):
        scores[Category.PHISHING_CREDENTIAL] += 80
    if {"cvv", "seed-phrase"} & asks or ("password" in asks and site.language not in (None, "zh")):
        scores[Category.PHISHING_CREDENTIAL] += 60
    for category in site.tally.categories:
        scores[category] += 40
    return {category: score / 100 for category, score in scores.items() if score > 0}


_RULED = 0.2
"""Score from which the rules' word for a kind without data stands."""
_LEARNED = 0.5
_SURE = 0.95
"""Probabilities from which a learned kind is said, and from which it overrules the rules' word."""


def category_of(site: Site, learned: Mapping[Category, float]) -> Category:
    """The category that fits best; `other` where none does.

    `learned` is what the category expert says of the wording (`experts.categories`). It learned from
    messages: of these its word is heard first, unless the rules name a kind that it never saw; of a
    page it is heard where the rules are silent.
    """
    scores = category_scores(site)
    ruled = max(scores, key=lambda c: (scores[c], c.value)) if scores else None
    best = max(learned, key=lambda c: (learned[c], c.value)) if learned else None
    sure = learned[best] if best is not None else 0.0
    if best is None or sure < _LEARNED:
        return ruled or Category.OTHER
    if ruled is None:
        return best
    if site.marked_up:
        return ruled
    unseen = ruled not in learned and scores[ruled] >= _RULED
    return ruled if unseen and sure < _SURE else best
