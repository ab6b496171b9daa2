"""Rows → the bytes of a file, a chunk of columns at a time.

A format says what a line is made of, in columns and constants; Arrow joins them. What comes out of
`lines` is an array whose values, one after the other, are the text.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.nouns import Kind

NAMESPACE = uuid5(NAMESPACE_URL, "urn:fanzha")
"""Under which everything that needs a stable UUID is named by what it is."""

CHUNK = 65_536
"""Rows that are turned into text at once."""

Piece: TypeAlias = Any
"""A column (an Arrow array of bytes) or a constant (bytes)."""


def chunks(table: pa.Table) -> Iterator[pa.Table]:
    """The rows of a table, at most `CHUNK` at a time."""
    for start in range(0, len(table), CHUNK):
        yield table.slice(start, CHUNK).combine_chunks()


def lines(table: pa.Table, pieces: Callable[[pa.Table], list[Piece]]) -> Iterator[bytes]:
    """The text of all rows; `pieces` gives what one row's text is joined from."""
    for chunk in chunks(table):
        yield text_of(join(*pieces(chunk)))


def join(*pieces: Piece) -> pa.Array:
    """Each row's pieces on end."""
    return pc.binary_join_element_wise(*pieces, b"")


def json_items(table: pa.Table, pieces: Callable[[pa.Table], list[Piece]]) -> Iterator[bytes]:
    """The rows as the items of a JSON array, one a line; a comma leads each but the first."""
    yield from lines(table.slice(0, 1), pieces)
    yield from lines(table.slice(1), lambda chunk: [b",", *pieces(chunk)])


def uuids(names: pa.Array) -> pa.Array:
    """The UUIDv5 (RFC 9562, 5.5) of each name below Fanzha's namespace, in text."""
    sha1 = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)
    raw = bytearray()
    for name in names.to_pylist():
        hasher = sha1.copy()
        hasher.update(name)
        raw += hasher.digest()[:16]
    octets = np.frombuffer(raw, np.uint8).reshape(len(names), 16).copy()
    octets[:, 6] = octets[:, 6] & 0x0F | 0x50
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    out = np.full((len(names), 36), ord("-"), np.uint8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    places = [n for n in range(36) if n not in {8, 13, 18, 23}]
    out[:, places[0::2]], out[:, places[1::2]] = digits[octets >> 4], digits[octets & 15]
    at = np.arange(0, 36 * (len(names) + 1), 36, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(names), [None, pa.py_buffer(at), pa.py_buffer(out)]
    )


def text_of(values: pa.Array) -> bytes:
    """All values on end, as one piece of bytes."""
    offsets = np.frombuffer(values.buffers()[1], np.int32)
    first, last = offsets[values.offset], offsets[values.offset + len(values)]
    data = values.buffers()[2]
    return b"" if data is None else bytes(memoryview(data)[first:last])


def column(chunk: pa.Table, name: str) -> pa.Array:
    """A column of a chunk as one array; a dictionary comes as its values, in bytes."""
    whole = chunk[name].combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    if pa.types.is_dictionary(whole.type):
        return whole.cast(pa.string()).cast(pa.binary())
    return whole


def is_domain(table: pa.Table) -> pa.Array:
    """Which rows mean all names below them too."""
    return pc.equal(table["kind"].cast(pa.string()), Kind.DOMAIN.value)


def times(chunk: pa.Table, name: str) -> pa.Array:
    """A column of times as `2026-11-21T12:00:00Z`; nothing where there is none."""
    values = column(chunk, name)
    seconds = values.cast(pa.int64()).fill_null(0).to_numpy()
    days = (seconds // 86_400).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    rest = seconds % 86_400
    parts = (
        (0, 4, days.astype("datetime64[Y]").astype(np.int64) + 1970),
        (5, 2, months.astype(np.int64) % 12 + 1),
        (8, 2, (days - months).astype(np.int64) + 1),
        (11, 2, rest // 3600),
        (14, 2, rest // 60 % 60),
        (17, 2, rest % 60),
    )
    out = np.tile(np.frombuffer(b"0000-00-00T00:00:00Z", np.uint8), (len(values), 1))
    for start, digits, number in parts:
        for place in range(digits):
            out[:, start + place] += (number // 10 ** (digits - 1 - place) % 10).astype(np.uint8)
    at = np.arange(0, 20 * (len(values) + 1), 20, dtype=np.int32)
    texts = pa.Array.from_buffers(
        pa.binary(), len(values), [None, pa.py_buffer(at), pa.py_buffer(out)]
    )
    return pc.if_else(values.is_valid(), texts, b"") if values.null_count else texts


def escaped(values: pa.Array, *pairs: tuple[str, str]) -> pa.Array:
    """Values with each character that a format reserves replaced."""
    for plain, safe in pairs:
        values = pc.replace_substring(values, plain, safe)
    return values


JSON_ESCAPES = (("\\", "\\\\"), ('"', '\\"'))
"""Canonical values hold no control characters, so these two are all that JSON reserves."""
