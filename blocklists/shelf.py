"""Releases on disk, read back: their indexes, and the zone that HOT is measured against."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import EMPTY, Lists
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
    text = path.read_bytes()
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == 10) + 1
    at = np.concatenate([[0], ends]).astype(np.int32)
    lines = pa.Array.from_buffers(
        pa.binary(), len(ends), [None, pa.py_buffer(at), pa.py_buffer(text)]
    )
    owners = pc.struct_field(pc.extract_regex(lines, r"^(?P<name>[^ $@;]+) "), "name")
    owners = owners.filter(pc.is_valid(owners))
    wild = pc.starts_with(owners, "*.")
    names = owners.filter(pc.invert(wild))
    # With its default end, pyarrow 26 fails on some columns of more than a few dozen values.
    domains = pc.is_in(names, pc.binary_slice(owners.filter(wild), 2, 2**31 - 1))
    kinds = pc.if_else(domains, Kind.DOMAIN.value, Kind.HOST.value).dictionary_encode()
    columns = {
        field.name: pa.nulls(len(names), field.type)
        for field in SCHEMA
        if field.name not in {"kind", "value"}
    }
    table = pa.table(
        {"kind": kinds.cast(SCHEMA.field("kind").type), "value": names} | columns
    ).select(SCHEMA.names)
    return Lists(table, EMPTY.covered, EMPTY.addresses, EMPTY.urls, EMPTY.numbers, ())
