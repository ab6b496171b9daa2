"""Rows → the bytes of a file, a chunk of columns at a time.

A format says what a line is made of, in columns and constants; Arrow joins them. What comes out of
`lines` is an array whose values, one after the other, are the text.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.nouns import Kind

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
    seconds = values.cast(pa.int64())
    # Few times are distinct: a decision lists many rows at once, or the clock stands still.
    found = seconds.dictionary_encode()
    texts = pc.strftime(
        found.dictionary.cast(pa.timestamp("s", "UTC")), format="%Y-%m-%dT%H:%M:%SZ"
    )
    return pc.fill_null(texts.cast(pa.binary()).take(found.indices), b"")


def escaped(values: pa.Array, *pairs: tuple[str, str]) -> pa.Array:
    """Values with each character that a format reserves replaced."""
    for plain, safe in pairs:
        values = pc.replace_substring(values, plain, safe)
    return values


JSON_ESCAPES = (("\\", "\\\\"), ('"', '\\"'))
"""Canonical values hold no control characters, so these two are all that JSON reserves."""
