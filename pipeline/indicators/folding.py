"""The forms in which people write what they do not want to be clicked → the plain form.

Full-width letters, invisible characters, `hxxp`, `[.]`, `(dot)`: what a report holds is undone here
before anything is parsed. Doing it twice changes nothing.
"""

import re

_WIDE = (
    "".join(chr(c) for c in range(0xFF10, 0xFF5B) if chr(c).isalnum())
    + "．：／＠％＿－＃＝＆？＋＊"
)
_INVISIBLE = (
    "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_CONTROLS = [c for c in range(0xA0) if (c < 0x20 or c >= 0x7F) and chr(c) not in "\t\n\v\f\r\x85"]
_FOLD: dict[int, int | None] = {ord(c): ord(c) - 0xFEE0 for c in _WIDE}
_FOLD |= dict.fromkeys(map(ord, _INVISIBLE))
_FOLD |= dict.fromkeys(_CONTROLS)
_FOLD[0x3000] = 0x20

_OPEN = r"(?<![\[({<【（「〔])(?:[\[({<【（「〔]\s*+)++"
_CLOSE = r"(?:\s*+[\])}>】）」〕])++"
_PASSES = 3
"""One undoes what people write; the others what was wrapped on purpose. More is no report."""
_DOT = re.compile(rf"{_OPEN}(?:\.|。|dot|d0t|点|點){_CLOSE}", re.IGNORECASE)
_COLON = re.compile(
    rf"(?<=[hps]){_OPEN}:{_CLOSE}(?=/)|(?<=[hps]){_OPEN}:?//{_CLOSE}", re.IGNORECASE
)
_SPOKEN_DOT = re.compile(r"(?<=[A-Za-z0-9])\s?[点點]\s?(?=[A-Za-z])")
_SCHEME = re.compile(
    r"(?<![a-z0-9._%@/-])h(?:tt|xx|\*\*|__|tx|xt)p(s?)[:;]?[/\\]{2,}", re.IGNORECASE
)
_MARKS = re.compile(r"[\[({<【（「〔点點]")


def fold(text: str) -> str:
    """Full-width ASCII letters, digits and URL marks to plain ones; invisible characters dropped.

    Chinese commas, brackets and full stops stay: they end a URL.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_FOLD)


def refang(text: str) -> str:
    """Undo the ways of making a link dead: `hxxps[:]//a[.]example` → `https://a.example`."""
    for _ in range(_PASSES):
        before = text
        if _MARKS.search(text):
            text = _COLON.sub("://", _DOT.sub(".", text))
            text = _SPOKEN_DOT.sub(".", text)
        if text == before:
            break
    return _SCHEME.sub(r"http\1://", text)
