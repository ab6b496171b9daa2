"""The manifest of an evidence file: what it must have, and what points at its file."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from pipeline.nouns import Indicator, Json

_HASH = re.compile(r"[0-9a-f]{64}|")
"""None stands for what has no body of its own."""


def is_manifest(found: Json) -> bool:
    """Whether it has what is read of a manifest; who can write into the store can write anything."""
    try:
        return isinstance(found["sha256"], str) and all(map(_is_visit, found["visits"]))
    except (AttributeError, TypeError, KeyError, ValueError):
        return False


def _is_visit(visit: Json) -> bool:
    # A hash becomes part of a path, so it must be one; a key and a time must be read again.
    zone = datetime.fromisoformat(visit["at"]).tzinfo
    keys = [Indicator.from_key(key) for key in visit["indicators"]]
    return bool(zone and keys) and all(
        _HASH.fullmatch(record["sha256"]) is not None
        and isinstance(record["type"], str)
        and isinstance(record["url"], str)
        and 0 <= record["offset"] < record["offset"] + record["length"]
        for record in visit["records"]
    )


def hashed(key: str) -> str:
    """Sha256 of the key of an indicator, by which visits to it are found."""
    return hashlib.sha256(key.encode()).hexdigest()


def bucket(folder: str, sha256: str) -> str:
    """The folder in which the pointers of a hash stand."""
    # Of 4,096: few enough to be there soon, and some thousand names in each of ten million.
    return f"{folder}/{sha256[:3]}"


def pointers_at(name: str, visits: Iterable[dict[str, Json]]) -> dict[str, Json]:
    """What points at an evidence file: path in the store → what stands there."""
    batch = name.rpartition("/")[2]
    found: dict[str, Json] = {}
    for visit in visits:
        for key in visit["indicators"]:
            found[_pointer("seen", hashed(key), batch)] = [name]
        for record in visit["records"]:
            if record["sha256"]:
                place = [name, record["offset"], record["length"]]
                found.setdefault(_pointer("at", record["sha256"], batch), place)
    return found


def _pointer(folder: str, sha256: str, batch: str) -> str:
    return f"{bucket(folder, sha256)}/{sha256}-{batch}"
