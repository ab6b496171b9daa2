"""How the bytes of a file are to be read: UTF-8, UTF-16 by its mark, GB18030 or Big5.

Told from the first lines beyond ASCII by strict decoding, line by line, so that one damaged line
does not turn the whole file into another language. GB18030 decodes most Big5 too, into characters that
nobody uses: where both decode, the one that gives common characters wins.
"""

import codecs

from pipeline.errors import FanzhaError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENOUGH = 0.9
"""Share of the lines beyond ASCII that must decode."""
_ODD = 0.5
"""Share of common characters that any text in an encoding has; damage read as text has less."""
DECIDES = 5
"""Lines beyond ASCII by which the encoding of the lines behind them is decided too."""
_COMMON = {"gb18030": "gb2312", "cp950": "cp950"}


def byte_order_mark(head: bytes) -> tuple[bytes, str] | None:
    """The mark at the beginning of a file and the encoding that it stands for."""
    return next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), None)


def refuse_binary(head: bytes, name: str) -> None:
    """Raise `FanzhaError` where the first bytes of a file are no text; `name` says which file."""
    if b"\0" in head:
        raise FanzhaError(
            f"{name}: expected a text file (CSV, TSV, JSON lines, plain), got a binary one; "
            "a spreadsheet must be saved as CSV first"
        )


def detect(lines: list[bytes], name: str) -> str:
    """The encoding of lines beyond ASCII, which hold at least one character that is not.

    Raises `FanzhaError` where they are in none of the encodings.
    """
    if _share(lines, "utf-8") >= _ENOUGH:
        return "utf-8"
    fits = [encoding for encoding in _COMMON if _share(lines, encoding) >= _ENOUGH]
    if not fits:
        raise FanzhaError(
            f"{name}: expected text in UTF-8, UTF-16 with its mark, GB18030 or Big5, and it is in "
            "none of them; save it as UTF-8"
        )
    return max(fits, key=lambda encoding: _commonness(b"\n".join(lines), encoding))


def detect_later(lines: list[bytes]) -> str:
    """As `detect`, of lines behind others that told nothing: a damaged line may be all there is.

    A few such stay UTF-8, in which they do not decode, and become no characters that nobody uses.
    """
    try:
        found = detect(lines, "")
    except FanzhaError:
        return "utf-8"
    if len(lines) >= DECIDES:
        return found
    text = b"\n".join(lines)
    odd = found != "utf-8" and _chinese(text, found) and _commonness(text, found) < _ODD
    return "utf-8" if odd else found


def _share(lines: list[bytes], encoding: str) -> float:
    """The share of lines that decode strictly; 1 where there is nothing to decode."""
    return sum(_decodes(line, encoding) for line in lines) / len(lines) if lines else 1.0


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _commonness(text: bytes, encoding: str) -> float:
    """The share of the Chinese characters that belong to the first, common level of its standard.

    GB 2312 level 1 is B0A1 to D7F9; Big5 level 1 is A440 to C67E.
    """
    low, high = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    characters = _chinese(text, encoding)
    common = 0
    for character in characters:
        pair = character.encode(_COMMON[encoding], "ignore")
        common += len(pair) == 2 and low <= pair[0] <= high
    return common / len(characters) if characters else 0.0


def _chinese(text: bytes, encoding: str) -> list[str]:
    return [c for c in text.decode(encoding, "ignore") if "\u3400" <= c <= "\u9fff"]
