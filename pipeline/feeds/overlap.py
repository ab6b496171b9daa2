"""A file whose rows are on the shelf already, with some more or fewer: doubled, though not the same.

A sample of each day's rows, the same whatever their order, is looked up in the shelved files of that
day. What makes two rows the same is `SAME`; of files hashed under another generation of the keys only
what a rotation carries over can be compared.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.shelf import Delivery, Shelf

SAMPLE = 1_000
"""Rows of a day that are looked up: a share is known to ±3 % then."""
LARGEST = 0.5
"""Share of a day's rows that may be there already. Two switches may both have told of a call."""
STRAY = 0.05
"""Share of a file's rows that may be of days that are there already: the late rows of yesterday."""
SAME = {
    "calls": ("number", "other", "at"),
    "sms": ("number", "other", "at"),
    "topups": ("number", "at", "amount"),
    "complaints": ("number", "reporter", "at", "verdict"),
}
"""By what a row of a kind is known again, for the kinds whose rows add up. Of subscribers the newest row
of a number counts, so that their file may come again, corrected or not."""
NOT_CARRIED = frozenset(("other", "reporter"))
"""Columns of which a rotation of the keys carries over some values at most."""

Hashes = npt.NDArray[np.uint64]


def fingerprint(kind: str, rows: pa.Table) -> int:
    """A sum over rows, so that neither their order nor the batches matter; 0 for kinds that may come again."""
    if kind not in SAME:
        return 0
    return int(_hashes(rows, SAME[kind]).sum(dtype=np.uint64))


def check_overlap(
    delivery: Delivery, draft: Path, before: Sequence[Delivery], shelf: Shelf, *, path: Path
) -> None:
    """Raise `FanzhaError` where much of the delivery is of days that are there already, with what to do.

    `draft` holds the delivery's days as they would be shelved.
    """
    if delivery.kind not in SAME:
        return
    doubled: dict[str, tuple[float, str]] = {}
    for day in delivery.days:
        others = [d for d in before if day in d.days]
        samples: dict[tuple[str, ...], Hashes] = {}
        found = {}
        for other in others:
            columns = _comparable(delivery, other)
            if columns not in samples:
                samples[columns] = _sample(draft / f"{day}.parquet", columns)
            there = _found_in(shelf.rows(other.kind, day, other.id), columns, samples[columns])
            found[other.id] = len(there) / len(samples[columns])
        if sum(found.values()) > LARGEST:
            doubled[day] = (sum(found.values()), max(found, key=lambda other: found[other]))
    if sum(delivery.days[day] for day in doubled) <= STRAY * delivery.kept:
        return
    day = max(doubled, key=lambda day: delivery.days[day])
    share, worst = doubled[day]
    raise FanzhaError(
        f"{path}: {min(share, 1):.0%} of its rows of {day} are there already, most of them in delivery "
        f"{worst}; with it they would count twice. Nothing was taken in: leave the file out, or, where it "
        f"corrects that delivery, remove {shelf.ledger(delivery.kind, worst)} and take it in again"
    )


def _comparable(delivery: Delivery, other: Delivery) -> tuple[str, ...]:
    """The columns by which rows of two deliveries can be known to be the same."""
    columns = SAME[delivery.kind]
    if other.hashed == delivery.hashed:
        return columns
    return tuple(name for name in columns if name not in NOT_CARRIED)


def _sample(path: Path, columns: Sequence[str]) -> Hashes:
    """The least hashes of a file's rows, at most `SAMPLE`, distinct."""
    least = np.empty(0, np.uint64)
    for batch in pq.ParquetFile(path).iter_batches(columns=list(columns)):
        least = np.unique(np.concatenate([least, _hashes(batch, columns)]))[:SAMPLE]
    return least


def _found_in(path: Path, columns: Sequence[str], sample: Hashes) -> Hashes:
    """The sampled rows that a shelved file has."""
    found = np.empty(0, np.uint64)
    for batch in pq.ParquetFile(path).iter_batches(columns=list(columns)):
        hashes = _hashes(batch, columns)
        found = np.union1d(found, sample[np.isin(sample, hashes[hashes <= sample[-1]])])
    return found


def _hashes(rows: pa.Table | pa.RecordBatch, columns: Sequence[str]) -> Hashes:
    """A mix of columns, alike whatever the batches (splitmix64's constants)."""
    mixed = np.zeros(rows.num_rows, np.uint64)
    with np.errstate(over="ignore"):
        for name in columns:
            values = rows[name].to_numpy(zero_copy_only=False)
            whole = values if values.dtype == np.float64 else values.astype(np.int64)
            mixed = (mixed ^ whole.view(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed ^= mixed >> np.uint64(31)
    return mixed
