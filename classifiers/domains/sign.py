"""What a sign is, and what several signs ask of a site."""

from dataclasses import dataclass

from classifiers.domains.lexicon import lexicon
from classifiers.domains.site import Site


@dataclass(frozen=True, slots=True)
class Sign:
    """That something shows: how strongly, the words for the sentence, and the extract."""

    strength: float
    words: tuple[str, ...] = ()
    words_en: tuple[str, ...] = ()
    extract: str = ""


MESSENGERS = ("wechat", "qq", "telegram", "whatsapp")


def is_lure(site: Site) -> bool:
    """Whether the page wants something of the visitor: secrets, a program, a payment, a chat."""
    return bool(
        site.secrets
        or site.downloads
        or site.contacts.get("wallets")
        or any(site.contacts.get(m) for m in MESSENGERS)
        or "invitation-code" in site.asks
        or site.strings("chat_widgets")
    )


def has_filing(site: Site) -> bool:
    return bool(site.strings("icp") or site.strings("police_record"))


def supervised(site: Site) -> bool:
    """Whether the page carries filing and disclosures as a supervised business must. Copied footers
    do too, so this only softens what such businesses ask for in earnest."""
    return has_filing(site) and len(set(site.said(lexicon().disclosure))) >= 2
