"""Rotation of a carrier's keys: the map from old surrogates to new ones, where they can be known."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.feeds.keyring import Keyring, generations, keyring, rotate
from pipeline.feeds.sealed import open_sealed
from pipeline.feeds.shelf import Shelf


def rotate_keys(shelf: Shelf, keys_folder: Path) -> tuple[Keyring, Path, int]:
    """Begin a new generation; returns its keys, the re-key map and how many numbers it carries over.

    The map (old, new) is made by opening the sealed numbers of the last generation; numbers that
    were only ever called have no sealed form and begin anew. The old keys stay until the window has
    passed, and are to be destroyed after: that forgets what nobody carried over.
    """
    before = max(generations(keys_folder, shelf.carrier), default=None)
    old = keyring(keys_folder, shelf.carrier, before)
    new = rotate(keys_folder, shelf.carrier)
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
    path = shelf.home / "rekey" / f"{old.generation}-{new.generation}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    pq.write_table(table, draft)
    draft.chmod(0o600)
    draft.replace(path)
    return new, path, table.num_rows
