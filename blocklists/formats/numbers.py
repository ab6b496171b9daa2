"""Phone numbers, for session border controllers, switches and phone software.

A call from a listed number may be that of a victim whose number is shown by somebody else: without
attestation, flag it and do not cut the subscriber off.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import Piece, column, lines, times
from blocklists.formats.format import Head


def numbers(lists: Lists) -> pa.Table:
    """The listed numbers."""
    return lists.numbers


def numbers_csv(rows: pa.Table, head: Head, _lists: Lists) -> Iterator[bytes]:
    """`number,class,category,risk,first_seen,last_seen,expires` (RFC 4180).

    `number` is E.164, or the short code itself. `class` is `listed`, or `dno` for numbers that
    never originate a call and `prefix` for forms that no genuine call shows; those two come from
    settings, not from decisions. `risk` is `confirmed` where a person decided, else `automatic`.
    """
    yield b"number,class,category,risk,first_seen,last_seen,expires\n"
    for number in head.never_calling:
        yield f"{number},dno,,confirmed,,,\n".encode()
    for prefix in head.false_prefixes:
        yield f"{prefix},prefix,,confirmed,,,\n".encode()

    def pieces(chunk: pa.Table) -> list[Piece]:
        return [
            column(chunk, "value"),
            b",listed,",
            column(chunk, "category"),
            pc.if_else(column(chunk, "by_person"), b",confirmed,", b",automatic,"),
            times(chunk, "first_at"),
            b",",
            times(chunk, "listed_at"),
            b",",
            times(chunk, "expires_at"),
            b"\n",
        ]

    yield from lines(rows, pieces)


_WHOLE = 10
"""Characters from which a number is a whole one, and no code that others begin with."""


def kamailio_sql(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """Rows of Kamailio's `globalblocklist` (module userblocklist), in one transaction.

    `prefix` also matches longer numbers, so the full number stands there, without the plus that the
    module's digits-only trie cannot hold; a short code is left out, since it would take every number
    that begins with it. Rows that a carrier has put there itself, or others have, stay.
    """
    yield b"BEGIN;\nDELETE FROM globalblocklist WHERE description LIKE 'fanzha:%';\n"
    yield from lines(
        rows.filter(pc.greater_equal(pc.binary_length(rows["value"]), _WHOLE)),
        lambda chunk: [
            b"INSERT INTO globalblocklist (prefix, allowlist, description) VALUES ('",
            pc.replace_substring(column(chunk, "value"), "+", "", max_replacements=1),
            b"', 0, 'fanzha:",
            column(chunk, "category"),
            b"');\n",
        ],
    )
    yield b"COMMIT;\n"


def asterisk(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """Commands that fill Asterisk's database: `asterisk -rx` each, or read by a script.

    In the dialplan, `${DB_EXISTS(fanzha/${CALLERID(num)})}` is then 1 for a listed number.
    """
    yield b"database deltree fanzha\n"
    yield from lines(
        rows,
        lambda chunk: [
            b"database put fanzha ",
            column(chunk, "value"),
            b" ",
            column(chunk, "category"),
            b"\n",
        ],
    )
