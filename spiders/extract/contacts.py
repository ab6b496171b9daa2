"""Contact points and filing numbers in a page's text: how victims are reached, who vouches."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import unquote

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import find, parse_number
from pipeline.nouns import Indicator, Kind
from pipeline.redaction import without_credentials
from spiders.extract.page import Contacts

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ICP = re.compile(
    rf"([{_PROVINCE}])\s?ICP\s?([备证])\s?(?:字?第?)\s?(\d{{5,10}})\s?号?(?:\s?-\s?(\d{{1,4}}))?",
    re.I,
)
_POLICE = re.compile(rf"([{_PROVINCE}])公网安备\s?(\d{{10,16}})\s?号?")

_WORD_AFTER = r"(?:号码|号|客服|ID|id|账号|群|添加|咨询|搜索)?\s?[::]?\s?"
_WECHAT = re.compile(
    rf"(?:微信|威信|薇信|v信|vx|wechat|weixin|加微|卫星)\s?{_WORD_AFTER}"
    r"([a-z][a-z0-9_-]{5,19}|1[3-9]\d{9})(?![a-z0-9])",
    re.IGNORECASE,
)
_WECHAT_MARKS = (
    "微信", "威信", "薇信", "v信", "vx", "wechat", "weixin", "加微", "卫星",
)  # fmt: skip
_QQ = re.compile(rf"(?:qq|扣扣|企鹅)\s?{_WORD_AFTER}([1-9]\d{{4,10}})(?!\d)", re.IGNORECASE)
_QQ_LINK = re.compile(r"uin(?:=|%3d)([1-9]\d{4,10})\b", re.IGNORECASE)
_TELEGRAM = re.compile(
    rf"(?:telegram|飞机|电报|纸飞机|\btg)\s?{_WORD_AFTER}@?([a-z][a-z0-9_]{{4,31}})", re.IGNORECASE
)
_TELEGRAM_LINK = re.compile(
    r"//(?:t\.me|telegram\.me|telegram\.dog)/(?:s/)?\+?([a-z0-9_-]{5,32})"
    r"|tg://resolve\?domain=(\w{5,32})",
    re.IGNORECASE,
)
_WHATSAPP_LINK = re.compile(
    r"(?:wa\.me/|whatsapp\.com/send/?\?(?:[^\"'\s]{0,200}&)?phone="
    r"|whatsapp://send/?\?phone=)\+?(\d{7,15})",
    re.IGNORECASE,
)
_WHATSAPP = re.compile(r"whatsapp\s?[::]?\s?\+?(\d[\d -]{6,18}\d)", re.IGNORECASE)
_EMAIL = re.compile(r"[a-z0-9][a-z0-9_.+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])")
_NOT_TELEGRAM = {
    "share",
    "joinchat",
    "telegram",
    "download",
    "support",
    "https",
    "group",
    "channel",
}

# Begins with a letter and looks back from there, because a set of letters is searched for quickly.
_MAYBE_WALLET = re.compile(r"[01b3T](?<![0-9A-Za-z].)[0-9A-Za-z]{25,89}+(?![0-9A-Za-z])")
_ETH = re.compile(r"0x[0-9a-fA-F]{40}")
_BASE58 = re.compile(r"[13T][1-9A-HJ-NP-Za-km-z]{25,34}")
_BECH32 = re.compile(r"bc1[ac-hj-np-z02-9]{23,71}")
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_EACH = 20
"""At most so many of each sort; a page with more is a directory."""


def filing_numbers(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ICP filing numbers and 公网安备 numbers in folded text, in one form each."""
    icp = [f"{m[1]}ICP{m[2]}{m[3]}号" + (f"-{m[4]}" if m[4] else "") for m in _ICP.finditer(text)]
    police = [f"{m[1]}公网安备{m[2]}号" for m in _POLICE.finditer(text)]
    return _once(icp), _once(police)


def read_contacts(text: str, addresses: str) -> Contacts:
    """Contact points in folded visible text and in the addresses (hrefs, one per line) of a page."""
    low, links = text.lower(), addresses.lower()
    return Contacts(
        phones=phones(text, addresses, links),
        wechat=_once(_after(_WECHAT, text, low, *_WECHAT_MARKS)),
        qq=_once(
            _found(_QQ_LINK, addresses, links, "uin") + _after(_QQ, text, low, "qq", "扣扣", "企鹅")
        ),
        telegram=_once(
            name
            for name in _telegram_links(addresses, links)
            + _after(_TELEGRAM, text, low, "tg", "telegram", "飞机", "电报", "纸飞机")
            if name.lower() not in _NOT_TELEGRAM
        ),
        whatsapp=_once(
            _found(_WHATSAPP_LINK, addresses, links, "wa.me", "whatsapp")
            + [re.sub(r"\D", "", one) for one in _after(_WHATSAPP, text, low, "whatsapp")]
        ),
        wallets=wallets(f"{text}\n{addresses}"),
        emails=_once(_emails(without_credentials(low)) + _emails(without_credentials(links))),
    )


def _found(pattern: re.Pattern[str], text: str, low: str, *marks: str) -> list[str]:
    """All matches, where one of the marks is there at all: most pages have none of them."""
    return pattern.findall(text) if any(mark in low for mark in marks) else []


def _after(pattern: re.Pattern[str], text: str, low: str, *marks: str) -> list[str]:
    """All matches of a pattern that begins with one of the marks, which are looked for first."""
    if len(low) != len(text):  # a letter whose small form is two: places are not the same
        return pattern.findall(text)
    places: set[int] = set()
    for mark in marks:
        at = low.find(mark)
        while at >= 0:
            places.add(at)
            at = low.find(mark, at + 1)
    found: list[str] = []
    free = 0
    for at in sorted(places):
        match = pattern.match(text, at) if at >= free else None
        if match:
            found.append(match[1])
            free = match.end()
    return found


def _telegram_links(addresses: str, low: str) -> list[str]:
    if "telegram" not in low and "t.me/" not in low and "tg://" not in low:
        return []
    return [one or other for one, other in _TELEGRAM_LINK.findall(addresses)]


def _emails(low: str) -> list[str]:
    """Addresses around each `@`; looking from the sign on keeps long texts cheap."""
    found: list[str] = []
    at = low.find("@")
    while at >= 0 and len(found) < _EACH:
        match = _EMAIL.search(low[max(0, at - 64) : at + 120])
        if match:
            found.append(match.group())
        at = low.find("@", at + 1)
    return found


_DIGITS = re.compile(r"[01489(+][\d() -]{3,40}\d")
_NUMBER = re.compile(
    r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}|[48]00[ -]?\d{3,4}[ -]?\d{3,4}|0\d{2,3}[ -]\d{7,8}"
    r"|0\d{10,11}|\(0\d{2,3}\) ?\d{7,8}|95\d{3}(?:\d{3})?|\+\d[\d -]{6,16}\d"
)
"""What may be a phone number; whether it is one, `pipeline.indicators` decides."""
_TEL = re.compile(r"(?:tel|sms|callto):([^\n?;]{3,40})", re.IGNORECASE)
_BEFORE = 14


def phones(text: str, addresses: str, links: str) -> tuple[str, ...]:
    """Phone numbers as values of `number` indicators, those of `tel:` links first."""
    called = _found(_TEL, addresses, links, "tel:", "sms:", "callto:")
    found = [_number(unquote(one)) for one in called[:_EACH]]
    for run in _DIGITS.finditer(text):
        if len(found) >= 2 * _EACH:
            break
        if _NUMBER.search(run.group()):
            # With the words before it, which tell a number from an account, a price or an order.
            shown = text[max(0, run.start() - _BEFORE) : run.end() + 1]
            found += [one.value for one in _indicators(shown) if one.kind is Kind.NUMBER]
    return _once(value for value in found if value is not None)


@lru_cache(maxsize=4096)
def _indicators(shown: str) -> tuple[Indicator, ...]:
    return tuple(find(shown))


@lru_cache(maxsize=4096)
def _number(shown: str) -> str | None:
    try:
        return parse_number(shown).value
    except NotAnIndicatorError:
        return None


def wallets(text: str) -> tuple[str, ...]:
    """Wallet addresses whose checksum holds (base58check: Bitcoin, Tron) or whose form is right."""
    found: list[str] = []
    for token in _MAYBE_WALLET.findall(text)[:200]:
        if _ETH.fullmatch(token):
            found.append(f"eth:{token.lower()}")
        elif _BECH32.fullmatch(token):
            found.append(f"btc:{token}")
        elif _BASE58.fullmatch(token) and _base58check(token):
            found.append(f"trx:{token}" if token.startswith("T") else f"btc:{token}")
    return _once(found)


def _base58check(address: str) -> bool:
    number = 0
    for letter in address:
        number = number * 58 + _ALPHABET.index(letter)
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    check = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4]
    return check == raw[21:]


def _once(found: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:_EACH]  # type: ignore[call-overload]
