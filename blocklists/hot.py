"""HOT of every kind, read back: what was listed and removed since the full files were written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.nouns import Json

NAME = "hot.jsonl"
Pair = tuple[str, str]
"""Kind and value of an entry."""


@dataclass(frozen=True, slots=True)
class Hot:
    """What has the last word over `entries.jsonl`."""

    listed: Mapping[Pair, Json]
    """Entries that are new, or have changed."""
    removed: Mapping[Pair, Json]
    """Tombstones of entries that stand in the full files and are listed no longer."""


@lru_cache(maxsize=8)
def read_hot(path: Path) -> Hot:
    """The lines of a `hot.jsonl`; none where there is no such file. A release never changes, so each
    is read once."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Hot({}, {})
    listed: dict[Pair, Json] = {}
    removed: dict[Pair, Json] = {}
    for line in text.splitlines():
        entry = json.loads(line)
        (removed if "removed_at" in entry else listed)[entry["kind"], entry["value"]] = entry
    return Hot(listed, removed)
