"""Rotation of a carrier's keys: a map from old surrogates to new ones, and the stored days by it.

What can be known is carried over: numbers that have a sealed form, in every file of the shelf and in
the points. Numbers that were only ever called, devices, cells and identities begin anew: within a day
they stay as apart as they were, and a window adds days up, so that nothing but what spans days (a
victim list) forgets. Complainers are recognised when they complain again: `pipeline.feeds.complainers`.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import Keyring, generations, kept_keyring, keyring, rotate
from pipeline.feeds.remap import Ints, remap_file
from pipeline.feeds.sealed import SealedWriter, open_sealed
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.sole import sole
from pipeline.private import private_folder
from pipeline.store import Store
from pipeline.store.points import rekey_points

KEYED = ("number", "other")
"""Columns of the shelf's files that the map carries over."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What was carried over."""

    generation: int
    files: int
    points: int


def rotate_keys(shelf: Shelf, keys_folder: Path) -> tuple[Keyring, Path, int]:
    """Begin a new generation; returns its keys, the re-key map and how many numbers it carries over.

    The map (old, new) is made by opening the sealed numbers of the last generation. `rekey` puts it
    to use; until then the old keys are needed.
    """
    with sole(shelf):
        old = kept_keyring(shelf, keys_folder)
        new = rotate(keys_folder, shelf.carrier)
        path, carried = _make_map(shelf, old, new)
    return new, path, carried


def _make_map(shelf: Shelf, old: Keyring, new: Keyring) -> tuple[Path, int]:
    """Write the map between two generations; returns it and how many numbers it carries over."""
    paths = [
        shelf.sealed(d.kind, d.id) for d in shelf.deliveries() if d.generation == old.generation
    ]
    names = open_sealed(paths, old.seal_key, None)
    table = pa.table(
        {
            "old": pa.array(list(names), pa.int64()),
            "new": pa.array([new.surrogate("number", name) for name in names.values()], pa.int64()),
        }
    )
    path = _map_path(shelf, old.generation)
    private_folder(path.parent)
    draft = path.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        pq.write_table(table, file)
    draft.replace(path)
    return path, table.num_rows


def rekey(store: Store, shelf: Shelf, keys_folder: Path) -> Rekeyed:
    """Carry every stored file and the points over to the newest generation.

    A run that was killed is taken up by another: a file's ledger entry moves on last, and what was
    mapped already is not in the map. A map that was never made is made now, while both keys are there.
    Raises `FanzhaError` where they are not, or where a file has callers that nothing maps.
    """
    with sole(shelf):
        newest = max(generations(keys_folder, shelf.carrier), default=1)
        files = points = 0
        for generation in range(1, newest):
            behind = [d for d in shelf.deliveries() if d.generation == generation]
            pairs = _pairs(shelf, keys_folder, generation, needed=bool(behind))
            for delivery in behind:
                pairs |= _rekey_delivery(shelf, delivery, keys_folder, pairs)
                files += 1
            with store.write() as tx:
                points += rekey_points(tx, shelf.carrier, pairs)
        return Rekeyed(newest, files, points)


def _pairs(shelf: Shelf, keys_folder: Path, generation: int, *, needed: bool) -> dict[int, int]:
    """The map from a generation to the next, made where there is none and it is needed."""
    path = _map_path(shelf, generation)
    if not path.exists():
        if not needed:
            return {}
        both = {generation, generation + 1}
        if not both <= set(generations(keys_folder, shelf.carrier)):
            raise FanzhaError(
                f"{path}: there are files of generation {generation} and no map to the next; "
                "restore it, or the keys of both, from where they are backed up"
            )
        before = kept_keyring(shelf, keys_folder, generation)
        _make_map(shelf, before, keyring(keys_folder, shelf.carrier, generation + 1))
    table = pq.ParquetFile(path).read()
    return dict(zip(table["old"].to_pylist(), table["new"].to_pylist(), strict=True))


def _map_path(shelf: Shelf, generation: int) -> Path:
    return shelf.home / "rekey" / f"{generation}-{generation + 1}.parquet"


def _rekey_delivery(
    shelf: Shelf, delivery: Delivery, keys_folder: Path, known: Mapping[int, int]
) -> dict[int, int]:
    """Carry one delivery over; returns the map of its own sealed numbers.

    They are added to what is known: a file may have been shelved after the map was made.
    """
    before = kept_keyring(shelf, keys_folder, delivery.generation)
    after = keyring(keys_folder, shelf.carrier, delivery.generation + 1)
    sealed = shelf.sealed(delivery.kind, delivery.id)
    names = list(_opened(sealed, before, after).values())
    own = {before.surrogate("number", n): after.surrogate("number", n) for n in names}
    old, new = _sides({**known, **own})
    paths = [shelf.rows(delivery.kind, day, delivery.id) for day in delivery.days]
    for path in paths:
        _check_callers(path, old, new)
    for path in paths:
        remap_file(path, KEYED, old, new)
    _reseal(sealed, names, after)
    shelf.record(replace(delivery, generation=after.generation))
    return own


def _sides(pairs: Mapping[int, int]) -> tuple[Ints, Ints]:
    """A map's two sides, in the order of the old one."""
    old = np.array(list(pairs), np.int64)
    new = np.array(list(pairs.values()), np.int64)
    order = np.argsort(old)
    return old[order], new[order]


def _check_callers(path: Path, old: Ints, new: Ints) -> None:
    """Refuse a file with callers that are neither to be carried over nor are already."""
    there = np.union1d(old, new)
    for batch in pq.ParquetFile(path).iter_batches(columns=["number"]):
        lost = int((~np.isin(np.unique(batch["number"].to_numpy()), there)).sum())
        if lost:
            raise FanzhaError(
                f"{path}: {lost:,} callers of it have no sealed number, so that no new surrogate can be "
                "made for them; nothing of it was changed. Restore its file below sealed/ from your backup"
            )


def _reseal(path: Path, names: Sequence[str], after: Keyring) -> None:
    draft = path.with_suffix(".part")
    writer = SealedWriter(draft, after.seal_key)
    writer.add({after.surrogate("number", name): name for name in names})
    writer.close()
    draft.replace(path)


def _opened(path: Path, before: Keyring, after: Keyring) -> Mapping[int, str]:
    """The sealed numbers, also of a file that a killed run had sealed anew already."""
    try:
        return open_sealed([path], before.seal_key, None)
    except FanzhaError:
        return open_sealed([path], after.seal_key, None)
