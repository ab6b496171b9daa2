"""Text → where the phrases of a lexicon stand in it: all of its sets by one look, whatever their number.

A pattern of three hundred alternatives tries them one by one at every likely character. Here some
neighbouring characters of each phrase, its anchor, are looked up in a table for the whole text at once,
and only where an anchor may stand is anything compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.characters import Points, has_han, points_of

_BITS = 16
_FACTORS = tuple(map(np.uint32, (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)))
"""Odd multipliers by which neighbouring code points become one place of a table (of xxHash)."""
_RARE = " etaoinsrhldcumfpgwybvkxjqz"
"""Letters by how often English has them: an anchor of rare ones is seldom there for nothing."""
_SHORT = 200
"""Characters up to which every place is looked up, which is quicker than finding the likely ones first."""
_KEPT = 64
"""Texts whose phrases are kept, because many signs ask about the same one in turn."""


class Found(NamedTuple):
    """A phrase and where it begins."""

    start: int
    phrase: str


class _Anchors:
    """Phrases by the characters next to each other, so many, by which each is looked up."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._phrases: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._table = np.zeros(1 << _BITS, dtype=np.bool_)

    def add(self, phrase: str, place: int) -> None:
        """Take in a phrase whose anchor begins at a place of it."""
        anchor = phrase[place : place + self._size]
        self._phrases[anchor].append((place, phrase))
        self._table[self._places(points_of(anchor))] = True

    def _places(self, points: Points) -> NDArray[np.uint32]:
        last = max(len(points) - self._size + 1, 0)
        mixed = points[:last] * _FACTORS[0]
        for offset in range(1, self._size):
            mixed += points[offset : offset + last] * _FACTORS[offset]
        found: NDArray[np.uint32] = mixed >> np.uint32(32 - _BITS)
        return found

    def found(self, text: str) -> Iterator[Found]:
        """The phrases of a text, in no order."""
        if not self._phrases:
            return
        likely: Iterable[int] = range(len(text))
        if len(text) > _SHORT:
            likely = np.flatnonzero(self._table[self._places(points_of(text))]).tolist()
        for at in likely:
            for before, phrase in self._phrases.get(text[at : at + self._size], ()):
                start = at - before
                if start >= 0 and text.startswith(phrase, start):
                    yield Found(start, phrase)


class Finder:
    """Finds every occurrence of many phrases, overlapping ones too, by start and of equals the longest first.

    The anchor of a phrase with Han is two characters, of which one is; of another one, four. What is
    shorter is searched for by itself.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._searched: list[str] = []
        self._han, self._other = _Anchors(2), _Anchors(4)
        for phrase in sorted(set(phrases)):
            if len(phrase) >= 2 and has_han(phrase):
                first = next(i for i, letter in enumerate(phrase) if has_han(letter))
                self._han.add(phrase, min(first, len(phrase) - 2))
            elif len(phrase) >= 4:
                self._other.add(phrase, max(range(len(phrase) - 3), key=_rarity(phrase)))
            else:
                self._searched.append(phrase)
        self.occurrences = lru_cache(maxsize=_KEPT)(self._occurrences)

    def _occurrences(self, text: str) -> Sequence[Found]:
        found = [*self._other.found(text)]
        if has_han(text):
            found += self._han.found(text)
        for phrase in self._searched:
            start = text.find(phrase)
            while start >= 0:
                found.append(Found(start, phrase))
                start = text.find(phrase, start + 1)
        return tuple(sorted(found, key=lambda one: (one.start, -len(one.phrase))))


def _rarity(phrase: str) -> Callable[[int], int]:
    # What is not in the list at all, -1, is the rarest.
    return lambda place: sum(_RARE.find(letter) % 99 for letter in phrase[place : place + 4])


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
