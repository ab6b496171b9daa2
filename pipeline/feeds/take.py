"""Take a feed file in: read, check, key, guard, and only then put it on the shelf."""

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.broken import MOSTLY
from pipeline.feeds.complainers import pending
from pipeline.feeds.contents import check_contents
from pipeline.feeds.guards import Guards, check
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.normalise import NOBODY, Surrogates
from pipeline.feeds.overlap import check_overlap
from pipeline.feeds.reading import FORMER, Order, Progress, read_into
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.source import file_sha256, open_source
from pipeline.feeds.subscribers import newest_rows
from pipeline.private import close, private_folder


def take_in(
    path: Path,
    *,
    shelf: Shelf,
    keys: Keyring,
    mapping: Mapping,
    guards: Guards,
    now: datetime,
    progress: Progress | None = None,
) -> Delivery:
    """Put a feed file on the shelf, once: a file that is there already changes nothing.

    Raises `FanzhaError` where the file is no such feed or a guard stops it; then nothing changed.
    """
    sha256 = file_sha256(path)
    known = shelf.delivery(mapping.kind, sha256[:16])
    if known is not None:
        return known
    _check_generation(shelf, keys)
    source = open_source(
        path, mapping, most_bytes=guards.most_bytes, mostly=max(MOSTLY, guards.max_bad)
    )
    draft = shelf.home / "drafts" / f"{mapping.kind}-{sha256[:16]}"
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft)
    try:
        told = progress or (lambda rows: None)
        own = _subscribers(shelf) if mapping.kind == "calls" else NOBODY
        order = Order(sha256, keys, mapping, guards, now, own)
        delivery = read_into(draft, source, order, told)
        before = shelf.deliveries(mapping.kind)
        check(delivery, before, guards, path=path, now=now)
        if not guards.accept_columns:
            check_contents(delivery, before, path=path)
        check_overlap(delivery, draft, before, shelf, path=path)
        _shelve(draft, shelf, delivery)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return delivery


def _check_generation(shelf: Shelf, keys: Keyring) -> None:
    """Refuse to shelve beside files of other keys: their callers would be strangers to one another."""
    found = {d.generation for d in shelf.deliveries()} - {keys.generation}
    if found:
        raise FanzhaError(
            f"{shelf.carrier}: its shelf has files of generation {max(found)} of the keys, and this take has "
            f"generation {keys.generation}: a rotation is not done. Nothing was taken in: run `fanzha numbers "
            f"rekey --carrier {shelf.carrier}`, then take it in again"
        )


def _subscribers(shelf: Shelf) -> Surrogates:
    """Those of the newest files alone: who went to another carrier comes in by its trunk."""
    found = [pq.ParquetFile(path).read(columns=["number"]) for path in newest_rows(shelf)]
    return np.unique(pa.concat_tables(found)["number"].to_numpy()) if found else NOBODY


def _shelve(draft: Path, shelf: Shelf, delivery: Delivery) -> None:
    moves = [
        (draft / f"{day}.parquet", shelf.rows(delivery.kind, day, delivery.id))
        for day in delivery.days
    ]
    moves.append((draft / "sealed.parquet", shelf.sealed(delivery.kind, delivery.id)))
    moves.append((draft / "rejects.csv", shelf.rejects(delivery.kind, delivery.id)))
    if (draft / FORMER).exists():
        moves.append((draft / FORMER, pending(shelf, delivery.id)))
    for source, target in moves:
        private_folder(target.parent)
        close(source)
        try:
            source.replace(target)
        except OSError as error:
            raise FanzhaError(f"{target}: cannot be written ({error.strerror})") from error
    shelf.record(delivery)
