"""Why each entry is listed, as far as the public may know: a file of its own beside the entries.

Sentences would make every line of `entries.jsonl` several times as long. They are kept apart, in the
order of the decisions' ids, where one is found by bisection.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from blocklists.build import Lists
from blocklists.formats.format import File, Head
from blocklists.formats.tables import all_entries
from blocklists.table import hexadecimal
from pipeline.nouns import Json, canonical_json

NAME = "reasons.jsonl"
_MOST = 3
_CALLS, _REPORTED = "number.", "number.reported"
_PIECE = 2_000
"""Lines that are handed on at a time."""


def files(lists: Lists, head: Head) -> Iterator[File]:
    """`{"decision":ID,"reasons":[{"en","id","zh"}]}`, a line for each entry that has reasons."""
    yield File(NAME, None, _pieces(lists, head))


def public(reasons: Sequence[Json]) -> list[Json]:
    """The strongest reasons that speak for fraud, without what they weigh and what they quote.

    How a subscriber uses a number is his own affair, also when it gave him away: reasons out of
    call records are for analysts. That a number was reported may be said.
    """
    shown = [
        r
        for r in reasons
        if r["weight"] > 0 and (r["id"] == _REPORTED or not r["id"].startswith(_CALLS))
    ]
    shown.sort(key=lambda r: (-r["weight"], r["id"]))
    return [{"id": r["id"], "zh": _plain(r["zh"]), "en": _plain(r["en"])} for r in shown[:_MOST]]


def _plain(sentence: str) -> str:
    """Without control characters and the like: a sentence may name words of a hostile page."""
    if sentence.isprintable():
        return sentence
    return "".join(char if char.isprintable() else " " for char in sentence)


def _pieces(lists: Lists, head: Head) -> Iterator[bytes]:
    if head.reasons is None:
        return
    lines: list[bytes] = []
    for decision, reasons in head.reasons(_decisions(lists)):
        if shown := public(reasons):
            lines.append(canonical_json({"decision": decision, "reasons": shown}) + b"\n")
        if len(lines) == _PIECE:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _decisions(lists: Lists) -> Iterable[str]:
    """The ids of the decisions that list something, ascending."""
    ids = hexadecimal(all_entries(lists)["decision"].combine_chunks())
    if not len(ids):
        return
    ordered = np.sort(np.frombuffer(ids.buffers()[2], "S64", len(ids)))
    for start in range(0, len(ordered), _PIECE):
        yield from ordered[start : start + _PIECE].astype("U64").tolist()
