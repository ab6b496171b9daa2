"""The form of a number as the network showed it: what kind it is, and whether it pretends.

This is the feeds' fast grammar for signals; the one maker of `Indicator`s is `pipeline.indicators`.
The raw form and the trunk count here: `+86 138…` from an international trunk is not the subscriber
of that number but somebody who shows it, and gets a name of its own (`abroad:`), so that a number
that is being spoofed never pays for it.
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Form(IntEnum):
    """Kinds of caller numbers; the value is the code that is stored."""

    MOBILE = 1
    MVNO = 2
    """Mobile number of a virtual operator: 162, 165, 167, 170, 171."""
    LANDLINE = 3
    SERVICE = 4
    """400, 800, 95…, 96…, 10086: an organisation's number."""
    HOTLINE = 5
    """Emergency calls and public hotlines: 110, 120, 12345, 96110."""
    SMS_PORT = 6
    """106…: bulk messages of an organisation."""
    DATA_CARD = 7
    """14x of machines and 10648/1064 cards."""
    INTERNATIONAL = 8
    SPOOFED = 9
    """A Chinese number shown on a call that came in from abroad without a subscriber."""
    LOOKALIKE = 10
    """Made to be taken for a service number: 010 95588 for 95588."""
    IMPOSSIBLE = 11
    """No numbering plan has it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A caller number as read: the one text that is hashed, and its form."""

    name: str
    form: Form


_JUNK = re.compile(r"[\s\-()()·.]")
_SHORT = r"(?:95\d{3}|96110|123(?:21|81|45|15)|10086|10010|10000|110)"
_AREA = r"(?:10|2\d|[3-9]\d{2})"
_LOCAL = r"(?:(?:10|2\d)[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})"
_CHINA = r"(?:\+86|0086)"

GRAMMAR: tuple[tuple[Form, re.Pattern[str]], ...] = tuple(
    (form, re.compile(pattern))
    for form, pattern in (
        (Form.DATA_CARD, r"(?:\+86|0086|86)?(14[014689]\d{8})"),
        (Form.MVNO, r"(?:\+86|0086|86|12593|17951|17911|10193)?0?(1(?:6[257]|7[01])\d{8})"),
        (Form.MOBILE, r"(?:\+86|0086|86|12593|17951|17911|10193)?0?(1[3-9]\d{9})"),
        (Form.HOTLINE, r"1(?:10|12|19|20|22)|12[13]\d{2}|12110|961\d{2}"),
        (
            Form.SERVICE,
            r"[48]00\d{7}|95\d{3,6}|96\d{3,4}|100(?:86|10|00|99)\d{0,3}|11[48]\d{2}",
        ),
        (Form.DATA_CARD, r"1064\d{9}|14\d{11}"),
        (Form.SMS_PORT, r"106\d{2,17}"),
        (Form.LANDLINE, rf"{_CHINA}0?({_LOCAL})|0({_LOCAL})"),
        (Form.LOOKALIKE, rf"(?:\+|00)?(?:86)?0?(?:{_AREA}|\d{{1,3}})?{_SHORT}"),
        (Form.INTERNATIONAL, r"(?:\+|00)((?!86)[1-9]\d{6,14})"),
    )
)
"""The kinds of numbers, the first that fits wins; a group is the national or international number."""

_SUBSCRIBERS = {Form.MOBILE, Form.MVNO, Form.LANDLINE, Form.DATA_CARD}
_DOMESTIC = _SUBSCRIBERS | {Form.HOTLINE, Form.SERVICE}


def read_number(raw: str, trunk: str = "own") -> Shown:
    """Read a number as shown on a trunk. Never fails: what fits no plan is `IMPOSSIBLE`."""
    text = _JUNK.sub("", raw)
    for form, pattern in GRAMMAR:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        digits = next((group for group in found.groups() if group), None)
        country = "+" if form is Form.INTERNATIONAL else "+86"
        name = text if digits is None else country + digits
        if trunk == "international" and form in _DOMESTIC:
            return Shown(f"abroad:{name}", Form.SPOOFED)
        return Shown(name, form)
    return Shown(text, Form.IMPOSSIBLE)
