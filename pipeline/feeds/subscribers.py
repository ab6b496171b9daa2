"""Who is a carrier's own: its subscribers of the newest day, when their cards were opened, who is known."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.feeds.shelf import Delivery, Shelf


def newest_deliveries(shelf: Shelf) -> list[Delivery]:
    """The files of subscribers of the newest day, which alone count; several where it came in parts."""
    there = shelf.deliveries("subscribers")
    day = max((max(d.days) for d in there if d.days), default="")
    return [d for d in there if d.days and max(d.days) == day]


def newest_rows(shelf: Shelf) -> list[Path]:
    """The rows of `newest_deliveries`."""
    return [shelf.rows(d.kind, day, d.id) for d in newest_deliveries(shelf) for day in d.days]


def is_subscriber(shelf: Shelf, surrogate: int) -> bool:
    """Whether a number is in the newest files: one that they no longer name is a subscriber no longer."""
    return any(_has(path, surrogate) for path in newest_rows(shelf))


def appears(shelf: Shelf, surrogate: int) -> bool:
    """Whether a number was the subject of any row of any file that the carrier sent."""
    # Of a subscriber the newest files tell, before all are looked through.
    return is_subscriber(shelf, surrogate) or any(
        _has(shelf.sealed(d.kind, d.id), surrogate) for d in shelf.deliveries()
    )


def opened(shelf: Shelf, surrogates: Collection[int]) -> dict[int, datetime]:
    """When the cards of subscribers were opened, by the newest files: what was before is another's."""
    wanted = pa.array(sorted(surrogates), pa.int64())
    found: dict[int, int] = {}
    for path in newest_rows(shelf) if len(wanted) else []:
        rows = pq.ParquetFile(path).read(columns=["number", "activated"])
        rows = rows.filter(pc.is_in(rows["number"], value_set=wanted))
        for number, at in zip(*_columns(rows), strict=True):
            found[number] = max(found.get(number, at), at)
    return {number: datetime.fromtimestamp(at, UTC) for number, at in found.items()}


def _columns(rows: pa.Table) -> Iterable[list[int]]:
    return (rows[name].to_pylist() for name in ("number", "activated"))


def _has(path: Path, surrogate: int) -> bool:
    column = pq.ParquetFile(path).read(columns=["number"])["number"]
    return bool(pc.any(pc.equal(column, surrogate)).as_py())
