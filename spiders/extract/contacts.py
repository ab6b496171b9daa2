"""Contact points and filing numbers in a page's text: how victims are reached, who vouches."""

import hashlib
import re

from spiders.extract.page import Contacts

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ICP = re.compile(
    rf"([{_PROVINCE}])\s?ICP\s?([备证])\s?(?:字?第?)\s?(\d{{5,10}})\s?号?(?:\s?-\s?(\d{{1,4}}))?",
    re.I,
)
_POLICE = re.compile(rf"([{_PROVINCE}])公网安备\s?(\d{{10,16}})\s?号?")

_WORD_AFTER = r"(?:号码|号|客服|ID|id|账号|群|添加|咨询|搜索)?\s?[::]?\s?"
_WECHAT = re.compile(
    rf"(?:微信|威信|薇信|V信|\bVX|\bWeChat|\bWeixin|加微|卫星)\s?{_WORD_AFTER}([A-Za-z][A-Za-z0-9_-]{{5,19}}|1[3-9]\d{{9}})",
    re.IGNORECASE,
)
_QQ = re.compile(rf"(?:\bQQ|扣扣|企鹅)\s?{_WORD_AFTER}([1-9]\d{{4,10}})(?!\d)", re.IGNORECASE)
_QQ_LINK = re.compile(r"(?:[?&]uin=|uin%3d)([1-9]\d{4,10})\b", re.IGNORECASE)
_TELEGRAM = re.compile(
    rf"(?:\bTelegram|飞机|电报|纸飞机|\bTG)\s?{_WORD_AFTER}@?([A-Za-z][A-Za-z0-9_]{{4,31}})",
    re.IGNORECASE,
)
_TELEGRAM_LINK = re.compile(
    r"(?:https?:)?//(?:t\.me|telegram\.me|telegram\.dog)/(?:s/)?\+?([A-Za-z0-9_-]{5,32})|tg://resolve\?domain=(\w{5,32})",
    re.IGNORECASE,
)
_WHATSAPP_LINK = re.compile(
    r"(?:wa\.me/|api\.whatsapp\.com/send/?\?(?:[^\"'\s]*&)?phone=|whatsapp://send/?\?phone=)\+?(\d{7,15})",
    re.IGNORECASE,
)
_WHATSAPP = re.compile(r"WhatsApp\s?[::]?\s?\+?(\d[\d -]{6,18}\d)", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])"
)
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

_ETH = re.compile(r"\b0x[0-9a-fA-F]{40}\b")
_BASE58 = re.compile(r"\b[13T][1-9A-HJ-NP-Za-km-z]{25,34}\b")
_BECH32 = re.compile(r"\bbc1[ac-hj-np-z02-9]{11,71}\b")
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
    telegram = [a or b for a, b in _TELEGRAM_LINK.findall(addresses)] + _TELEGRAM.findall(text)
    return Contacts(
        phones=phones(text, addresses),
        wechat=_once(_WECHAT.findall(text)),
        qq=_once(_QQ_LINK.findall(addresses) + _QQ.findall(text)),
        telegram=_once(name for name in telegram if name.lower() not in _NOT_TELEGRAM),
        whatsapp=_once(
            _WHATSAPP_LINK.findall(addresses)
            + [re.sub(r"\D", "", found) for found in _WHATSAPP.findall(text)]
        ),
        wallets=wallets(f"{text}\n{addresses}"),
        emails=_once(
            m.lower() for m in _EMAIL.findall(f"{text}\n{addresses.replace('mailto:', ' ')}")
        ),
    )


_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")


def phones(text: str, addresses: str) -> tuple[str, ...]:
    """Phone numbers as values of `number` indicators."""
    return _once("+86" + "".join(m.groups()) for m in _MOBILE.finditer(f"{text}\n{addresses}"))


def wallets(text: str) -> tuple[str, ...]:
    """Wallet addresses whose checksum holds (base58check: Bitcoin, Tron) or whose form is right."""
    found = [f"eth:{address.lower()}" for address in _ETH.findall(text)]
    found += [f"btc:{address}" for address in _BECH32.findall(text)]
    for address in _BASE58.findall(text):
        if _base58check(address):
            found.append(f"trx:{address}" if address.startswith("T") else f"btc:{address}")
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
