"""Releases on disk, read back: their indexes, and the zone that HOT is measured against."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import EMPTY, Lists
from blocklists.cover import boolean
from blocklists.table import SCHEMA
from pipeline.errors import FanzhaError
from pipeline.nouns import Json, Kind

INDEX = "index.json"
SIGNATURE = "index.json.minisig"


def read_index(folder: Path) -> Json | None:
    """The index of a release folder; None where there is no such release.

    Raises `FanzhaError` where there is one that cannot be read.
    """
    try:
        return json.loads((folder / INDEX).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FanzhaError(
            f"release: {folder / INDEX} cannot be read ({error}); restore the folder from a copy"
        ) from error


def read_zone(path: Path) -> Lists:
    """The names of a BASE zone, and whether each is meant with all below it."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(data == ord("\n")) + 1])[:-1]
    spaces = np.flatnonzero(data == ord(" "))
    stops = spaces[np.searchsorted(spaces, starts)]
    apex = np.isin(data[starts], np.frombuffer(b"$@;", np.uint8))
    wild = data[starts] == ord("*")
    # A domain's second record, `*.` it, follows the first.
    domain = np.append(wild[1:], False)[~apex & ~wild]
    starts, stops = starts[~apex & ~wild], stops[~apex & ~wild]
    edges = np.zeros(len(data) + 1, np.int8)
    edges[starts] = 1
    edges[stops] = -1
    text = data[np.cumsum(edges[:-1], dtype=np.int8).astype(np.bool_)]
    at = np.concatenate([[0], np.cumsum(stops - starts)]).astype(np.int32)
    names = pa.Array.from_buffers(
        pa.binary(), len(starts), [None, pa.py_buffer(at), pa.py_buffer(text)]
    )
    kinds = pc.if_else(boolean(domain), Kind.DOMAIN.value, Kind.HOST.value).dictionary_encode()
    columns = {
        field.name: pa.nulls(len(names), field.type)
        for field in SCHEMA
        if field.name not in {"kind", "value"}
    }
    table = pa.table(
        {"kind": kinds.cast(SCHEMA.field("kind").type), "value": names} | columns
    ).select(SCHEMA.names)
    return Lists(table, EMPTY.covered, EMPTY.addresses, EMPTY.urls, EMPTY.numbers, (), table)
