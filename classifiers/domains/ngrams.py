"""Text → ids of its n-grams, hashed: the form in which the text and host experts see words.

Hashing keeps a model's size fixed and its file free of anybody's text. All arithmetic is on numpy
arrays of code points, so that three thousand characters take well under a millisecond.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.characters import (
    DECIMAL,
    LETTER,
    SIGN,
    kinds_by_point,
    points_of,
    runs,
)

Ids = NDArray[np.int64]

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0xFF51AFD7ED558CCD))


class Grams(NamedTuple):
    """The n-grams of one text: their ids, and where in the text each begins."""

    ids: Ids
    starts: Ids


class Owned(NamedTuple):
    """Ids of many texts together, each with the place of the text that has it."""

    owners: Ids
    ids: Ids


def _spread(values: NDArray[np.uint64], salt: int, bits: int) -> Ids:
    """Hash 64-bit values to `bits` bits (the finalizer of MurmurHash3)."""
    mixed = (values + np.uint64(salt)) * _MIX[0]
    mixed ^= mixed >> np.uint64(33)
    mixed *= _MIX[2]
    mixed ^= mixed >> np.uint64(33)
    found: Ids = (mixed >> np.uint64(64 - bits)).astype(np.int64)
    return found


def char_grams(text: str, sizes: Sequence[int], bits: int) -> Grams:
    """All character n-grams of the sizes given."""
    points = points_of(text).astype(np.uint64)
    ids, starts = [], []
    for size in sizes:
        rolled = _rolled(points, size)
        ids.append(_spread(rolled, size, bits))
        starts.append(np.arange(len(rolled), dtype=np.int64))
    return _joined(ids, starts)


def char_ids(texts: Sequence[str], sizes: Sequence[int], bits: int) -> Owned:
    """The ids of `char_grams` of many short texts, which is quicker for all of them at once."""
    points = points_of("".join(texts)).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    found, owned = [], []
    for size in sizes:
        rolled = _rolled(points, size)
        inside = owners[: len(rolled)] == owners[size - 1 :][: len(rolled)]
        found.append(_spread(rolled[inside], size, bits))
        owned.append(owners[: len(rolled)][inside])
    return Owned(np.concatenate(owned), np.concatenate(found))


def _rolled(points: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """A number for each `size` neighbouring code points."""
    rolled = points[: max(len(points) - size + 1, 0)].copy()
    for offset in range(1, size):
        rolled *= _MIX[1]
        rolled += points[offset : offset + len(rolled)]
    return rolled


def word_grams(text: str, bits: int) -> Grams:
    """Words of two letters or more, numbers and signs, alone and by twos in their order."""
    kinds = kinds_by_point(points_of(text))
    letters, letters_end = runs((kinds & LETTER) > 0)
    words = letters_end - letters > 1
    digits, digits_end = runs((kinds & DECIMAL) > 0)
    signs = np.flatnonzero(kinds & SIGN)
    begins = np.concatenate([letters[words], digits, signs])
    ends = np.concatenate([letters_end[words], digits_end, signs + 1])
    order = np.argsort(begins)
    begins, ends = begins[order], ends[order]
    said = [text[a:b] for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]
    singles = np.fromiter(map(_hash_of_word, said), np.uint64, len(said))
    pairs = singles[:-1] * _MIX[1] + singles[1:]
    return _joined([_spread(singles, 101, bits), _spread(pairs, 102, bits)], [begins, begins[:-1]])


def token_ids(tokens: Sequence[str], bits: int) -> Ids:
    """Ids of whole tokens, such as `tld=example`."""
    try:
        raw = np.fromiter(map(zlib.crc32, map(str.encode, tokens)), np.uint64, len(tokens))
    except UnicodeEncodeError:  # half of a surrogate pair
        raw = np.fromiter(map(_hash, tokens), np.uint64, len(tokens))
    return _spread(raw, 103, bits)


def tokens_of(all_tokens: Sequence[Sequence[str]], bits: int) -> Owned:
    """The ids of `token_ids` of many texts at once."""
    owners = np.repeat(np.arange(len(all_tokens)), [len(tokens) for tokens in all_tokens])
    return Owned(owners, token_ids(list(chain.from_iterable(all_tokens)), bits))


def _hash(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "replace"))


_hash_of_word = lru_cache(maxsize=65_536)(_hash)
"""Pages of one language share most words; names in markup are each page's own."""


def _joined(ids: list[Ids], starts: list[Ids]) -> Grams:
    if not ids:
        return Grams(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Grams(np.concatenate(ids), np.concatenate(starts))


def different(ids: Ids) -> Ids:
    """The different ones of some ids, in order."""
    ordered = np.sort(ids)
    new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def rows(all_ids: Sequence[Ids], bits: int) -> csr_matrix:
    """One row per text with 1 at each id that it has (presence, not count)."""
    owners = np.repeat(np.arange(len(all_ids)), [len(ids) for ids in all_ids])
    ids = np.concatenate([*all_ids, np.zeros(0, np.int64)])
    return rows_of([Owned(owners, ids)], len(all_ids), bits)


def rows_of(parts: Sequence[Owned], count: int, bits: int) -> csr_matrix:
    """The rows of `count` texts whose ids come in parts."""
    keys = different(np.concatenate([(part.owners << bits) | part.ids for part in parts]))
    indices = keys & ((1 << bits) - 1)
    indptr = np.searchsorted(keys, np.arange(count + 1) << bits)
    ones = np.ones(len(indices), dtype=np.float32)
    return csr_matrix((ones, indices, indptr), shape=(count, 1 << bits))
