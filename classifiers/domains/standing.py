"""Signs that speak for a site: whose it is, what it discloses, and that it speaks about fraud."""

import re

from classifiers.domains.brands import is_a_brands
from classifiers.domains.lexicon import lexicon
from classifiers.domains.sign import Sign, has_filing, is_lure
from classifiers.domains.site import Site

_OFFICIAL = re.compile(
    r"(?:^|\.)(?:gov|edu|mil"
    r"|(?:gov|edu|ac|mil)\.cn|(?:gov|edu|mil)\.(?:hk|mo|tw)"
    r"|(?:gov|edu)\.(?:au|sg|my)|(?:gov|ac|mil|police|nhs)\.uk|(?:go|ac|ed|lg)\.jp|(?:go|ac)\.kr"
    r"|(?:govt|ac)\.nz|(?:gov|ac|edu)\.(?:in|za|il)|(?:gov|edu|mil)\.(?:br|ph|vn|tr)|(?:go|ac)\.th)$"
)
"""Suffixes under which a registry gives names to governments and schools only. `.ac` is open to everybody,
and so is many a second level of that name: what is not listed here gives no standing."""


def icp_filing(site: Site) -> Sign | None:
    """An ICP filing number; it can be copied, so it weighs little beside a wish for secrets."""
    numbers = site.strings("icp")
    if not numbers:
        return None
    graver = site.secrets - {"password", "sms-code"}
    return Sign(0.4 if graver else 1.0, (numbers[0],), (numbers[0],), numbers[0])


def police_filing(site: Site) -> Sign | None:
    """A 公安联网备案 number."""
    numbers = site.strings("police_record")
    return Sign(1, (numbers[0],), (numbers[0],), numbers[0]) if numbers else None


def speaks_about_fraud(site: Site) -> Sign | None:
    """The text as a whole warns, reports or discusses; weaker where the page asks for secrets."""
    speech = site.speech
    if not speech.about_fraud and not (speech.quoted and not speech.offered):
        return None
    found = lexicon().warning.first(site.whole)
    extract = site.heading
    if found is not None:
        end = found.start + len(found.phrase)
        extract = site.whole[max(found.start - 40, 0) : end + 80]
    grave = site.secrets - {"password", "sms-code"}
    return Sign(0.15 if grave else 0.6 if is_lure(site) else 1.0, extract=extract[:200])


def tells_of_loss(site: Site) -> Sign | None:
    """Several words of a victim's account, and nothing asked for that is worth stealing."""
    hits = set(site.said(lexicon().victim))
    if len(hits) < 2 or site.secrets - {"password"}:
        return None
    return Sign(min(len(hits) / 4, 1), extract="、".join(sorted(hits))[:200])


def reads_like_news(site: Site) -> Sign | None:
    """Bylines and datelines, and nothing asked for."""
    hits = set(site.said(lexicon().news))
    if len(hits) < 2 or is_lure(site):
        return None
    return Sign(min(len(hits) / 3, 1), extract="、".join(sorted(hits))[:200])


def discloses(site: Site) -> Sign | None:
    """Risk warnings, licences and notices that supervised businesses must show."""
    hits = sorted(set(site.said(lexicon().disclosure)))
    if len(hits) < 2:
        return None
    shown = "、".join(hits)[:200]
    return Sign(
        min(len(hits) / 4, 1) * (1.0 if has_filing(site) else 0.4), (shown,), (shown,), shown
    )


def official_host(site: Site) -> Sign | None:
    """A name below gov, edu, ac or mil, which cannot be had without proof of who one is."""
    return Sign(1, extract=site.page_host[:200]) if _OFFICIAL.search(site.page_host) else None


def brand_at_home(site: Site) -> Sign | None:
    """The host is one of a known brand's own domains."""
    return Sign(1, extract=site.page_host[:200]) if is_a_brands(site.page_host) else None


def asks_for_nothing(site: Site) -> Sign | None:
    """A page that was read in full and wants nothing of its visitor."""
    if not site.page or site.page.get("needs_rendering") or is_lure(site) or len(site.whole) < 80:
        return None
    return (
        Sign(1) if not (site.page.get("script_redirect") or site.page.get("iframe_shell")) else None
    )
