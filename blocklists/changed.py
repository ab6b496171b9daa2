"""Lists and the release before → what has changed since its full files, in entries of every kind.

An entry is known by its decision. Those that stand in the full `entries.jsonl` are looked up there as
bytes: what has not changed is never turned into objects.
"""

import json
import mmap
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats import Changed
from blocklists.hot import NAME, Pair, read_hot
from blocklists.table import SCHEMA
from pipeline.errors import FanzhaError
from pipeline.nouns import Json

ENTRIES = "entries.jsonl"
_AHEAD, _BETWEEN = b'{"category":"', b'","decision":"'
_LONGEST_CATEGORY = 64
_PIECE = 16 * 1024 * 1024
_NIBBLE = np.full(256, 255, np.uint8)
_NIBBLE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def changed_since(before: Path, lists: Lists, *, at: datetime) -> Changed:
    """What the lists have that the full files of the release in `before` have not, and the reverse.

    An entry that was decided anew, or that a listed domain covers now, is blocked still, and no
    tombstone. A tombstone keeps the time at which it was told first. Raises `FanzhaError` where the
    files cannot be read.
    """
    path = before / ENTRIES
    stood, starts = decisions_of(path)
    here = pa.chunked_array(
        [chunk for table in (*lists.tables(), lists.covered) for chunk in table["decision"].chunks],
        pa.binary(32),
    )
    gone = np.flatnonzero(~pc.is_in(stood, here.combine_chunks()).to_numpy(zero_copy_only=False))
    listed = pa.chunked_array(
        [chunk for table in lists.tables() for chunk in table["decision"].chunks], pa.binary(32)
    )
    added = listed.filter(pc.invert(pc.is_in(listed, stood))).combine_chunks()
    again = {
        (row["kind"], row["value"].decode())
        for table in lists.tables()
        for row in table.filter(pc.is_in(table["decision"], added))
        .select(["kind", "value"])
        .to_pylist()
    }
    return Changed(added, _tombstones(path, starts[gone], before / NAME, at, again))


def decisions_of(path: Path) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """The decision of each line of an `entries.jsonl`, as 32 bytes, and where the line begins."""
    if not path.stat().st_size:
        return pa.array([], pa.binary(32)), np.zeros(0, np.int64)
    parts, starts = [], []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for start, stop in _pieces(text):
            piece = np.frombuffer(text[start:stop], np.uint8)
            ends = np.flatnonzero(piece == 10)
            begins = np.concatenate([[0], ends[:-1] + 1])
            parts.append(_ids(piece, begins, path))
            starts.append(begins + start)
    raw = np.concatenate(parts)
    ids = pa.Array.from_buffers(pa.binary(32), len(raw), [None, pa.py_buffer(raw)])
    return ids, np.concatenate(starts)


def _pieces(text: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Ranges of whole lines."""
    start = 0
    while start < len(text):
        stop = text.rfind(b"\n", start, start + _PIECE) + 1 or text.find(b"\n", start) + 1
        yield start, stop or len(text)
        start = stop or len(text)


def _ids(
    piece: npt.NDArray[np.uint8], begins: npt.NDArray[np.int64], path: Path
) -> npt.NDArray[np.uint8]:
    """The decisions of lines that begin with `{"category":"…","decision":"…`."""
    at = np.zeros(len(begins), np.int64)
    open_ = np.arange(len(begins))
    for length in range(1, _LONGEST_CATEGORY):
        quote = begins[open_] + len(_AHEAD) + length
        ended = piece[np.minimum(quote, len(piece) - 1)] == ord('"')
        at[open_[ended]] = quote[ended] + len(_BETWEEN)
        open_ = open_[~ended]
        if not len(open_):
            break
    inside = at + 64 < len(piece)
    if len(open_) or not inside.all():
        raise _unreadable(path)
    digits = _NIBBLE[np.lib.stride_tricks.sliding_window_view(piece, 64)[at]]
    if len(digits) and digits.max() > 15:
        raise _unreadable(path)
    return np.left_shift(digits[:, 0::2], 4, dtype=np.uint8) | digits[:, 1::2]


def _tombstones(
    path: Path, starts: npt.NDArray[np.int64], told: Path, at: datetime, again: set[Pair]
) -> pa.Table:
    """The entries whose lines begin there, but those listed again, of `SCHEMA`.

    `expires_at` is when they were removed: as it was `told` before, or else now.
    """
    before = read_hot(told).removed
    entries: list[Json] = []
    with path.open("rb") as file:
        for start in starts.tolist():
            file.seek(start)
            entries.append(json.loads(file.readline()))
    dated = []
    for entry in sorted(entries, key=lambda entry: (entry["kind"], entry["value"])):
        if (entry["kind"], entry["value"]) in again:
            continue
        earlier = before.get((entry["kind"], entry["value"]))
        removed = datetime.fromisoformat(earlier["removed_at"]) if earlier else at
        dated.append((entry, removed))
    return pa.Table.from_pylist(gone_rows(dated), SCHEMA)


def gone_rows(entries: Iterable[tuple[Json, datetime]]) -> list[dict[str, Any]]:
    """Entries as their lines tell them, and when each was removed → rows of `SCHEMA`."""
    rows: list[dict[str, Any]] = []
    for entry, removed in entries:
        listed = datetime.fromisoformat(entry["listed_at"])
        rows.append(
            {
                "kind": entry["kind"],
                "value": entry["value"].encode(),
                "category": entry["category"],
                "by_person": None,
                "first_at": listed,
                "listed_at": listed,
                "expires_at": removed.replace(microsecond=0),
                "decision": bytes.fromhex(entry["decision"]),
            }
        )
    return rows


def _unreadable(path: Path) -> FanzhaError:
    return FanzhaError(
        f"release: {path} holds lines that are no entries; restore the folder from a copy"
    )
