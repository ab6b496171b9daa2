"""Marks by which pages of one maker are found again: tag sequence, text and icon."""

import base64
import hashlib
from collections.abc import Sequence

import mmh3
import numpy as np

_SHINGLE = 4
"""Characters of one shingle: about two Chinese words or most of an English one."""
_BITS = np.arange(64, dtype=np.uint64)
_LOWEST = np.uint64(0x0101010101010101)
"""The lowest bit of each of eight bytes."""
_SHIFTS = np.arange(8, dtype=np.uint64).reshape(8, 1, 1)
_ROOM = 255
"""So often a byte can be counted up."""


def dom_hash(tags: Sequence[str]) -> str:
    """First 16 hex digits of the sha256 over the sequence of tags.

    A run of the same pair of tags counts once, so that a list one row longer is the same template.
    """
    kept: list[str] = []
    last = second = third = None  # of those that were kept, from the end
    for tag in tags:
        if tag == last or (last == third and tag == second and third is not None):
            continue
        kept.append(tag)
        last, second, third = tag, last, second
    return hashlib.sha256(" ".join(kept).encode()).hexdigest()[:16]


def text_simhash(text: str) -> str:
    """64-bit simhash over character shingles, as 16 hex digits (Charikar 2002, Manku et al. 2007).

    Vectorised: each shingle's code points are mixed into 64 bits, and every bit is put to the vote.
    A text shorter than a shingle has the hash `0` × 16.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    if codes.size < _SHINGLE:
        return "0" * 16
    mixed = np.zeros(codes.size - _SHINGLE + 1, dtype=np.uint64)
    for offset in range(_SHINGLE):
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed += codes[offset : offset + mixed.size]
    mixed = _finish(mixed)
    ones = _count_bits(mixed)
    value = int(((ones * 2 > mixed.size).astype(np.uint64) << _BITS).sum(dtype=np.uint64))
    return f"{value:016x}"


def _count_bits(
    values: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many of the values have each bit set: eight bits at once, each counted in a byte of its own."""
    whole = np.zeros(-(-values.size // _ROOM) * _ROOM, dtype=np.uint64)
    whole[: values.size] = values
    each = (whole.reshape(1, -1, _ROOM) >> _SHIFTS) & _LOWEST
    counted = each.sum(axis=2, dtype=np.uint64).astype("<u8").view(np.uint8)  # by bit and row
    ones = counted.reshape(8, -1, 8).sum(axis=1, dtype=np.int64)  # by bit and byte
    counts: np.ndarray[tuple[int], np.dtype[np.int64]] = ones.T.reshape(64)
    return counts


def _finish(
    values: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """The finaliser of splitmix64 (Steele et al. 2014): every input bit reaches every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def simhash_distance(one: str, other: str) -> int:
    """How many of the 64 bits differ; up to 3 is the same text, about 32 is unrelated."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def icon_hash(content: bytes) -> str:
    """The favicon hash internet scanners publish: MurmurHash3 of base64 in lines of 76, signed."""
    return str(mmh3.hash(base64.encodebytes(content)))
