"""Rotation of a carrier's keys: a map from old surrogates to new ones, and the stored days by it.

What can be known is carried over: numbers that have a sealed form, in every file of the shelf and in
the points. Numbers that were only ever called, devices, cells and identities begin anew: within a day
they stay as apart as they were, and a window adds days up, so that nothing but what spans days (a
victim list) forgets. Complainers are recognised when they complain again: `pipeline.feeds.complainers`.
"""

from collections.abc import Mapping
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
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    pq.write_table(table, draft)
    draft.chmod(0o600)
    draft.replace(path)
    return path, table.num_rows


def rekey(store: Store, shelf: Shelf, keys_folder: Path) -> Rekeyed:
    """Carry every stored file and the points over to the newest generation.

    A run that was killed is taken up by another: a file's ledger entry moves on last, and what was
    mapped already is not in the map. A map that was never made is made now, while both keys are there.
    Raises `FanzhaError` where they are not.
    """
    newest = max(generations(keys_folder, shelf.carrier), default=1)
    files = points = 0
    for generation in range(1, newest):
        behind = [d for d in shelf.deliveries() if d.generation == generation]
        path = _map_path(shelf, generation)
        if not path.exists():
            if not behind:
                continue
            both = {generation, generation + 1}
            if not both <= set(generations(keys_folder, shelf.carrier)):
                raise FanzhaError(
                    f"{path}: there are files of generation {generation} and no map to the next; "
                    "restore it, or the keys of both, from where they are backed up"
                )
            before = kept_keyring(shelf, keys_folder, generation)
            _make_map(shelf, before, keyring(keys_folder, shelf.carrier, generation + 1))
        old, new = _read_map(path)
        for delivery in behind:
            _rekey_delivery(shelf, delivery, keys_folder, old, new)
            files += 1
        with store.write() as tx:
            points += rekey_points(
                tx, shelf.carrier, dict(zip(old.tolist(), new.tolist(), strict=True))
            )
    return Rekeyed(newest, files, points)


def _map_path(shelf: Shelf, generation: int) -> Path:
    return shelf.home / "rekey" / f"{generation}-{generation + 1}.parquet"


def _read_map(path: Path) -> tuple[Ints, Ints]:
    """The map's two sides, in the order of the old one."""
    table = pq.ParquetFile(path).read()
    old, new = (table[name].to_numpy().astype(np.int64) for name in ("old", "new"))
    order = np.argsort(old)
    return old[order], new[order]


def _rekey_delivery(
    shelf: Shelf, delivery: Delivery, keys_folder: Path, old: Ints, new: Ints
) -> None:
    for day in delivery.days:
        remap_file(shelf.rows(delivery.kind, day, delivery.id), KEYED, old, new)
    after = delivery.generation + 1
    before = kept_keyring(shelf, keys_folder, delivery.generation)
    _reseal(
        shelf.sealed(delivery.kind, delivery.id),
        before,
        keyring(keys_folder, shelf.carrier, after),
    )
    shelf.record(replace(delivery, generation=after))


def _reseal(path: Path, before: Keyring, after: Keyring) -> None:
    names = _opened(path, before, after)
    draft = path.with_suffix(".part")
    writer = SealedWriter(draft, after.seal_key)
    writer.add({after.surrogate("number", name): name for name in names.values()})
    writer.close()
    draft.replace(path)


def _opened(path: Path, before: Keyring, after: Keyring) -> Mapping[int, str]:
    """The sealed numbers, also of a file that a killed run had sealed anew already."""
    try:
        return open_sealed([path], before.seal_key, None)
    except FanzhaError:
        return open_sealed([path], after.seal_key, None)
