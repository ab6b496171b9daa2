"""A file whose rows are on the shelf already, with some more or fewer: doubled, though not the same.

A sample of each day's rows, the same whatever their order, is looked up in the shelved files of that
day. Rows are known by their number and time, which a rotation of keys carries over.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.shelf import Delivery, Shelf

SAMPLE = 1_000
"""Rows of a day that are looked up: a share is known to ±3 % then."""
LARGEST = 0.5
"""Share of a day's rows that may be there already. Two switches may both have told of a call."""
ADDED_UP = ("calls", "sms", "topups", "complaints")
"""Kinds whose rows add up. Of subscribers the newest row counts, so that a file may come again."""

Hashes = npt.NDArray[np.uint64]


def check_overlap(
    delivery: Delivery, draft: Path, before: Sequence[Delivery], shelf: Shelf, *, path: Path
) -> None:
    """Raise `FanzhaError` where most rows of a day of the delivery are there, with what to do.

    `draft` holds the delivery's days as they would be shelved.
    """
    for day in delivery.days if delivery.kind in ADDED_UP else ():
        others = [d for d in before if day in d.days]
        if not others:
            continue
        sample = _sample(draft / f"{day}.parquet")
        counts = {d.id: len(_found_in(shelf.rows(d.kind, day, d.id), sample)) for d in others}
        found, worst = sum(counts.values()), max(counts, key=lambda other: counts[other])
        if found > LARGEST * len(sample):
            raise FanzhaError(
                f"{path}: {min(found / len(sample), 1):.0%} of its rows of {day} are there already, most "
                f"of them in delivery {worst}; with it they would count twice. Nothing was taken in: "
                "leave the file out, or, where it corrects that delivery, remove "
                f"{shelf.ledger(delivery.kind, worst)} and take it in again"
            )


def _sample(path: Path) -> Hashes:
    """The least hashes of a file's rows, at most `SAMPLE`, distinct."""
    least = np.empty(0, np.uint64)
    for batch in pq.ParquetFile(path).iter_batches(columns=["number", "at"]):
        least = np.unique(np.concatenate([least, _hash(batch["number"], batch["at"])]))[:SAMPLE]
    return least


def _found_in(path: Path, sample: Hashes) -> Hashes:
    """The sampled rows that a shelved file has."""
    found = np.empty(0, np.uint64)
    for batch in pq.ParquetFile(path).iter_batches(columns=["number", "at"]):
        hashes = _hash(batch["number"], batch["at"])
        found = np.union1d(found, sample[np.isin(sample, hashes[hashes <= sample[-1]])])
    return found


def _hash(number: object, at: object) -> Hashes:
    """A mix of two columns, alike whatever the batches (splitmix64's constants)."""
    one, two = (np.asarray(column, np.int64).view(np.uint64) for column in (number, at))
    with np.errstate(over="ignore"):
        mixed = (one ^ (two * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xBF58476D1CE4E5B9)
        return np.asarray(
            (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB), np.uint64
        )
