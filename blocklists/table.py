"""Live decisions in columns: the form in which lists of millions are built.

A table of entries is an Arrow table of `SCHEMA`; the values that many share (category) are kept
once, ids as 32 bytes, times as seconds. `Entry` objects are for the few.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.cover import boolean
from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Entry, Indicator, Kind

SCHEMA = pa.schema(
    [
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("value", pa.binary()),
        ("category", pa.dictionary(pa.int8(), pa.string())),
        ("by_person", pa.bool_()),  # an analyst decided, not the policy alone
        ("first_at", pa.timestamp("s", "UTC")),
        ("listed_at", pa.timestamp("s", "UTC")),
        ("expires_at", pa.timestamp("s", "UTC")),
        ("decision", pa.binary(32)),
    ]
)

LiveRow = tuple[str, str, str | None, str, int, int, int | None, str]
"""As `pipeline.store.live.live_rows` gives it."""


@dataclass(frozen=True, slots=True)
class Live:
    """The decisions live at a cut: what is to be listed, and what is to be spared."""

    blocks: pa.Table
    """Of `SCHEMA`, in the order in which they came."""
    allows: tuple[Indicator, ...]


def gather(batches: Iterable[Sequence[LiveRow]]) -> Live:
    """Rows of live decisions → columns."""
    blocks: list[pa.RecordBatch] = []
    allows: list[Indicator] = []
    for batch in batches:
        listed = [row for row in batch if row[1] == Action.BLOCK]
        if len(listed) < len(batch):
            allows += [Indicator.from_key(row[0]) for row in batch if row[1] == Action.ALLOW]
        if listed:
            blocks.append(columns_of(listed))
    return Live(pa.Table.from_batches(blocks, SCHEMA).unify_dictionaries(), tuple(allows))


def rows_of(decisions: Iterable[Decision]) -> Iterator[list[LiveRow]]:
    """Decisions → rows, for the few; each is taken for the first of its chain."""
    yield [
        (
            str(d.indicator),
            d.action.value,
            d.category.value if d.category else None,
            d.actor,
            _micros(d.decided_at),
            _micros(d.decided_at),
            _micros(d.expires_at) if d.expires_at else None,
            d.id,
        )
        for d in sorted(decisions, key=lambda d: str(d.indicator))
    ]


def entries_of(table: pa.Table) -> Iterator[Entry]:
    """The rows of a table of `SCHEMA` as `Entry` objects, for the few."""
    for row in table.to_pylist():
        yield Entry(
            indicator=Indicator(Kind(row["kind"]), row["value"].decode()),
            category=Category(row["category"]),
            listed_at=row["listed_at"].replace(tzinfo=UTC),
            expires_at=row["expires_at"].replace(tzinfo=UTC) if row["expires_at"] else None,
            decision=row["decision"].hex(),
        )


def hexadecimal(ids: pa.Array) -> pa.Array:
    """Binary ids of 32 bytes as 64 hexadecimal digits."""
    raw = np.frombuffer(ids.buffers()[1], np.uint8)[ids.offset * 32 : (ids.offset + len(ids)) * 32]
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    out = np.empty((len(raw), 2), np.uint8)
    out[:, 0], out[:, 1] = digits[raw >> 4], digits[raw & 15]
    at = np.arange(0, 64 * (len(ids) + 1), 64, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), len(ids), [None, pa.py_buffer(at), pa.py_buffer(out)])


def is_kind(table: pa.Table, *kinds: Kind) -> pa.ChunkedArray:
    """Which of the rows are of these kinds."""
    codes = pa.array([kind.value for kind in kinds])
    chunks = []
    for chunk in table["kind"].chunks:
        wanted = np.flatnonzero(pc.is_in(chunk.dictionary, codes).to_numpy(zero_copy_only=False))
        chunks.append(pc.is_in(chunk.indices, pa.array(wanted, chunk.indices.type)))
    return pa.chunked_array(chunks, pa.bool_())


def mask(table: pa.Table, keep: Any) -> pa.Table:
    """The rows for which `keep` (booleans of numpy or Arrow) is true; no copy where all are."""
    keep = boolean(keep) if isinstance(keep, np.ndarray) else keep
    return table if pc.all(keep, skip_nulls=False, min_count=0).as_py() else table.filter(keep)


def columns_of(rows: Sequence[LiveRow]) -> pa.RecordBatch:
    """Rows → a batch of `SCHEMA`; there must be one at least."""
    keys, _, categories, actors, decided, first, expires, ids = zip(*rows, strict=True)
    kind, value = _parted(pa.array(keys, pa.binary()))
    actor = pa.array(actors, pa.string()).dictionary_encode()
    by_policy = pc.starts_with(actor.dictionary, "policy:")
    return pa.RecordBatch.from_arrays(
        [
            kind,
            value,
            pc.fill_null(pa.array(categories, pa.string()), Category.OTHER.value)
            .dictionary_encode()
            .cast(SCHEMA.field("category").type),
            pc.invert(by_policy.take(actor.indices)),
            _times(first),
            _times(decided),
            _times(expires),
            _ids(ids),
        ],
        schema=SCHEMA,
    )


def _parted(keys: pa.Array) -> tuple[pa.Array, pa.Array]:
    """`kind:value` → the kinds and the values."""
    parts = pc.split_pattern(keys, ":", max_splits=1).flatten()
    every_second = np.arange(0, len(parts), 2)
    kinds = parts.take(_indices(every_second)).cast(pa.string()).dictionary_encode()
    return kinds.cast(SCHEMA.field("kind").type), parts.take(_indices(every_second + 1))


def _indices(indices: npt.NDArray[np.int64]) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(indices), [None, pa.py_buffer(indices)])


def _times(micros: Sequence[int | None]) -> pa.Array:
    return pc.divide(pa.array(micros, pa.int64()), 1_000_000).cast(pa.timestamp("s", "UTC"))


def _ids(texts: Sequence[str]) -> pa.Array:
    """Ids of 64 hexadecimal digits as 32 bytes."""
    packed = bytes.fromhex("".join(texts))
    return pa.Array.from_buffers(pa.binary(32), len(texts), [None, pa.py_buffer(packed)])


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
