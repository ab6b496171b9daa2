"""A legitimate site into which somebody put fraud: told apart from a site that is fraud."""

from classifiers.domains.sign import has_filing, is_lure
from classifiers.domains.signs import topic_strength
from classifiers.domains.site import Site
from classifiers.domains.standing import brand_at_home, official_host
from pipeline.categories import Category
from pipeline.nouns import Reason

_INJECTED = frozenset(
    {Category.GAMBLING, Category.ROMANCE, Category.FAKE_INVESTMENT, Category.FAKE_LOAN}
)
"""What is put into hacked sites to borrow their rank in search engines."""


def compromise(site: Site) -> Reason | None:
    """Why the site looks hacked: it shows whom it belongs to, and says what that owner would not.

    Two things together: standing (a government's or school's name, a brand's own domain, ten years of
    registration, or a filing on a page that itself wants nothing and speaks of something else for the
    most part) and foreign matter (telling phrases of the kinds that are injected). Filing numbers are
    text that anybody can copy: by themselves they prove nothing, be it one or two of them.
    """
    proven = (
        official_host(site) is not None
        or brand_at_home(site) is not None
        or (site.age_days or 0) > 3650
    )
    likely = has_filing(site) and not is_lure(site) and site.speech.share < 0.5
    if not (proven or likely) or site.speech.about_fraud:
        return None
    # One phrase on a page that merely bears a filing number is too little to call it hacked.
    enough = 1 if proven else 3
    foreign = {
        category: strength
        for category, strength in topic_strength(site).items()
        if category in _INJECTED
        and strength >= 0.4
        and len(site.speech.offered[category]) >= enough
    }
    if not foreign:
        return None
    category = max(foreign, key=lambda c: (foreign[c], c.value))
    phrase = site.speech.offered[category][0]
    return Reason(
        "compromised",
        2.0,
        f"正规站点中混入“{category.zh}”内容，像是被入侵",
        f"a legitimate site with {category.en} content put into it; it looks hacked",
        site.speech.sentence.get(phrase, phrase)[:200],
    )
