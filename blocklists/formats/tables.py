"""Tables for machines and auditors: every entry with its decision, and what was listed once.

A row that left the lists stays in `list.csv` as a tombstone with the time of its removal, as in the
Polish Warning List: many integrations add what is new and ignore what has gone.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import (
    JSON_ESCAPES,
    Piece,
    column,
    escaped,
    join,
    lines,
    times,
)
from blocklists.formats.format import File, Head
from blocklists.table import hexadecimal


def all_entries(lists: Lists) -> pa.Table:
    """The entries of all lists: names, addresses, URLs, numbers."""
    return pa.concat_tables(list(lists.tables()))


def entries_jsonl(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """One JSON object a line, its keys sorted: the list that all others are made from."""
    return lines(rows, json_pieces)


def json_pieces(chunk: pa.Table) -> list[Piece]:
    """The pieces of an entry's JSON object, with its line end."""
    value = escaped(column(chunk, "value"), *JSON_ESCAPES)
    return [*json_head(chunk), b'","value":"', value, b'"}\n']


def json_head(chunk: pa.Table) -> list[Piece]:
    """The same up to its value, without the quotation mark before that."""
    expires = times(chunk, "expires_at")
    quoted = pc.if_else(pc.equal(expires, b""), b"null", join(b'"', expires, b'"'))
    return [
        b'{"category":"',
        column(chunk, "category"),
        b'","decision":"',
        hexadecimal(column(chunk, "decision")),
        b'","expires_at":',
        quoted,
        b',"kind":"',
        column(chunk, "kind"),
        b'","listed_at":"',
        times(chunk, "listed_at"),
    ]


def removed_jsonl(lists: Lists, head: Head) -> Iterator[File]:
    """`removed.jsonl`: the tombstones of `list.csv`, as `hot.jsonl` writes them."""
    rows = lists.names.slice(0, 0) if head.removed is None else head.removed
    yield File("removed.jsonl", len(rows), json_tombstones(rows))


def json_tombstones(rows: pa.Table) -> Iterator[bytes]:
    """What was removed as JSON objects; `expires_at` is when."""
    return lines(
        rows,
        lambda chunk: [
            b'{"category":"',
            column(chunk, "category"),
            b'","decision":"',
            hexadecimal(column(chunk, "decision")),
            b'","kind":"',
            column(chunk, "kind"),
            b'","listed_at":"',
            times(chunk, "listed_at"),
            b'","removed_at":"',
            times(chunk, "expires_at"),
            b'","value":"',
            escaped(column(chunk, "value"), *JSON_ESCAPES),
            b'"}\n',
        ],
    )


CSV_HEADER = b"kind,value,category,listed,removed,expires\n"


def list_csv(rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """`kind,value,category,listed,removed,expires` (RFC 4180); removed rows come last.

    Before them, each name that passes under a listed domain: kind `exception`, and no more.
    """
    yield CSV_HEADER
    yield from csv_rows(rows)
    yield from (f'exception,"{name}",,,,\n'.encode() for name in lists.exceptions)
    if head.removed is not None:
        yield from csv_tombstones(head.removed)


def csv_rows(rows: pa.Table) -> Iterator[bytes]:
    """Entries as rows."""
    return lines(rows, lambda chunk: [*_csv_head(chunk), b",", times(chunk, "expires_at"), b"\n"])


def csv_tombstones(rows: pa.Table) -> Iterator[bytes]:
    """What was removed as rows; `expires_at` is when."""
    return lines(rows, lambda chunk: [*_csv_head(chunk), times(chunk, "expires_at"), b",\n"])


def _csv_head(chunk: pa.Table) -> list[Piece]:
    return [
        column(chunk, "kind"),
        b',"',
        escaped(column(chunk, "value"), ('"', '""')),
        b'",',
        column(chunk, "category"),
        b",",
        times(chunk, "first_at"),
        b",",
    ]
