"""A legitimate site into which somebody put fraud: told apart from a site that is fraud."""

from classifiers.domains.signs import brand_at_home, official_host, topic_strength
from classifiers.domains.site import Site
from pipeline.categories import Category
from pipeline.nouns import Reason

_INJECTED = frozenset(
    {Category.GAMBLING, Category.ROMANCE, Category.FAKE_INVESTMENT, Category.FAKE_LOAN}
)
"""What is put into hacked sites to borrow their rank in search engines."""


def compromise(site: Site) -> Reason | None:
    """Why the site looks hacked: it shows whom it belongs to, and says what that owner would not.

    Two things together: standing (a government's or school's name, a brand's own domain, a police
    filing with an ICP filing, or ten years of registration) and foreign matter (telling phrases of
    the kinds that are injected). A stolen filing number alone gives no standing.
    """
    standing = (
        official_host(site) is not None
        or brand_at_home(site) is not None
        or bool(site.strings("icp") and site.strings("police_record"))
        or (site.age_days or 0) > 3650
    )
    if not standing or site.speech.about_fraud:
        return None
    foreign = {c: s for c, s in topic_strength(site).items() if c in _INJECTED and s >= 0.4}
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
