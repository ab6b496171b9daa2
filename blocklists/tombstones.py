"""What was listed and is no longer, whatever took it away: tombstones of a full release.

The store knows what was lifted or ran out. That an ALLOW above took an entry away, or a protected
name, only the lists show: it stood in the full files of the release before, and stands there no more.
From then on, `removed.jsonl` hands it on from release to release.
"""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.changed import ENTRIES, changed_since, gone_rows
from blocklists.hot import Pair
from blocklists.table import mask
from pipeline.errors import FanzhaError

NAME = "removed.jsonl"


def tombstones(
    before: Path, lists: Lists, lifted: pa.Table, *, at: datetime, since: datetime
) -> pa.Table:
    """`lifted`, and what else has left the lists after `since`, of `SCHEMA`.

    `before` is the folder of the release before; `expires_at` is when an entry was removed.
    """
    found = [*_told(before / NAME, since)]
    # Without the files of the release before, what left in this one is not known, and nothing else
    # is lost: no release waits for that.
    with suppress(FanzhaError):
        if (before / ENTRIES).is_file():
            found += changed_since(before, lists, at=at).gone.to_pylist()
    values = pa.array([row["value"] for row in found], pa.binary())
    known = _pairs(lifted, values)
    for table in (*lists.tables(), lists.covered):
        known |= _pairs(table, values)
    rows = []
    for row in found:
        pair = row["kind"], row["value"].decode()
        if pair not in known:
            known.add(pair)
            rows.append(row)
    rows.sort(key=lambda row: (row["kind"], row["value"]))
    return pa.concat_tables([lifted, pa.Table.from_pylist(rows, lifted.schema)])


def _told(path: Path, since: datetime) -> list[dict[str, Any]]:
    """The tombstones of the release before that are not too old.

    None where the file is gone or damaged: no un-block waits for old ones.
    """
    try:
        entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return gone_rows(
            (entry, removed)
            for entry in entries
            if (removed := datetime.fromisoformat(entry["removed_at"])) > since
        )
    except (FileNotFoundError, ValueError, KeyError):
        return []


def _pairs(table: pa.Table, values: pa.Array) -> set[Pair]:
    """Kind and value of the rows that have one of these values."""
    rows = mask(table, pc.is_in(table["value"], values)).select(["kind", "value"])
    return {(row["kind"], row["value"].decode()) for row in rows.to_pylist()}
