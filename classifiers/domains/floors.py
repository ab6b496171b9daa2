"""What is never called honest: signs of fraud under which a page goes to a person, however harmless the
rest of it looks, so that nobody acquits his page by what he puts around them.
"""

from collections.abc import Callable

from classifiers.domains.combination import CHINESE, Route
from classifiers.domains.sign import is_lure, supervised
from classifiers.domains.signs import asks_card_secrets
from classifiers.domains.site import Site
from classifiers.domains.standing import brand_at_home, official_host
from classifiers.domains.states import is_cut
from pipeline.nouns import Reason

TELLS = 2
"""Telling phrases of one category that a page says of itself, from which somebody looks at it."""
_BROKEN = 3
_QUOTED = 4
"""Telling phrases that a page merely quotes, but beside a wish for more than a login."""
_BARE_TEXT, _BARE_LINKS = 150, 3
"""Bytes of visible text below which, and links up to which, a form for a password is nearly all of a page: 1 of
the 226 honest pages of the training files that ask for one is so, and 87 of 473 fraud pages that do."""
_LEADING = ("absolute", "root", "relative")
"""How links are written that lead to another page."""
_SETTLED_DAYS = 1095
"""Days of registration from which filing and disclosures are believed: banks do ask for codes."""


def floor(site: Site, beside: Route | None = None) -> Reason | None:
    """Why a person must look at a site, or None. `beside` is a second route on which its content alone
    is over the block threshold. A site that shows whose it is, by a name that nobody else can have,
    is spared all but an unread rest."""
    if is_cut(site):
        return _reason(
            "floor-cut", "页面只读到开头，其后内容不明", "only the beginning of the page was read"
        )
    found = next((reason for look in _LOOKS if (reason := look(site)) is not None), None)
    if found is None and beside is not None:
        other = "Chinese" if beside in CHINESE else "its other language"
        found = _reason(
            "floor-language",
            "页面中另一种语言的内容像诈骗",
            f"what it says in {other} is like fraud",
        )
    at_home = found is not None and (official_host(site) or brand_at_home(site)) is not None
    return None if at_home else found


def _tells(site: Site) -> Reason | None:
    speech = site.speech
    # Who explains fraud quotes more of it than he says himself, and wants nothing of his reader.
    explains = speech.about_fraud and not is_lure(site) and len(speech.quoted) >= speech.offers
    if speech.offers < TELLS or explains:
        return None
    phrases = max(speech.offered.values(), key=len)
    shown = "、".join(phrases)
    return _reason(
        "floor-phrases",
        "页面以自身口吻使用多处诈骗话术",
        "it says several phrases of fraud of itself",
        shown,
    )


def _broken(site: Site) -> Reason | None:
    broken = site.speech.broken
    if len(broken) < _BROKEN:
        return None
    shown = "、".join(sorted(broken))
    return _reason(
        "floor-broken",
        "诈骗话术被符号或换行拆开",
        "phrases of fraud are broken up by signs or lines",
        shown,
    )


def _secrets(site: Site) -> Reason | None:
    grave = asks_card_secrets(site)
    known = supervised(site) and (site.age_days or 0) > _SETTLED_DAYS
    if grave is None or known:
        return None
    return _reason(
        "floor-secrets", "表单索取卡片机密", "a form asks for the secrets of a card", grave.extract
    )


def _bare_login(site: Site) -> Reason | None:
    if "password" not in site.secrets or not site.ties or _said(site) >= _BARE_TEXT:
        return None
    if sum(site.ties.get(f"links {kind}", 0) for kind in _LEADING) > _BARE_LINKS:
        return None
    if supervised(site) and (site.age_days or 0) > _SETTLED_DAYS:
        return None
    return _reason(
        "floor-login",
        "索取密码，却几乎没有其他内容可供辨认",
        "it asks for a password, and shows next to nothing by which to tell whose it is",
        site.heading,
    )


def _said(site: Site) -> int:
    # Bytes: a Han character says about as much as three letters.
    return len(site.visible.encode("utf-8", "replace"))


def _quoted(site: Site) -> Reason | None:
    wants = (
        site.secrets - {"password", "sms-code"} or site.downloads or site.contacts.get("wallets")
    )
    quoted = site.speech.quoted
    if len(quoted) < _QUOTED or not (wants or "invitation-code" in site.asks):
        return None
    shown = "、".join(quoted)
    return _reason(
        "floor-warnings",
        "一边警示诈骗，一边索取信息",
        "it warns of fraud, and asks for data all the same",
        shown,
    )


def _hedged(site: Site) -> Reason | None:
    hedged = site.speech.hedged
    if len(hedged) < _QUOTED or 2 * len(hedged) < len(site.speech.quoted) or not is_lure(site):
        return None
    return _reason(
        "floor-hedged",
        "警示语只与诈骗话术交替出现，并未说明其骗局，且留有联系或索取信息",
        "warnings stand between phrases of fraud without speaking of them, and it wants something",
        "、".join(hedged),
    )


def _unread(site: Site) -> Reason | None:
    wants = site.secrets or site.downloads or site.contacts.get("wallets")
    kept = len(site.page.get("text") or "")
    if not wants or (site.number("text_length") or 0) <= kept:
        return None
    return _reason(
        "floor-long", "页面文字过长，只读了一部分", "its text is longer than what was kept of it"
    )


_LOOKS: tuple[Callable[[Site], Reason | None], ...] = (
    _tells,
    _secrets,
    _broken,
    _quoted,
    _hedged,
    _unread,
    _bare_login,
)


def _reason(name: str, zh: str, en: str, extract: str = "") -> Reason:
    return Reason(name, 0.0, f"{zh}，须人工查看", f"{en}; a person must look", extract[:200])
