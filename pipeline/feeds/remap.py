"""A shelved file with its surrogates by a map: whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.private import close

Ints = npt.NDArray[np.int64]


def remap_file(path: Path, columns: Sequence[str], old: Ints, new: Ints) -> None:
    """Write a file anew with these columns by the map, where it has them; `old` is sorted.

    What is not in the map stays, so that twice is once.
    """
    draft = path.with_suffix(".part")
    file = pq.ParquetFile(path)
    with pq.ParquetWriter(draft, file.schema_arrow, compression="zstd") as writer:
        for batch in file.iter_batches():
            for name in columns:
                place = batch.schema.get_field_index(name)
                if place >= 0:
                    column = _mapped(batch.column(place).to_numpy(), old, new)
                    batch = batch.set_column(place, name, pa.array(column))  # noqa: PLW2901
            writer.write_batch(batch)
    close(draft)
    draft.replace(path)


def _mapped(column: Ints, old: Ints, new: Ints) -> Ints:
    """The surrogates by the map; those that it has not stay."""
    if len(old) == 0:
        return column
    place = np.minimum(np.searchsorted(old, column), len(old) - 1)
    return np.where(old[place] == column, new[place], column)
