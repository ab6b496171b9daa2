"""Which kind of fraud a site commits: the Ministry's types, by what the page says and asks for."""

from collections import Counter

from classifiers.domains.brands import borrowed_name
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


def category_of(site: Site) -> Category:
    """The category that fits best; `other` where none does."""
    scores = category_scores(site)
    if not scores:
        return Category.OTHER
    return max(scores, key=lambda c: (scores[c], c.value))
