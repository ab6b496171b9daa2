"""Why each entry is listed, as far as the public may know: a file of its own beside the entries.

Sentences would make every line of `entries.jsonl` several times as long. They are kept apart, in the
order of the decisions' ids, where one is found by bisection.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.format import File, Head
from blocklists.formats.tables import all_entries
from blocklists.table import hexadecimal

NAME = "reasons.jsonl"
_PIECE = 2_000
"""Lines that are handed on at a time."""


def files(lists: Lists, head: Head) -> Iterator[File]:
    """`{"decision":ID,"reasons":[{"en","id","zh"}]}`, a line for each entry that has reasons."""
    yield File(NAME, None, _pieces(lists, head))


def _pieces(lists: Lists, head: Head) -> Iterator[bytes]:
    if head.reasons is None:
        return
    lines: list[str] = []
    for decision, reasons in head.reasons(_decisions(lists)):
        lines.append(f'{{"decision":"{decision}","reasons":{reasons}}}\n')
        if len(lines) == _PIECE:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


def _decisions(lists: Lists) -> Iterable[str]:
    """The ids of the decisions that list something, ascending."""
    ids = all_entries(lists)["decision"].combine_chunks()
    order = pc.sort_indices(ids)
    for start in range(0, len(order), _PIECE):
        yield from hexadecimal(ids.take(order.slice(start, _PIECE))).cast(pa.string()).to_pylist()
