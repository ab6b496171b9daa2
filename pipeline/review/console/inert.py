"""Hostile text → text that can be shown: no control characters, no hidden direction, no live links."""

import io
import re
import unicodedata

from PIL import Image

from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind

MAX_TEXT = 20_000
"""Characters of one text that a page shows."""
MAX_PIXELS = 20_000_000
"""Largest screenshot, in pixels, that is decoded: a small file can claim a picture of any size."""
MAX_SIDE = 4_000
"""Longest side, in pixels, of a screenshot as it is shown."""

_BLANK_LINES = re.compile(r"\n{3,}")
_KEPT = {"\n", "\t"}


def inert_text(text: object, limit: int = MAX_TEXT) -> str:
    """A text without anything that acts: invisible and direction-changing characters become visible.

    Escaping is the template's; this is against what escaping lets through (a right-to-left
    override that turns `gpj.exe` round, zero-width characters, terminal controls, endless text).
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


def clean_png(content: bytes) -> bytes:
    """A screenshot, decoded and encoded anew: whatever else was in the file is gone.

    Raises `FanzhaError` where the bytes are no PNG or claim to be larger than `MAX_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise FanzhaError(
                    f"screenshot: expected at most {MAX_PIXELS} pixels, got {picture.width} x "
                    f"{picture.height}; it is not shown"
                )
            picture.load()
            plain = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FanzhaError(
            f"screenshot: expected a PNG picture ({error}); it is not shown"
        ) from error
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=False)
    return out.getvalue()
