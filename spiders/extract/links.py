"""Addresses on a page: where links, frames and resources lead, and which of them leave the site."""

import re
from functools import lru_cache

import can_ada

from pipeline.indicators import registrable_domain
from spiders.urls import whole

_PLAIN = re.compile(r"(?:https?:)?//([a-z0-9._-]+)(?::\d*)?(?:[/?#]|$)", re.IGNORECASE)
_RELATIVE = re.compile(r"/?[\w.%~-]+(?:[/?#]|$)|/$|[?#]|$")
_MAY_NAME = frozenset("/\\hH" + "".join(map(chr, range(0x21))))
"""How an address begins that names a host."""
_NO_HOST = "no-host.invalid"
_NOWHERE = re.compile(r"(?:#|javascript:|about:|void\b|$)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)

DOWNLOADS: dict[str, re.Pattern[str]] = {
    "itms": re.compile(r"itms-services:|itms-apps?:|itms:", re.IGNORECASE),
    "apk": re.compile(r"[^?#]*\.apk(?:[?#]|$)|.*[?&][\w-]*=[^&#]*\.apk(?:[&#]|$)", re.IGNORECASE),
    "mobileconfig": re.compile(r"[^?#]*\.mobileconfig(?:[?#]|$)", re.IGNORECASE),
    "ipa": re.compile(r"[^?#]*\.ipa(?:[?#]|$)", re.IGNORECASE),
    "exe": re.compile(r"[^?#]*\.(?:exe|msi|scr|bat|dmg|pkg)(?:[?#]|$)", re.IGNORECASE),
}
"""Links to programs by kind; the first that fits counts."""

_PROGRAM_MARKS = (
    "itms", ".apk", ".mobileconfig", ".ipa", ".exe", ".msi", ".scr", ".bat", ".dmg", ".pkg",
)  # fmt: skip
"""One of them is in whatever `DOWNLOADS` fits."""

_FURTHER = (
    "login", "log-in", "signin", "sign-in", "signup", "sign-up", "regist", "download", "/app", "kefu",
    "service", "contact", "passport", "account", "登录", "登陆", "登入", "注册", "下载", "客服", "联系",
    "开户", "提现", "充值", "申请", "登錄", "註冊", "下載", "客戶", "申請", "開戶",
)  # fmt: skip


def is_nowhere(address: str) -> bool:
    """Whether a link leads nowhere: empty, a fragment or script."""
    # Most addresses begin with none of these letters, which is told more quickly.
    return address[:1] in "#jJaAvV" and _NOWHERE.match(address) is not None


def absolute(base: str, address: str) -> str | None:
    """The absolute http(s) URL of an address on a page, without credentials; None where it is none or
    does not parse."""
    if is_nowhere(address):
        return None
    try:
        parsed = can_ada.parse(whole(address, base))
    except ValueError:
        return None
    if parsed.protocol not in {"http:", "https:"} or not parsed.hostname:
        return None
    if parsed.username or parsed.password:
        parsed.username = ""
        parsed.password = ""
    return str(parsed.href)


def host_named(address: str, scheme: str = "http") -> str | None:
    """The host an address names by itself, in lower case; None for a relative address.

    `scheme` is that of the page: `https:name` is a path on a page that is at `https:` itself.
    """
    plain = _PLAIN.match(address)
    if plain is not None:
        return plain.group(1).rstrip(".").lower()
    if address[:1] not in _MAY_NAME or _RELATIVE.match(address) is not None:
        return None
    try:
        host = str(can_ada.parse(whole(address, f"{scheme}://{_NO_HOST}/")).hostname)
    except ValueError:
        return None
    return host.rstrip(".") if host not in {"", _NO_HOST} else None


def leaves_http(address: str) -> bool:
    """Whether an address has a scheme other than http and https (`tel:`, `weixin:`, `mailto:`)."""
    if ":" not in address or address[:5].lower().startswith("http"):
        return False
    return _SCHEME.match(address) is not None


@lru_cache(maxsize=65536)
def same_site(one: str, other: str) -> bool:
    """Whether two hosts belong to one registrable domain."""
    if one == other:
        return True
    domain = registrable_domain(one)
    return domain is not None and domain == registrable_domain(other)


def may_load_programs(addresses: str) -> bool:
    """Whether any of the addresses could be of a program: a quick look, before each is looked at."""
    low = addresses.lower()
    return any(mark in low for mark in _PROGRAM_MARKS)


def download_kind(address: str) -> str | None:
    """The kind of program an address leads to; None for an ordinary page."""
    if not may_load_programs(address):
        return None
    return next((kind for kind, form in DOWNLOADS.items() if form.match(address)), None)


def which_ask_for_more(shown: list[str]) -> list[int]:
    """The numbers of the links of the same site, each its address and text on one line, that lead to
    where a victim is asked for something."""
    return lines_with(shown, _FURTHER)


def lines_with(lines: list[str], marks: tuple[str, ...]) -> list[int]:
    """The numbers of the lines in which one of the marks is, whatever its case; no line has a break.

    Most marks are nowhere, which is told of all lines at once.
    """
    low = "\n".join(lines).lower()
    found: set[int] = set()
    for mark in marks:
        line, counted, at = 0, 0, low.find(mark)
        while at >= 0:
            line, counted = line + low.count("\n", counted, at), at
            found.add(line)
            end = low.find("\n", at)
            at = low.find(mark, end) if end >= 0 else -1
    return sorted(found)
