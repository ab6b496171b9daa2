"""Phone numbers: China's own grammar first, then `phonenumbers` for the rest of the world.

The library alone damages Chinese numbers silently: `+0013800138000` becomes a number of the United
States, an SMS port is impossible to it, `01095588` passes as a line in Beijing. What a spoofed call
shows is kept as it was shown, as an indicator of its own: it never becomes the number it imitates.
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from pipeline.indicators.folding import fold
from pipeline.indicators.reasons import refuse
from pipeline.nouns import Indicator, Kind

KINDS: dict[str, tuple[str, str]] = {
    "emergency": (r"110|112|119|120|122", "police, fire, ambulance, traffic police"),
    "mobile": (r"1(?:3\d|[5-9]\d)\d{8}", "a mobile subscriber"),
    "data-card": (r"14\d{9}", "a data card of eleven digits"),
    "iot": (r"(?:1064\d|14[0-9]{2}\d)\d{8}", "a card of a machine, thirteen digits"),
    "shared-cost": (r"400\d{7}", "a 400 number"),
    "toll-free": (r"800\d{7}", "an 800 number"),
    "sms-port": (r"106\d{5,21}", "a port from which services send SMS, of any length"),
    "operator": (r"100\d{2}\d{0,9}", "a carrier's own service, with what it appends"),
    "service-95": (r"95\d{3,10}", "a national service of a bank, insurer or courier"),
    "service-96": (r"96\d{3,6}", "a regional service"),
    "hotline": (r"1\d{2}|1\d{4}|1[0-2]\d{4}", "a public hotline: 12321, 12381, 114, 116114"),
}
"""National numbers of China, in the order they are tried: kind → (pattern, what it is)."""

OTHER_KINDS: dict[str, str] = {
    "landline": "a line with its area code",
    "area-short": "a short code dialled through an area code: 0571 96110",
    "short": "a short code of another region",
    "international": "a valid number of another country",
    "national": "a valid number of the region that was asked for",
    "spoofed": "no numbering plan has it; calls that fake their origin show such forms",
}

SIGNALS: dict[str, str] = {
    "international-prefix": "shown with +86 or 0086 before a domestic number",
    "spoofed-international-prefix": "an international prefix before what no foreign call can show",
    "no-such-country": "no country has this calling code",
    "impossible-length": "no number of that country has so many or so few digits",
    "unassigned": "the length fits, the range is not in use",
    "trunk-zero": "a trunk 0 stands before a number that takes none",
    "dial-prefix": "a prefix that chooses a carrier or a second number was before it",
    "virtual-operator": "a range of virtual operators (162, 165, 167, 170, 171)",
    "no-plus": "a country code without + or 00 before it",
    "extension": "an extension followed and was dropped",
    "look-alike": "it ends in a service number that it is not",
    "also-mobile": "its digits without + are a Chinese mobile number",
}

E164_KINDS = frozenset({"mobile", "data-card", "shared-cost", "toll-free"})
_SERVICE_KINDS = frozenset({"emergency", "operator", "service-95", "service-96", "hotline"})
_GRAMMAR = tuple((kind, re.compile(pattern, re.ASCII)) for kind, (pattern, _) in KINDS.items())
_EXTENSION = re.compile(r"(?:转|轉|分机|;?ext[.=]?|[x#,])\s*[0-9]{1,6}$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s()\[\].·\-‐‑‒–—−]+")
_SERVICE = r"(?:9[56][0-9]{3}|100[0-9]{2}|12[0-9]{3})"
_SEVERAL = re.compile(
    rf"(?:(?:\+|00)?86(?:{_SEPARATORS.pattern})?)?{_SERVICE}(?:{_SEPARATORS.pattern}{_SERVICE})+"
)
"""Two short service numbers and more: run together, +86 95588 96110 would be a line in Zhongwei."""
_SHOWN = re.compile(r"\+?[0-9]{3,25}")
_DIAL_PREFIX = re.compile(
    r"(?:179(?:0[0189]|1[01]|5[01]|6[0189])|12593|10193|11808|12520|12583[1-3]?)(?=0?[1-9])"
)
"""IP-telephony access codes (17951 …), and 12583x and 12520 of China Mobile's second numbers."""
_AREA_SHORT = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})(9[56][0-9]{3,4}|1[0-2][0-9]{3}|1[12][0-9])")
_VIRTUAL = re.compile(r"1(?:6[257]|7[01])")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_INSIDE = re.compile(
    r".{,6}?(1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[48]00[0-9]{7})|.{,2}?(9[56][0-9]{3}|1(?:10|19|2[02]))"
)
"""A faked prefix and what it is put before; a short code only after one that is short too."""
_MIN_SPOOFED, _MAX_SPOOFED = 3, 20


@dataclass(frozen=True, slots=True)
class NumberForm:
    """A number and the form in which it was shown, which is evidence by itself."""

    indicator: Indicator
    raw: str
    """As it came, at most 64 characters."""
    kind: str
    """A key of `KINDS` or `OTHER_KINDS`."""
    signals: tuple[str, ...] = ()
    """Keys of `SIGNALS`."""
    imitates: Indicator | None = None
    """The number that a faked form makes one think of: to be protected, never to be listed."""


def parse_number(text: str, region: str = "CN") -> Indicator:
    """The number in a text that holds nothing else, in E.164 or as its short code.

    Raises `NotAnIndicatorError`: `no-indicator`, `several-numbers`, `no-area-code` or `impossible-number`.
    """
    return read_number(text, region).indicator


def read_number(text: str, region: str = "CN") -> NumberForm:
    """As `parse_number`, with the kind of number, the raw form and the signals in it."""
    raw = fold(text).strip()
    bare = re.sub(r"^(?:tel|sms|callto):", "", raw, flags=re.IGNORECASE)
    short = _EXTENSION.sub("", bare)
    shown = _SEPARATORS.sub("", short)
    if not _SHOWN.fullmatch(shown):
        raise refuse("no-indicator", text)
    if _SEVERAL.fullmatch(short):
        raise refuse("several-numbers", text)
    signals = ("extension",) if short != bare else ()
    found = _read(shown, region)
    if found is None:
        local = _LOCAL.fullmatch(shown)
        raise refuse("no-area-code" if local else "impossible-number", text)
    return NumberForm(
        found.indicator, raw[:64], found.kind, signals + found.signals, found.imitates
    )


def _form(value: str, kind: str, *signals: str, imitates: Indicator | None = None) -> NumberForm:
    return NumberForm(Indicator(Kind.NUMBER, value), "", kind, signals, imitates)


def _with(form: NumberForm, *signals: str) -> NumberForm:
    return NumberForm(form.indicator, "", form.kind, signals + form.signals, form.imitates)


def _read(shown: str, region: str) -> NumberForm | None:
    """A number of digits and perhaps a plus."""
    if prefix := re.match(r"\+|00", shown):
        return _from_abroad(shown[prefix.end() :], region)
    # No domestic number of twelve or more digits begins with 86, and phonenumbers would hide it.
    home = _at_home(shown[2:]) if shown.startswith("86") and len(shown) >= 12 else None
    if home and home.indicator.value.startswith("+"):
        return _with(home, "no-plus")
    if form := _domestic(shown, region):
        return form
    if prefix := _DIAL_PREFIX.match(shown):
        form = _domestic(shown[prefix.end() :], region)
        if form and form.indicator.value.startswith("+"):
            return _with(form, "dial-prefix")
    if len(shown) >= 10 and (form := _valid_abroad(shown)):
        return _with(form, "no-plus")
    return None


def _domestic(digits: str, region: str) -> NumberForm | None:
    """A number as it is dialled inside its own country."""
    if region != "CN":
        return _in_region(digits, region)
    for kind, pattern in _GRAMMAR:
        if pattern.fullmatch(digits):
            virtual = kind == "mobile" and _VIRTUAL.match(digits)
            value = f"+86{digits}" if kind in E164_KINDS else digits
            return _form(value, kind, *(["virtual-operator"] if virtual else []))
    if area := _AREA_SHORT.fullmatch(digits):
        code = Indicator(Kind.NUMBER, area[1])
        if area[1].startswith("96"):
            return _form(digits, "area-short")
        return _form(digits, "area-short", "look-alike", imitates=code)
    if digits.startswith("0"):
        inner = _domestic(digits[1:], region) if digits[1:2] in {"1", "4", "8"} else None
        if inner and inner.kind in E164_KINDS:
            return _with(inner, "trunk-zero")
    return _line(digits)


def _at_home(digits: str) -> NumberForm | None:
    """What follows the country code 86, where an area code has no trunk 0 to be told by.

    So +86 10 6512 3456 is a line in Beijing, and no SMS port 1065123456; +86 951 … is no 95 service.
    """
    return _line(f"0{digits}") or _domestic(digits, "CN")


def _line(digits: str) -> NumberForm | None:
    """A landline of China. What else the library knows there, the grammar has had its say on."""
    found = _in_region(digits, "CN")
    return found if found and found.kind == "landline" else None


def _in_region(digits: str, region: str) -> NumberForm | None:
    """A number of a region, as `phonenumbers` knows it, without its silent repairs."""
    if digits.startswith("00"):
        return None
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if shortnumberinfo.is_valid_short_number_for_region(number, region) and region != "CN":
        return _form(digits, "short")
    if not phonenumbers.is_valid_number_for_region(number, region):
        return None
    # Of what was shown, nothing but a trunk 0 may be missing from the result.
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if value not in {f"+{number.country_code}{shown}" for shown in (digits, digits.lstrip("0"))}:
        return None
    fixed = phonenumbers.number_type(number) is PhoneNumberType.FIXED_LINE
    return _form(value, "landline" if fixed else "national")


def _from_abroad(digits: str, region: str) -> NumberForm | None:
    """A number shown with an international prefix: honest, or faked."""
    if digits.startswith("86") and (home := _at_home(digits[2:])):
        faked = home.kind in _SERVICE_KINDS or home.kind == "area-short"
        return _with(home, "spoofed-international-prefix" if faked else "international-prefix")
    if form := _valid_abroad(digits):
        mobile = re.fullmatch(r"1[3-9][0-9]{9}", digits)
        return _with(form, "also-mobile") if mobile else form
    if not _MIN_SPOOFED <= len(digits) <= _MAX_SPOOFED:
        return None
    imitates = _inside(digits, region)
    signals = ["spoofed-international-prefix"] if imitates else []
    return _form(f"+{digits}", "spoofed", *signals, _flaw(digits), imitates=imitates)


def _valid_abroad(digits: str) -> NumberForm | None:
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if value != f"+{digits}" or not phonenumbers.is_valid_number(number):
        return None
    return _form(value, "international")


def _flaw(digits: str) -> str:
    """What is wrong with digits that were shown as an international number."""
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException as error:
        code = error.error_type
        unknown = phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return "no-such-country" if code == unknown else "impossible-length"
    return "unassigned" if phonenumbers.is_possible_number(number) else "impossible-length"


def _inside(digits: str, region: str) -> Indicator | None:
    """The domestic number that stands at the end of a faked one."""
    shape = _INSIDE.fullmatch(digits)
    form = _domestic(shape[1] or shape[2], region) if shape else None
    return form.indicator if form else None
