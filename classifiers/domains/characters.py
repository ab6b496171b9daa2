"""Text → which kinds of characters it has, by one look over all of its code points.

Most pages have no Han, no look-alikes and nothing of zero width, and a search that finds nothing reads
all of a text, each kind anew. What is known of a text is kept while it is being asked about.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HAN, LOOK_ALIKE, CAPITAL, UNSEEN, ZERO_WIDTH = 1, 2, 4, 8, 16
DIGIT, DECIMAL, LETTER, SIGN, SPACE, STOP, COMMA, UNIFIED = 32, 64, 128, 256, 512, 1024, 2048, 4096
"""Kinds, as bits. Of the first line a text may have fewer than is said of it; the others are exact."""

LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁӏοανρυκιτ氺歀簢衤彡囗仺",
    "aeopcyxijsdloavpukit水款圆衣三口仓",
)
"""Cyrillic and Greek letters, and Han characters, that stand for another one which they resemble."""
CAPITALS = str.maketrans("АВЕЅІЈКМНОРСТХУΑΒΕΗΙΚΜΝΟΡΤΧ", "ABESIJKMHOPCTXYABEHIKMNOPTX")
"""The same of capitals, which resemble others than their small ones do; the experts never saw it."""

ANY_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
"""Han characters, radicals and signs beside them, kana: without any, nothing is to be done for Chinese."""
UNSEEN_RUN = re.compile(
    "[\u0300-\u036f\u0489\u115f\u1160\u20d0-\u20f0\u3164\uffa0\U000e0000-\U000e01ef]+"
)
"""What shows nothing of its own, or strikes another character through: marks, fillers, tags."""
IDEOGRAPHS = "\u3400-\u9fff"
"""Han characters proper, as what a class of a pattern holds."""
ZERO_WIDTHS = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")

_CLASSES = {
    DECIMAL: r"\d",
    LETTER: r"^\W\d_",
    SIGN: r"^\w\s",
    SPACE: r"\s",
    STOP: ".!?。！？",
    COMMA: ",，、;；",
    UNIFIED: "\u4e00-\u9fff",
}
"""Kinds as the classes of a pattern."""

_BEYOND = 0x32400
"""Code points from here on share one entry of the table: they are no letters, and no digits (Unicode 15)."""
_SHORT = 200
"""Characters up to which a search is quicker than a look."""
_LETTERS = 0x10000
"""Code points below which letters stand for others."""

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint16]
Flags = NDArray[np.bool_]


def points_of(text: str) -> Points:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def text_of(points: Points) -> str:
    """The text of code points."""
    return points.tobytes().decode("utf-32-le", "surrogatepass")


def kinds_by_point(points: Points) -> Kinds:
    """For each code point, the bits of its kinds."""
    found: Kinds = _table().take(points, mode="clip")
    return found


@lru_cache(maxsize=64)
def kinds(text: str) -> int:
    """The bits of all kinds that a text has; perhaps more than it has, never fewer."""
    return int(np.bitwise_or.reduce(kinds_by_point(points_of(text)), initial=0))


def has_han(text: str) -> bool:
    """Whether there is any Han character, or what becomes one when it is folded."""
    if text.isascii() or (len(text) > _SHORT and not kinds(text) & HAN):
        return False
    return ANY_HAN.search(text) is not None


def in_place_of(text: str, letters: dict[int, int]) -> str:
    """Text with letters in place of others, as `str.translate` does it, but by one table."""
    points = points_of(text)
    inside = points < _LETTERS
    return text_of(np.where(inside, _mapping(frozenset(letters.items()))[points * inside], points))


@lru_cache(maxsize=4)
def _mapping(letters: frozenset[tuple[int, int]]) -> Points:
    found = np.arange(_LETTERS, dtype=np.uint32)
    for place, letter in letters:
        found[place] = letter
    return found


def runs(flags: Flags) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each run of flagged places begins, and the place after its end."""
    framed = np.zeros(len(flags) + 2, dtype=np.bool_)
    framed[1:-1] = flags
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    return edges[::2], edges[1::2]


@lru_cache(maxsize=1)
def _table() -> Kinds:
    """Kinds by code point."""
    found = np.zeros(_BEYOND + 1, dtype=np.uint16)
    every = "".join(map(chr, range(_BEYOND)))
    for kind, pattern in (
        (HAN, ANY_HAN),
        (UNSEEN, UNSEEN_RUN),
        (ZERO_WIDTH, ZERO_WIDTHS),
        *((kind, re.compile(f"[{pattern}]+")) for kind, pattern in _CLASSES.items()),
    ):
        for run in pattern.finditer(every):
            found[run.start() : run.end()] |= kind
    for kind, letters in ((LOOK_ALIKE, LOOK_ALIKES), (CAPITAL, CAPITALS)):
        found[list(letters)] |= kind
    found[[place for place, letter in enumerate(every) if letter.isdigit()]] |= DIGIT
    found[_BEYOND] = SIGN | HAN | UNSEEN
    return found
