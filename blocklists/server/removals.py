"""What left the lists between two releases: the entries that a carrier with the older one still blocks."""

import json

from blocklists.hot import NAME as HOT
from blocklists.hot import Hot, Pair, read_hot
from blocklists.server.deltas import composed, steps_between
from blocklists.server.shelf import Shelf
from blocklists.why import ENTRIES


def removed_between(shelf: Shelf, start: int, end: int) -> list[Pair]:
    """Kind and value of every entry that was listed in release `start` and is not in `end`, sorted.

    Told by the deltas of `entries.jsonl`, which is written less often where lists are large, and by
    what `hot.jsonl` of both releases says beside it. An entry that only changed is not among them.
    Raises `FanzhaError` where the deltas no longer reach back so far.
    """
    last = shelf.release(end)
    steps = steps_between(shelf, last, ENTRIES, start)
    gone: set[Pair] = set()
    came: set[Pair] = set()
    for change in composed(steps).changes if steps else ():
        if not isinstance(change, int):
            sign, line = change
            entry = json.loads(line)
            (gone if sign == b"-" else came).add((entry["kind"], entry["value"]))
    was = read_hot(shelf.release(start).folder / HOT)
    now = read_hot(last.folder / HOT)
    # Of anything else, both releases say the same.
    suspects = gone | now.removed.keys() | was.listed.keys()
    return sorted(
        pair
        for pair in suspects
        if _stood(pair, was, now, gone, came) and not _stands(pair, now, came)
    )


def _stood(pair: Pair, was: Hot, now: Hot, gone: set[Pair], came: set[Pair]) -> bool:
    """Whether the older release lists it: its HOT does, or its full file does and HOT does not differ."""
    in_full = pair in gone or (pair in now.removed and pair not in came)
    return pair in was.listed or (in_full and pair not in was.removed)


def _stands(pair: Pair, now: Hot, came: set[Pair]) -> bool:
    return pair in now.listed or (pair in came and pair not in now.removed)
