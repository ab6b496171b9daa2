"""HOT of every kind: what was listed and removed since the full files were written.

Whoever has the full files of the serial that the index names as `full` applies these rows to them:
a row with a time of removal goes, any other comes, or comes in place of the one of its kind and
value. Full files bring empty ones.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists import hot
from blocklists.build import Lists
from blocklists.formats.columns import JSON_ESCAPES, Piece, column, escaped, lines
from blocklists.formats.format import File, Head
from blocklists.formats.tables import (
    CSV_HEADER,
    csv_rows,
    csv_tombstones,
    json_head,
    json_tombstones,
)


def csv_files(lists: Lists, head: Head) -> Iterator[File]:
    """`hot.csv`, in the columns of `list.csv`."""
    added, gone = _added(lists, head), _gone(head)
    yield File("hot.csv", len(added) + len(gone), _csv(added, gone))


def jsonl_files(lists: Lists, head: Head) -> Iterator[File]:
    """`hot.jsonl`: lines of `entries.jsonl` with the public's reasons; tombstones have `removed_at`."""
    added, gone = _added(lists, head), _gone(head)
    yield File(hot.NAME, len(added) + len(gone), _jsonl(added, gone, head))


def _added(lists: Lists, head: Head) -> pa.Table:
    """Of the lists that are written, a carrier's own too, what is new."""
    tables = pa.concat_tables(list(lists.tables()))
    if head.changed is None:
        return tables.slice(0, 0)
    return tables.filter(pc.is_in(tables["decision"], head.changed.added))


def _gone(head: Head) -> pa.Table:
    if head.changed is None:
        return pa.table({"kind": pa.array([], pa.string())})
    return head.changed.gone


def _csv(added: pa.Table, gone: pa.Table) -> Iterator[bytes]:
    yield CSV_HEADER
    yield from csv_rows(added)
    yield from csv_tombstones(gone)


def _jsonl(added: pa.Table, gone: pa.Table, head: Head) -> Iterator[bytes]:
    ids = sorted(decision.hex() for decision in added["decision"].to_pylist())
    reasons = {f: text.encode() for f, text in head.reasons(ids)} if head.reasons and ids else {}

    def pieces(chunk: pa.Table) -> list[Piece]:
        wanted = (decision.hex() for decision in chunk["decision"].to_pylist())
        said = pa.array([reasons.get(decision, b"[]") for decision in wanted], pa.binary())
        value = escaped(column(chunk, "value"), *JSON_ESCAPES)
        return [*json_head(chunk), b'","reasons":', said, b',"value":"', value, b'"}\n']

    yield from lines(added, pieces)
    yield from json_tombstones(gone)
