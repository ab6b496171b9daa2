"""The signs that rules weigh: each a pure function from a `Site` to how strongly it shows, and where.

A sign answers None where it does not show or cannot be known. Its strength, 0 to 1, scales the
weight of the rule; `words` fill the sentence; `extract` is the piece of evidence.
"""

import re
from collections.abc import Callable
from itertools import chain

from classifiers.domains.brands import borrowed_name, borrowed_token
from classifiers.domains.characters import has_han
from classifiers.domains.folding import folded
from classifiers.domains.sign import MESSENGERS, Sign, has_filing, is_lure, supervised
from classifiers.domains.site import Site
from classifiers.domains.standing import (
    asks_for_nothing,
    brand_at_home,
    discloses,
    icp_filing,
    official_host,
    police_filing,
    reads_like_news,
    speaks_about_fraud,
    tells_of_loss,
)
from pipeline.categories import Category

_MUCH_TALK = 4
_MACHINE = re.compile(r"\d{4,}|[b-df-hj-np-tv-xz]{6,}|(?:\d[a-z]|[a-z]\d){3,}")


def topic_strength(site: Site) -> dict[Category, float]:
    """How strongly the page offers each category of fraud, 0 to 1, warnings taken into account."""
    speech = site.speech
    # Talk that only quotes counts nothing, unless the page wants something all the same, or says more
    # of itself than who warns has reason to: warnings are cheap to copy.
    wary = 0.35 if site.secrets or speech.offers >= 2 else 0.0
    trust = wary if speech.about_fraud else 1.0
    found: dict[Category, float] = {}
    for category, phrases in speech.offered.items():
        strength = trust * (1 - 0.55 ** len(phrases))
        # A single phrase far down a long page may be anybody's; vocabulary beside it confirms it.
        if len(phrases) == 1 and speech.talk[category] < 3:
            strength *= 0.6
        if strength > 0:
            found[category] = strength
    return found


def fraud_phrases(site: Site) -> Sign | None:
    """Telling phrases of a kind of fraud that the page says of itself."""
    topics = topic_strength(site)
    if not topics:
        return None
    category = max(topics, key=lambda c: (topics[c], c.value))
    phrases = site.speech.offered[category]
    extract = site.speech.sentence.get(phrases[0], "")
    return Sign(topics[category], (category.zh,), (category.en,), extract)


def fraud_talk(site: Site) -> Sign | None:
    """Much of the vocabulary of one kind of fraud, without being about fraud."""
    if site.speech.about_fraud or max(site.speech.talk.values(), default=0) < _MUCH_TALK:
        return None
    category, hits = max(site.speech.talk.items(), key=lambda item: (item[1], item[0].value))
    return Sign(
        min((hits - _MUCH_TALK + 1) / 5, 1), (category.zh,), (category.en,), site.heading[:200]
    )


def _asked(site: Site, meanings: frozenset[str]) -> str:
    return "、".join(site.asks[m] or m for m in sorted(meanings))[:200]


def asks_identity_and_card(site: Site) -> Sign | None:
    """Identity card and bank card in the forms of one page: enough to open loans and move money."""
    wanted = frozenset({"id-card", "bank-card"})
    if not wanted <= site.asks.keys():
        return None
    return Sign(
        0.5 if supervised(site) else 1.0,
        (_asked(site, wanted),),
        (_asked(site, wanted),),
        _asked(site, wanted),
    )


def asks_card_secrets(site: Site) -> Sign | None:
    """What no honest page asks for outside a payment: CVV, payment password, seed phrase, code with card."""
    grave = frozenset({"cvv", "payment-password", "seed-phrase"}) & site.asks.keys()
    if {"sms-code", "bank-card"} <= site.asks.keys():
        grave |= {"sms-code", "bank-card"}
    if not grave:
        return None
    return Sign(
        1 if len(grave) > 1 else 0.8,
        (_asked(site, grave),),
        (_asked(site, grave),),
        _asked(site, grave),
    )


def asks_for_everything(site: Site) -> Sign | None:
    """Four or more different secrets on one page: no honest business wants them all at once."""
    asked = site.secrets - {"password"} if len(site.secrets) > 4 else site.secrets
    if len(asked) < 4:
        return None
    return Sign(
        min(0.5 + 0.25 * (len(asked) - 3), 1), (_asked(site, asked),), (_asked(site, asked),)
    )


def unread_shell(site: Site) -> Sign | None:
    """A page that shows its text only to a browser and was not seen in one; it may be anything."""
    if not site.page.get("needs_rendering") or site.evidence.facts.get("page.rendered") is True:
        return None
    return Sign(1)


def password_sent_elsewhere(site: Site) -> Sign | None:
    """A form that asks for secrets and sends them to a host that is not the page's."""
    for form in site.forms:
        meanings = {f.get("meaning") for f in form.get("fields") or [] if isinstance(f, dict)}
        if form.get("external") and meanings & site.secrets:
            target = str(form.get("action_host") or "")
            return Sign(1, (target,), (target,), target)
    return None


def asks_invitation_code(site: Site) -> Sign | None:
    """Registration by invitation only, by which fraud keeps strangers out and binds its victims."""
    if "invitation-code" not in site.asks:
        return None
    return Sign(
        1 if {"password", "phone", "username"} & site.asks.keys() else 0.6,
        extract=site.asks["invitation-code"],
    )


def app_outside_stores(site: Site) -> Sign | None:
    """A link to an APK, a profile or an enterprise install on the page itself."""
    if not site.downloads:
        return None
    kind = str(site.downloads[0].get("kind") or "apk")
    strength = 0.4 if has_filing(site) else 1.0
    if kind == "exe":
        strength *= 0.4
    return Sign(strength, (kind,), (kind,), str(site.downloads[0].get("url") or "")[:200])


def wallet_address(site: Site) -> Sign | None:
    """An address to pay cryptocurrency to."""
    wallets = site.contacts.get("wallets")
    return Sign(1, extract=wallets[0][:200]) if wallets else None


_DEPOSIT, _WITHDRAW = re.compile(r"充值|存款|入金"), re.compile(r"提现|取款|提款|出金")


def deposit_and_withdraw(site: Site) -> Sign | None:
    """Money goes in and is said to come out, on a page that nobody registered."""
    if has_filing(site) or site.speech.about_fraud:
        return None
    if not has_han(site.whole):
        return None
    into, out = _DEPOSIT.search(site.whole), _WITHDRAW.search(site.whole)
    if into is None or out is None:
        return None
    return Sign(1, extract=site.whole[max(out.start() - 40, 0) : out.end() + 40])


def contact_by_messenger(site: Site) -> Sign | None:
    """客服 by private messenger account rather than by a listed telephone number."""
    kinds = [m for m in MESSENGERS if site.contacts.get(m)]
    if not kinds:
        return None
    shown = "、".join(kinds)
    strength = (0.4 if has_filing(site) else 1.0) * (1.0 if site.language == "zh" else 0.5)
    return Sign(strength, (shown,), (", ".join(kinds),), site.contacts[kinds[0]][0][:200])


def third_party_chat(site: Site) -> Sign | None:
    """A rented chat widget on a page without filing; common where there is no company behind it."""
    widgets = site.strings("chat_widgets")
    if not widgets or has_filing(site):
        return None
    return Sign(1 if site.language == "zh" else 0.4, (widgets[0],), (widgets[0],))


def borrowed_brand(site: Site) -> Sign | None:
    """A known name in title or copyright, a host that is not its owner's, and a wish for data."""
    name = borrowed_name(
        site.heading, folded(str(site.page.get("copyright") or "")), site.page_host
    )
    if name is None or site.speech.about_fraud:
        return None
    wants = site.secrets or site.downloads
    if not wants:
        return None
    return Sign(0.45 if has_filing(site) else 1.0, (name,), (name,), site.heading[:200])


def brand_in_host(site: Site) -> Sign | None:
    """A brand's token in the name of a host that is not the brand's, look-alikes folded."""
    token = borrowed_token(site.host)
    return Sign(1, (token,), (token,), site.host[:200]) if token else None


def no_icp_though_asking(site: Site) -> Sign | None:
    """A Chinese page that asks for data and shows no filing, which mainland hosting requires."""
    if site.language != "zh" or has_filing(site) or not is_lure(site):
        return None
    return Sign(1)


def machine_made_host(site: Site) -> Sign | None:
    """Long digits, long runs of consonants or digits and letters by turns in the host name."""
    found = _MACHINE.search(site.host.rsplit(".", 1)[0])
    return Sign(1, (found.group(),), (found.group(),), site.host[:200]) if found else None


_HARD_TRICKS = ("packed", "jsfuck", "hex_names", "debugger", "zero_width")


def hidden_or_obfuscated(site: Site) -> Sign | None:
    """Scripts made unreadable on purpose, text broken up, or most of the text hidden."""
    used = [
        name
        for name in _HARD_TRICKS
        if site.tricks.get(name, 0) > (3 if name == "zero_width" else 0)
    ]
    if (site.number("hidden_text") or 0) > 0.5:
        used.append("hidden_text")
    if not used:
        return None
    return Sign(min(0.5 * len(used), 1), ("、".join(used),), (", ".join(used),))


def cloaking(site: Site) -> Sign | None:
    """Different content for a phone and a computer."""
    difference = site.fact("page.cloaking").get("difference")
    if not isinstance(difference, int | float) or difference < 0.5:
        return None
    return Sign(float(difference))


def sent_away(site: Site) -> Sign | None:
    """The visit ends on another registrable domain than it began."""
    return Sign(1, (site.page_host,), (site.page_host,), site.page_host) if site.left_home else None


def linked_to_confirmed(site: Site) -> Sign | None:
    """A confirmed fraud site shares something with it; enough to look at, never enough to block."""
    links = site.evidence.facts.get("links")
    shared = [
        str(link.get("by"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and link.get("confirmed")
    ]
    if not shared:
        return None
    return Sign(1, ("、".join(sorted(set(shared))),), (", ".join(sorted(set(shared))),))


SIGNS: dict[str, Callable[[Site], Sign | None]] = {
    sign.__name__: sign
    for sign in chain(
        (
            fraud_phrases,
            fraud_talk,
            asks_identity_and_card,
            asks_card_secrets,
            asks_for_everything,
            unread_shell,
            password_sent_elsewhere,
        ),
        (asks_invitation_code, app_outside_stores, wallet_address, deposit_and_withdraw),
        (
            contact_by_messenger,
            third_party_chat,
            borrowed_brand,
            brand_in_host,
            no_icp_though_asking,
        ),
        (machine_made_host, hidden_or_obfuscated, cloaking, sent_away),
        (linked_to_confirmed, icp_filing, police_filing),
        (
            speaks_about_fraud,
            tells_of_loss,
            reads_like_news,
            discloses,
            official_host,
            brand_at_home,
        ),
        (asks_for_nothing,),
    )
}
