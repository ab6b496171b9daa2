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
_MOBILE = re.compile(r"(?:\+86|0086|86|12593|17951|17911|10193)?0?(1[3-9]\d{9})")
_MVNO = ("162", "165", "167", "170", "171")
_LANDLINE = re.compile(r"(?:\+86|0086)?(0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7})")
_LANDLINE_BARE = re.compile(r"(?:\+86|0086)((?:10|2\d)[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})")
_HOTLINE = re.compile(r"1(?:10|12|19|20|22)|12(?:1|3)\d{2}|12110|961\d{2}")
_SERVICE = re.compile(r"[48]00\d{7}|95\d{3,6}|96\d{3,4}|100(?:86|10|00|99)\d{0,3}|1(?:14|18)\d{3}")
_PORT = re.compile(r"106\d{2,17}")
_CARD = re.compile(r"1064\d{9}|14\d{11}")
_SHORT = r"(?:95[5-9]\d{2}|95[0-4]\d{2}|951\d{2}|96110|123(?:21|81|45|15)|10086|10010|10000|110)"
_LOOKALIKE = re.compile(rf"(?:\+|00)?(?:86)?(?:0\d{{2,3}}|\d{{1,3}})?{_SHORT}")
_FOREIGN = re.compile(r"(?:\+|00)([1-9]\d{6,14})")


def read_number(raw: str, trunk: str = "own") -> Shown:
    """Read a number as shown on a trunk. Never fails: what fits no plan is `IMPOSSIBLE`."""
    text = _JUNK.sub("", raw)
    found = _MOBILE.fullmatch(text)
    if found:
        number = found[1]
        if trunk == "international":
            return Shown(f"abroad:+86{number}", Form.SPOOFED)
        if number.startswith("14") and number[:3] in ("140", "141", "144", "146", "148", "149"):
            return Shown(f"+86{number}", Form.DATA_CARD)
        return Shown(f"+86{number}", Form.MVNO if number[:3] in _MVNO else Form.MOBILE)
    if _HOTLINE.fullmatch(text) or _SERVICE.fullmatch(text):
        if trunk == "international":
            return Shown(f"abroad:{text}", Form.SPOOFED)
        return Shown(text, Form.HOTLINE if _HOTLINE.fullmatch(text) else Form.SERVICE)
    if _CARD.fullmatch(text):
        return Shown(text, Form.DATA_CARD)
    if _PORT.fullmatch(text):
        return Shown(text, Form.SMS_PORT)
    found = _LANDLINE.fullmatch(text) or _LANDLINE_BARE.fullmatch(text)
    if found:
        national = found[1].lstrip("0")
        if trunk == "international":
            return Shown(f"abroad:+86{national}", Form.SPOOFED)
        return Shown(f"+86{national}", Form.LANDLINE)
    if _LOOKALIKE.fullmatch(text):
        return Shown(text, Form.LOOKALIKE)
    found = _FOREIGN.fullmatch(text)
    if found and not found[1].startswith("86") and (trunk == "international" or len(found[1]) > 7):
        return Shown(f"+{found[1]}", Form.INTERNATIONAL)
    return Shown(text, Form.IMPOSSIBLE)
