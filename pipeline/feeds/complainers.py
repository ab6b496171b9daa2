"""Complainers across a rotation of the keys: who complains again is recognised, and nobody else.

Complainers have no sealed form, by intent: nobody can resolve them, a rotation neither. But whoever
complains again says who they are, and while an earlier generation's hash key is kept, their former
surrogate is worked out then and there, and their earlier words are put under the present one. So one
person stays one voice with one record. Whoever never complains again needs nothing: their words and
what became of them stay together under the former surrogate.

    <carrier>/rekey/complainers/<delivery>.parquet   (old, new), until the shelf's files are carried over
"""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.feeds.normalise import COMPLAINER
from pipeline.feeds.remap import Ints, remap_file
from pipeline.feeds.shelf import Shelf


class Former:
    """Collects a file's complainers under their former surrogates; writes nothing where there are none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new_of: dict[int, int] = {}

    def add(self, new_of: Mapping[int, int]) -> None:
        """Former surrogate → the present one."""
        self._new_of.update(new_of)

    def close(self) -> None:
        if not self._new_of:
            return
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            old, new = list(self._new_of), list(self._new_of.values())
            pq.write_table(pa.table({"old": pa.array(old, pa.int64()), "new": new}), file)


def pending(shelf: Shelf, delivery: str) -> Path:
    """Where the former surrogates of a delivery's complainers lie until they are put to use."""
    return shelf.home / "rekey" / "complainers" / f"{delivery}.parquet"


def unite(shelf: Shelf) -> int:
    """Put the earlier words of who complained again under the present surrogate.

    Returns how many files of the shelf changed. Twice changes nothing, and a run that was killed is
    taken up by the next.
    """
    changed = 0
    for waiting in sorted(pending(shelf, "any").parent.glob("*.parquet")):
        pairs = pq.ParquetFile(waiting).read().sort_by("old")
        old, new = (pairs[name].to_numpy().astype(np.int64) for name in ("old", "new"))
        changed += sum(_carry_over(path, old, new) for path in shelf.files("complaints"))
        waiting.unlink()
    return changed


def _carry_over(path: Path, old: Ints, new: Ints) -> bool:
    """Whether the file has words of one of them, which then are under the present surrogate."""
    said = pq.ParquetFile(path).read(columns=[COMPLAINER])[COMPLAINER]
    if not pc.any(pc.is_in(said, value_set=pa.array(old))).as_py():
        return False
    remap_file(path, (COMPLAINER,), old, new)
    return True
