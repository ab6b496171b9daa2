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
        """The ranks of names in their canonical form; a million take a second."""
        import numpy as np

        raw = b"".join([blake2b(name.encode(), digest_size=8).digest() for name in ranked])
        keys = np.frombuffer(raw, dtype=">u8").astype(np.uint64)
        ranks = np.fromiter(ranked.values(), dtype=np.uint32, count=len(ranked))
        order = np.argsort(keys)
        return cls(array("Q", keys[order].tobytes()), array("I", ranks[order].tobytes()))

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
