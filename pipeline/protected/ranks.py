"""Ranks of names by traffic, of a million of them in a few megabytes: hashes and numbers, no text."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Ranks:
    """Name → rank. A name that is not ranked is taken for one that is once in 2^64 / its size."""

    _keys: "array[int]" = field(default_factory=lambda: array("Q"))
    _ranks: "array[int]" = field(default_factory=lambda: array("I"))

    @classmethod
    def of(cls, ranked: Mapping[str, int]) -> "Ranks":
        """The ranks of names in their canonical form."""
        pairs = sorted((_key(name), rank) for name, rank in ranked.items())
        return cls(array("Q", (k for k, _ in pairs)), array("I", (r for _, r in pairs)))

    def __len__(self) -> int:
        return len(self._keys)

    def of_name(self, name: str) -> int | None:
        """The rank of one name; None where it has none."""
        key = _key(name)
        place = bisect_left(self._keys, key)
        found = place < len(self._keys) and self._keys[place] == key
        return self._ranks[place] if found else None


NO_RANKS = Ranks()
"""Where no rank file was read."""


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
