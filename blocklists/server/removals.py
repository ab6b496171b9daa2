"""What left the lists between two releases: the entries that a carrier with the older one still blocks."""

import json

from blocklists.server.deltas import composed, steps_between
from blocklists.server.shelf import Shelf, ShelvedRelease
from blocklists.why import ENTRIES, HOT, zone_actions


def removed_between(shelf: Shelf, start: int, end: int) -> list[tuple[str, str]]:
    """Kind and value of every entry that was listed in release `start` and is not in `end`, sorted.

    Told by the deltas of `entries.jsonl` and, since that is written less often than the HOT zone
    where lists are large, by the names which HOT lets pass. An entry that only changed is not among
    them. Raises `FanzhaError` where the deltas no longer reach back so far.
    """
    last = shelf.release(end)
    steps = steps_between(shelf, last, ENTRIES, start)
    gone: set[tuple[str, str]] = set()
    came: set[tuple[str, str]] = set()
    for change in composed(steps).changes if steps else ():
        if not isinstance(change, int):
            sign, line = change
            entry = json.loads(line)
            (gone if sign == b"-" else came).add((entry["kind"], entry["value"]))
    names = {value for _, value in gone}
    lifted = _lifted(last) - _lifted(shelf.release(start))
    return sorted((gone - came) | {pair for pair in lifted if pair[1] not in names})


def _lifted(release: ShelvedRelease) -> set[tuple[str, str]]:
    zone = zone_actions(release.folder / HOT)
    names = [owner for owner, passes in zone.items() if passes and not owner.startswith("*.")]
    return {("domain" if zone.get(f"*.{name}") else "host", name) for name in names}
