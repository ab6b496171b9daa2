"""Text as a page shows it → the one form in which it is compared, judged and shown to people."""

import re
import unicodedata
from functools import cache
from typing import Any, NamedTuple

TRICKS: dict[str, str] = {
    "zero_width": "characters that have no width, put between others to hide words",
    "full_width": "full-width Latin letters and digits",
    "look_alike": "mathematical, circled and squared letters and digits",
}
"""The tricks whose marks folding removes; `tricks` counts them first."""

_ZERO_WIDTH = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0f"
_TRICK_PATTERNS = {
    "zero_width": re.compile(f"[{_ZERO_WIDTH}]"),
    "full_width": re.compile("[０-９Ａ-Ｚａ-ｚ]"),
    "look_alike": re.compile(
        "[\U0001d400-\U0001d7ff\u2460-\u24ff\u2776-\u2793\U0001f130-\U0001f189]"
    ),
}
_ANY_TRICK = re.compile("|".join(pattern.pattern for pattern in _TRICK_PATTERNS.values()))
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_FOLDS = re.compile(f"{_ANY_TRICK.pattern}|{HAN.pattern}")
"""What folding may change beside what NFKC changes: one look tells that a text has nothing of it."""


@cache
def _simplifier() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


class Folded(NamedTuple):
    """A folded text and what folding met."""

    text: str
    traditional: float
    """The share of Han characters that were traditional, 0 to 1."""
    tricks: dict[str, int]
    """How often each of `TRICKS` was used."""


def fold(text: str) -> str:
    """The folded form: NFKC, nothing of zero width, simplified characters, single white space.

    Lines stay lines. Folding twice changes nothing. Unicode TR15 (NFKC) and OpenCC `t2s`.
    """
    return fold_counting(tidy(text)).text


def fold_counting(tidied: str) -> Folded:
    """As `fold`, for a text whose white space is `tidy`, and what folding met."""
    if tidied.isascii() or (
        unicodedata.is_normalized("NFKC", tidied) and not _FOLDS.search(tidied)
    ):
        return Folded(tidied, 0.0, dict.fromkeys(TRICKS, 0))
    text = _TRICK_PATTERNS["zero_width"].sub("", unicodedata.normalize("NFKC", tidied))
    share = 0.0
    if HAN.search(text):
        simple: str = _simplifier().convert(text)
        if simple != text:
            han = len(HAN.findall(text))
            changed = sum(map(str.__ne__, text, simple)) if len(text) == len(simple) else han
            share, text = min(changed / han, 1.0), simple
    return Folded(tidy(text), round(share, 3), tricks(tidied))


def tidy(text: str) -> str:
    """White space collapsed: one blank between words, one line break between lines, none at the ends."""
    lines = text.split("\n")
    return "\n".join([" ".join(line.split()) for line in lines if line and not line.isspace()])


def tricks(text: str) -> dict[str, int]:
    """How often each of `TRICKS` is used in a text that was not folded yet."""
    if text.isascii() or not _ANY_TRICK.search(text):
        return dict.fromkeys(_TRICK_PATTERNS, 0)
    return {name: len(pattern.findall(text)) for name, pattern in _TRICK_PATTERNS.items()}
