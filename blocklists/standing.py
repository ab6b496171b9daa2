"""The store → the decisions live at a cut, in columns, without reading all of them each time.

What one release has read stays in a file beside the store, and the next reads only what was decided
since. The file holds nothing that the store does not: it may be deleted at any time, and one that
is damaged, of another store, or of a later cut is left aside and made anew. Its form:

    32 octets                  SHA-256 of the rest
    an Arrow IPC stream        `STANDING`; its metadata say of which cut, mark, time and form it is
"""

import hashlib
import io
import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.table import SCHEMA, Live, LiveRow, columns_of, mask
from pipeline.nouns import Action, Indicator, Kind
from pipeline.store import Connection
from pipeline.store.decisions import id_at
from pipeline.store.live import decided_rows, live_rows

FORM = "1"
"""To be raised when `STANDING`, `columns_of` or what is kept changes its meaning."""
STANDING = pa.schema(
    [
        *SCHEMA,
        ("spares", pa.bool_()),  # an ALLOW; else a BLOCK
        ("until", pa.timestamp("us", "UTC")),  # when it expires, as exactly as the store has it
    ]
)
SLACK = 10_000
"""Decisions that are read again each time rather than the file written anew: some 0.1 s of CPU."""
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Standing:
    """The blocks and allows that stood at a cut, without those that had expired by a time."""

    cut: int
    mark: str
    """The id of the decision whose number the cut is: another store has another one there."""
    at: datetime
    rows: pa.Table
    """Of `STANDING`, in no order."""


def standing_at(
    tx: Connection, *, cut: int, at: datetime, folder: Path, slack: int = SLACK
) -> pa.Table:
    """The decisions that stood at a cut and a time, of `STANDING`: whatever lies in `folder`."""
    mark = id_at(tx, cut)
    path = folder / "live.arrow"
    kept = read(path)
    if kept is not None and kept.cut <= cut and kept.at <= at and kept.mark == id_at(tx, kept.cut):
        changed = [row for batch in decided_rows(tx, after=kept.cut, cut=cut) for row in batch]
        rows, fresh = brought_forward(kept.rows, changed), len(changed)
    else:
        rows = _table(live_rows(tx, cut=cut, at=at))
        fresh = len(rows)
    rows = mask(rows, stands(rows, at))
    if fresh > slack and mark is not None:
        # The file only saves time: a disk that is full or read-only is the release's to report.
        with suppress(OSError):
            write(path, Standing(cut, mark, at, rows))
    return rows


def live_of(rows: pa.Table) -> Live:
    """What a table of `STANDING` lists, and what it spares."""
    spares = rows["spares"]
    allows = mask(rows, spares).select(["kind", "value"]).to_pylist()
    return Live(
        mask(rows, pc.invert(spares)).select(SCHEMA.names),
        tuple(Indicator(Kind(row["kind"]), row["value"].decode()) for row in allows),
    )


def read(path: Path) -> Standing | None:
    """What is kept in a file; None where there is none that can be believed."""
    try:
        # Mapped: its columns are used where they lie, and the system may let go of them.
        with pa.memory_map(str(path)) as file:
            raw = file.read_buffer()
        body = raw.slice(min(_DIGEST, raw.size))
        if hashlib.sha256(body).digest() != raw[:_DIGEST].to_pybytes():
            return None
        rows = pa.ipc.open_stream(body).read_all()
        said = {k.decode(): v.decode() for k, v in (rows.schema.metadata or {}).items()}
        if said.get("form") != FORM:
            return None
        at = datetime.fromisoformat(said["at"])
        return Standing(int(said["cut"]), said["mark"], at, rows.replace_schema_metadata())
    except (OSError, pa.ArrowInvalid):
        return None


def write(path: Path, standing: Standing) -> None:
    """Keep it in a file, which is there whole or not at all."""
    said = {
        "form": FORM,
        "cut": str(standing.cut),
        "mark": standing.mark,
        "at": standing.at.isoformat(),
    }
    table = standing.rows.replace_schema_metadata(said)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(bytes(_DIGEST))
            hashed = _Hashing(file)
            with pa.ipc.new_stream(hashed, table.schema) as stream:
                stream.write_table(table)
            file.seek(0)
            file.write(hashed.digest())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class _Hashing(io.RawIOBase):
    """Hands on what is written to a file, and hashes it: a list of millions is never held twice."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hasher = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._hasher.update(data)
        return self._file.write(data)

    def digest(self) -> bytes:
        return self._hasher.digest()


def brought_forward(rows: pa.Table, changed: Sequence[LiveRow]) -> pa.Table:
    """Without the rows of what was decided anew, and with what was decided."""
    if not changed:
        return rows
    keep = np.ones(len(rows), np.bool_)
    keep[list(places(rows, [row[0] for row in changed]).values())] = False
    standing = [row for row in changed if row[1] in {Action.BLOCK, Action.ALLOW}]
    added = _table([standing] if standing else [])
    return pa.concat_tables([mask(rows, keep), added]).unify_dictionaries()


def places(rows: pa.Table, keys: Collection[str]) -> dict[str, int]:
    """Indicator keys → the numbers of their rows, for those that have one."""
    values = pa.array([key.partition(":")[2].encode() for key in keys], pa.binary())
    # Equal values are few; which of them are of the same kind is seen one by one.
    hits = np.flatnonzero(pc.is_in(rows["value"], values).to_numpy())
    found = rows.select(["kind", "value"]).take(pa.array(hits)).to_pylist()
    wanted = set(keys)
    named = (
        (f"{row['kind']}:{row['value'].decode()}", hit)
        for row, hit in zip(found, hits.tolist(), strict=True)
    )
    return {key: hit for key, hit in named if key in wanted}


def _table(batches: Iterable[Sequence[LiveRow]]) -> pa.Table:
    found = [_with_end(batch) for batch in batches]
    return pa.Table.from_batches(found, STANDING).unify_dictionaries()


def _with_end(rows: Sequence[LiveRow]) -> pa.RecordBatch:
    spares = pa.array([row[1] == Action.ALLOW for row in rows], pa.bool_())
    until = pa.array([row[6] for row in rows], pa.int64()).cast(STANDING.field("until").type)
    return pa.RecordBatch.from_arrays([*columns_of(rows).columns, spares, until], schema=STANDING)


def stands(rows: pa.Table, at: datetime) -> pa.ChunkedArray:
    """Which of the rows have not expired at a time."""
    until = rows["until"]
    now = pa.scalar(at, STANDING.field("until").type)
    return pc.or_kleene(pc.is_null(until), pc.greater(until, now))
