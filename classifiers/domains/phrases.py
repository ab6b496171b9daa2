"""Text → where the phrases of a lexicon stand in it: all of its sets by one look, whatever their number.

A pattern of three hundred alternatives tries them one by one at every likely character. Here two
neighbouring characters of each phrase, its anchor, are looked up in a table for the whole text at once, and only where
an anchor may stand is anything compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.characters import has_han, points_of

_BITS = 16
_FIRST, _SECOND = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77)
"""Odd multipliers by which two code points become one place of the table (Knuth's golden ratio; MurmurHash3)."""
_KEPT = 64
"""Texts whose phrases are kept, because many signs ask about the same one in turn."""


class Found(NamedTuple):
    """A phrase and where it begins."""

    start: int
    phrase: str


class Finder:
    """Finds every occurrence of many phrases, overlapping ones too, by start and of equals the longest first.

    Phrases with a Han character are found by their anchor, the others by a search for each: there are
    few, and their letters are everywhere.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._searched: list[str] = []
        self._by_anchor: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for phrase in sorted(set(phrases)):
            if len(phrase) < 2 or not has_han(phrase):
                self._searched.append(phrase)
            else:
                place = min(next(i for i, c in enumerate(phrase) if has_han(c)), len(phrase) - 2)
                self._by_anchor[phrase[place : place + 2]].append((place, phrase))
        self._table = np.zeros(1 << _BITS, dtype=np.bool_)
        for anchor in self._by_anchor:
            self._table[_places(anchor)] = True
        self.occurrences = lru_cache(maxsize=_KEPT)(self._occurrences)

    def _occurrences(self, text: str) -> Sequence[Found]:
        found = []
        if has_han(text):
            for at in np.flatnonzero(self._table[_places(text)]).tolist():
                for before, phrase in self._by_anchor.get(text[at : at + 2], ()):
                    start = at - before
                    if start >= 0 and text.startswith(phrase, start):
                        found.append(Found(start, phrase))
        for phrase in self._searched:
            start = text.find(phrase)
            while start >= 0:
                found.append(Found(start, phrase))
                start = text.find(phrase, start + 1)
        return tuple(sorted(found, key=lambda one: (one.start, -len(one.phrase))))


def _places(text: str) -> NDArray[np.uint32]:
    """The place in the table of each two neighbouring characters."""
    points = points_of(text)
    found: NDArray[np.uint32] = (points[:-1] * _FIRST + points[1:] * _SECOND) >> np.uint32(
        32 - _BITS
    )
    return found


@dataclass(frozen=True, slots=True)
class Phrases:
    """Some of a finder's phrases; at each place the longest of them counts, and none that overlaps it."""

    words: frozenset[str]
    finder: Finder

    def among(self, found: Sequence[Found]) -> list[Found]:
        """What of all occurrences in a text are phrases of this set."""
        kept, end = [], 0
        for one in found:
            if one.start >= end and one.phrase in self.words:
                kept.append(one)
                end = one.start + len(one.phrase)
        return kept

    def findall(self, text: str) -> list[str]:
        """The phrases of a text in their order."""
        return [one.phrase for one in self.among(self.finder.occurrences(text))]

    def first(self, text: str) -> Found | None:
        """The first phrase of a text, if it has any."""
        return next(iter(self.among(self.finder.occurrences(text))), None)

    def sub(self, word: str, text: str) -> str:
        """The text with a word in place of each phrase."""
        pieces, end = [], 0
        for one in self.among(self.finder.occurrences(text)):
            pieces += [text[end : one.start], word]
            end = one.start + len(one.phrase)
        return "".join([*pieces, text[end:]]) if pieces else text
