"""The ledger of a carrier's deliveries: one JSON file each, read once however often it is asked for.

A year of hourly files is thousands of entries, and a take asks for them for each day of its window. An
entry is never changed in place: another takes its place, and the folder's time of change tells of it.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SETTLED = 2_000_000_000
"""Nanoseconds after which a folder's time of change is sure to tell of another change."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file that was taken in, with counts that add up: rows = kept + rejected + passed over."""

    kind: str
    id: str
    sha256: str
    header: tuple[str, ...]
    generation: int
    """Generation of the carrier's keys that its hashes are of."""
    rows: int
    kept: int
    rejected: int
    passed_over: int
    reasons: Mapping[str, int]
    days: Mapping[str, int]
    """Local day → rows kept."""
    prints: Mapping[str, str]
    """Local day → order-free fingerprint of its rows, by which a doubled delivery is known."""
    newest: int
    """Newest time in it, in seconds UTC."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Optional column → rows kept in which it says something that could not be read, and is unknown."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """What its contents look like, by the names of `pipeline.feeds.profile`."""
    hashed: int = 0
    """Generation that the hashes are of which no rotation carries over; 0 where it is not known."""


_Stat = tuple[int, int, int]
_FOLDERS: dict[Path, tuple[int, list[Delivery]]] = {}
"""Folder → its time of change, and what was in it then."""
_ENTRIES: dict[Path, dict[str, tuple[_Stat, Delivery]]] = {}
"""Folder → entry's name → the file that was read, and what it says."""


def listed(folder: Path) -> list[Delivery]:
    """The entries of a ledger, in the order of their kinds and ids; none where there is no ledger.

    Other processes' changes are seen at once. The values are shared: nobody changes them.
    """
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return []
    known = _FOLDERS.get(folder)
    if known is not None and known[0] == changed:
        return known[1]
    before, entries = _ENTRIES.get(folder, {}), dict[str, tuple[_Stat, Delivery]]()
    with os.scandir(folder) as found:
        for file in found:
            if file.name.endswith(".json"):
                stat = file.stat()
                key = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
                old = before.get(file.name)
                same = old is not None and old[0] == key
                entries[file.name] = old if old and same else (key, _read(Path(file.path)))
    _ENTRIES[folder] = entries
    deliveries = [entries[name][1] for name in sorted(entries)]
    if time.time_ns() - changed > SETTLED:
        _FOLDERS[folder] = (changed, deliveries)
    return deliveries


def _read(path: Path) -> Delivery:
    content = json.loads(path.read_text("utf-8"))
    # An entry of before it was written down: in the first generation nothing was ever carried over.
    hashed = content.get("hashed", 1 if content["generation"] == 1 else 0)
    return Delivery(**{**content, "header": tuple(content["header"]), "hashed": hashed})
