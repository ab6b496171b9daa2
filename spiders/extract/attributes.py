"""Everything in a page's source that is written like an attribute, found without taking it apart.

A pattern says what that is (`ATTRIBUTE`); arrays find the same in half of the pattern's time, because
they look at the equals signs alone and at all of them at once.
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from spiders.extract.source import (
    BEYOND_ASCII,
    BLANK,
    IN_NAME,
    LETTER,
    PADDING,
    QUOTE,
    Places,
    Source,
)

_LONGEST_NAME = PADDING - 1
_LONGEST_VALUE = 200
ATTRIBUTE = re.compile(
    rf"""[\s"']([A-Za-z][A-Za-z0-9_:-]{{0,{_LONGEST_NAME - 1}}}+)=["']?+"""
    rf"""([^"'<>]{{0,{_LONGEST_VALUE}}}+)"""
)
"""A name after white space or a quote, and its value up to a quote or angle bracket."""

_WIDEST = 3
"""Bytes of the widest character that is white space."""


class Attributes(NamedTuple):
    """What `ATTRIBUTE` finds in a source, in its order. Values are told by their places, because few
    of them are wanted."""

    source: bytes
    """The source in UTF-8, after some bytes that mean nothing."""
    names: list[bytes]
    starts: list[int]
    ends: list[int]

    def value(self, at: int) -> str:
        return self.source[self.starts[at] : self.ends[at]].decode()


def attributes_in(whole: Source) -> Attributes:
    """All attributes of a source, as `ATTRIBUTE.findall` has them."""
    source, _, kinds, signs, stops = whole
    before = sliding_window_view(kinds, PADDING)[signs - PADDING][:, ::-1]
    # How many characters of a name stand before each sign, and what stands before them.
    widths = ((before < IN_NAME) | (before > LETTER)).argmax(axis=1)
    rows = np.arange(signs.size)
    border = before[rows, widths]
    named = (widths > 0) & (before[rows, widths - 1] == LETTER)
    named &= (border == BLANK) | (border == QUOTE) | (border == BEYOND_ASCII)
    signs, widths, border = signs[named], widths[named], border[named]
    starts = signs + 1 + (kinds[signs + 1] == QUOTE)
    # A quote may be the last byte but the one that was added; the value after it is empty.
    starts = np.minimum(starts, len(source) - 1)
    ends = stops[np.searchsorted(stops, starts)]
    for at in np.flatnonzero(ends - starts > _LONGEST_VALUE).tolist():
        ends[at] = _end_of(source, int(starts[at]), int(ends[at]))
    borders = signs - widths - 1
    kept = np.ones(signs.size, dtype=np.bool_)
    for at in np.flatnonzero(border == BEYOND_ASCII).tolist():
        kept[at] = _is_blank(source, int(borders[at]))
    if not kept.all():
        borders, signs, starts, ends = borders[kept], signs[kept], starts[kept], ends[kept]
    kept = _apart(borders, ends)
    borders, signs, starts, ends = borders[kept], signs[kept], starts[kept], ends[kept]
    names = [
        source[start:end] for start, end in zip((borders + 1).tolist(), signs.tolist(), strict=True)
    ]
    return Attributes(source, names, starts.tolist(), ends.tolist())


def _end_of(source: bytes, start: int, end: int) -> int:
    """Where a long value is cut: so many characters, not bytes."""
    value = source[start : min(end, start + 4 * _LONGEST_VALUE)]
    if value[:_LONGEST_VALUE].isascii():
        return start + _LONGEST_VALUE
    kept = value.decode("utf-8", "ignore")[:_LONGEST_VALUE]
    return start + len(kept.encode())


def _is_blank(source: bytes, last: int) -> bool:
    """Whether the character that ends with this byte is white space."""
    return source[last + 1 - _WIDEST : last + 1].decode("utf-8", "ignore")[-1:].isspace()


def _apart(borders: Places, ends: Places) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which attributes do not begin within the value of one before that is kept itself."""
    kept = np.ones(borders.size, dtype=np.bool_)
    if borders.size > 1:
        inside = np.flatnonzero(borders[1:] < np.maximum.accumulate(ends)[:-1]) + 1
        last = -1  # the last that was not kept
        end = 0
        for at in inside.tolist():
            if at - 1 != last:
                end = int(ends[at - 1])
            if borders[at] < end:
                kept[at] = False
                last = at
    return kept
