"""Hostile text → text that can be shown: no control characters, no hidden direction, no live links."""

import re
import unicodedata

from pipeline.nouns import Indicator, Kind

MAX_TEXT = 20_000
"""Characters of one text that is shown."""

_BLANK_LINES = re.compile(r"\n{3,}")
_KEPT = {"\n", "\t"}
_LINK = re.compile(r"http(?=s?://)", re.IGNORECASE)


def inert_text(text: object, limit: int = MAX_TEXT) -> str:
    """A text without anything that acts: invisible and direction-changing characters become visible.

    Escaping is the template's; this is against what escaping lets through (a right-to-left override
    that turns `gpj.exe` round, zero-width characters, terminal controls, endless text).
    """
    raw = str(text)
    shown = raw[:limit]
    # Most texts are a line in which nothing is hidden: whatever is hidden cannot be printed.
    if not shown.isprintable():
        shown = "".join(
            letter if letter in _KEPT or not _is_hidden(letter) else f"⟨{ord(letter):04X}⟩"
            for letter in shown.replace("\r\n", "\n")
        )
        shown = _BLANK_LINES.sub("\n\n", shown)
    return shown + (f" … (+{len(raw) - limit})" if len(raw) > limit else "")


def inert_line(text: object, limit: int = MAX_TEXT) -> str:
    """The same on one line, in which no program finds a link: nobody else's words begin a line."""
    shown = inert_text(text, limit)
    if not shown.isprintable():
        shown = shown.replace("\n", "↵").replace("\t", " ")
    return _LINK.sub("hxxp", shown) if "://" in shown else shown


def _is_hidden(letter: str) -> bool:
    # Cc control, Cf format (direction, zero width), Cs lone surrogate, Co private use, Zl/Zp breaks
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def defanged(text: object) -> str:
    """A name or address that no program turns into a link: `hxxps://evil[.]example/`."""
    shown = inert_text(text, 2_000)
    scheme, colon, rest = shown.partition("://")
    if not colon:
        return shown.replace(".", "[.]")
    host, slash, path = rest.partition("/")
    return scheme.replace("tt", "xx", 1) + "://" + host.replace(".", "[.]") + slash + path


def shown(indicator: Indicator) -> str:
    """An indicator as the desk writes it: sites defanged, numbers as they are."""
    return indicator.value if indicator.kind is Kind.NUMBER else defanged(indicator.value)
