"""A feed file → batches of columns as they came: CSV or Parquet, plain or compressed, streamed."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.mapping import Mapping

BATCH_BYTES = 1 << 25
"""Bytes of CSV read at once: some half a million records."""

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}


@dataclass(slots=True)
class Source:
    """One open feed file: its header, and its rows in batches."""

    path: Path
    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]
    broken: list[str] = field(default_factory=list)
    """Rows that have too few or too many fields, which never reach a batch: one reason each."""


def file_sha256(path: Path) -> str:
    """Sha256 of a file in hex: the same bytes are the same delivery, whatever they are called."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(path: Path, mapping: Mapping) -> Source:
    """Open a feed file and check its header against the contract.

    Raises `FanzhaError` where the file cannot be read as CSV or Parquet, is empty, or lacks a column
    that the contract requires.
    """
    if not path.is_file():
        raise FanzhaError(f"{path}: expected a feed file (CSV or Parquet), and there is none")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        source = _parquet(path) if magic == b"PAR1" else _csv(path, mapping, magic)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError, LookupError) as error:
        raise FanzhaError(
            f"{path}: expected CSV (UTF-8, or the mapping's encoding) or Parquet, got something else "
            f"({str(error).splitlines()[0][:160]}); see docs/feeds.md"
        ) from error
    wanted = [
        mapping.source(column.name)
        for column in mapping.contract.columns
        if column.required and column.name not in mapping.constants
    ]
    missing = [name for name in wanted if name not in source.header]
    if missing:
        raise FanzhaError(
            f"{path}: a `{mapping.kind}` feed needs the columns {', '.join(wanted)}; missing: "
            f"{', '.join(missing)} (the file has {', '.join(source.header)[:200]}). Rename them, or "
            "give a mapping file (docs/feeds.md)"
        )
    return source


def _parquet(path: Path) -> Source:
    file = pq.ParquetFile(path)
    return Source(path, tuple(file.schema_arrow.names), file.iter_batches(batch_size=500_000))


def _csv(path: Path, mapping: Mapping, magic: bytes) -> Source:
    compression = next((name for start, name in _MAGIC.items() if magic.startswith(start)), None)
    with pa.input_stream(str(path), compression=compression, buffer_size=1 << 16) as stream:
        first = stream.read(1 << 16)
    if b"\0" in first:
        raise FanzhaError(f"{path}: expected a feed file (CSV or Parquet), and this is neither")
    line = first.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].decode(mapping.encoding)
    if not line.strip():
        raise FanzhaError(f"{path}: expected a header and rows, and the file is empty")
    header = tuple(name.strip().strip('"') for name in line.rstrip("\r").split(mapping.delimiter))
    broken: list[str] = []

    def set_aside(row: pa.csv.InvalidRow) -> str:
        broken.append(f"expected {row.expected_columns} fields, got {row.actual_columns}")
        return "skip"

    reader = pa.csv.open_csv(
        pa.input_stream(str(path), compression=compression, buffer_size=1 << 20),
        read_options=pa.csv.ReadOptions(
            block_size=BATCH_BYTES,
            encoding=mapping.encoding,
            skip_rows=1,
            column_names=list(header),
            use_threads=False,
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=mapping.delimiter, invalid_row_handler=set_aside
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in header}, strings_can_be_null=False
        ),
    )
    return Source(path, header, iter(reader), broken)
