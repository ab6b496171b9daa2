"""A feed file → batches of columns as they came: CSV or Parquet, plain or compressed, streamed."""

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.broken import EARLY, MOSTLY, Broken
from pipeline.feeds.mapping import Mapping as Words
from pipeline.feeds.telling import told_cause, told_names

BATCH_BYTES = 1 << 25
"""Bytes of CSV read at once: some half a million records."""
RATIO = 200
"""Bytes out of a byte in, from which an archive is none of records: they pack to a tenth or so."""
RATIO_FROM = 1 << 26
"""Bytes out from which the ratio is looked at."""

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}


@dataclass(slots=True)
class Source:
    """One open feed file: its header, and its rows in batches.

    Reading on raises `FanzhaError` where the file is cut off, breaks off, or is a bomb.
    """

    path: Path
    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]
    broken: Broken = field(default_factory=Broken)
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    """Types of the columns where the file says them; of CSV all are text."""


def file_sha256(path: Path) -> str:
    """Sha256 of a file in hex: the same bytes are the same delivery, whatever they are called."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(
    path: Path, mapping: Words, *, most_bytes: int = 1 << 40, mostly: float = MOSTLY
) -> Source:
    """Open a feed file and check its header against the contract and the mapping.

    `most_bytes` is how large it may be unpacked, and `mostly` the share of broken rows at which reading
    stops early. Raises `FanzhaError` where the file cannot be read as CSV or Parquet, is empty, or lacks
    a column that the contract requires or the mapping names.
    """
    if not path.is_file():
        raise FanzhaError(f"{path}: expected a feed file (CSV or Parquet), and there is none")
    broken = Broken(mostly)
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        source = (
            _parquet(path) if magic == b"PAR1" else _csv(path, mapping, magic, most_bytes, broken)
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError, LookupError, csv.Error) as error:
        raise _unreadable(path, error, broken) from None
    _check_columns(source, mapping)
    source.batches = _watched(source, source.batches)
    return source


def _check_columns(source: Source, mapping: Words) -> None:
    path, header = source.path, source.header
    columns = [c for c in mapping.contract.columns if c.name not in mapping.constants]
    required = [mapping.source(c.name) for c in columns if c.required]
    wanted = [*required, *mapping.only_in, *mapping.swap]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise FanzhaError(
            f"{path}: a `{mapping.kind}` feed needs the columns {', '.join(wanted)}; missing: "
            f"{', '.join(missing)} (its first line has {told_names(header)}). Rename them, or give a "
            "mapping file (docs/feeds.md)"
        )
    count = Counter(header)
    used = {*wanted, *(mapping.source(c.name) for c in columns)}
    twice = [name for name in header if name in used and count[name] > 1]
    if twice:
        raise FanzhaError(
            f"{path}: expected one column {twice[0]!r}, and there are {count[twice[0]]}: which one counts? "
            "Rename the others"
        )
    odd = [
        name for name in header if name in used and not _plain(source.types.get(name, pa.string()))
    ]
    if odd:
        raise FanzhaError(
            f"{path}: column {odd[0]!r} is of type {source.types[odd[0]]}; expected text, numbers or times"
        )


def _unreadable(path: Path, error: BaseException, broken: Broken) -> FanzhaError:
    if broken.stopped_at:
        return FanzhaError(
            f"{path}: {broken.count:,} of its first {broken.stopped_at:,} rows have too few or too many "
            "fields. Nothing was taken in: check the delimiter, or give a mapping (docs/feeds.md)"
        )
    return FanzhaError(
        f"{path}: expected CSV (UTF-8, or the mapping's encoding) or Parquet, got something else "
        f"({told_cause(error)}); see docs/feeds.md"
    )


def _watched(source: Source, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, with a word of ours where reading breaks off."""
    try:
        yield from batches
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(source.path, error, source.broken) from None


def _parquet(path: Path) -> Source:
    file = pq.ParquetFile(path)
    rows, size = file.metadata.num_rows, path.stat().st_size
    if rows > EARLY and rows > RATIO * size:
        raise FanzhaError(f"{path}: {rows:,} rows in {size:,} bytes: no records pack so small")
    types = {column.name: column.type for column in file.schema_arrow}
    batches = file.iter_batches(batch_size=500_000)
    return Source(path, tuple(file.schema_arrow.names), batches, types=types)


def _plain(dtype: pa.DataType) -> bool:
    kinds = pa.types
    if kinds.is_dictionary(dtype):
        return _plain(dtype.value_type)
    return any(
        is_it(dtype)
        for is_it in (
            kinds.is_string,
            kinds.is_large_string,
            kinds.is_integer,
            kinds.is_floating,
            kinds.is_decimal,
            kinds.is_timestamp,
            kinds.is_date,
            kinds.is_null,
        )
    )


def _csv(path: Path, mapping: Words, magic: bytes, most_bytes: int, broken: Broken) -> Source:
    compression = next((name for start, name in _MAGIC.items() if magic.startswith(start)), None)
    with pa.input_stream(str(path), compression=compression, buffer_size=1 << 16) as stream:
        first = stream.read(1 << 16)
    if b"\0" in first:
        raise FanzhaError(f"{path}: expected a feed file (CSV or Parquet), and this is neither")
    line = first.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].decode(mapping.encoding)
    if not line.strip():
        raise FanzhaError(f"{path}: expected a header and rows, and the file is empty")
    cells = next(csv.reader([line.rstrip("\r")], delimiter=mapping.delimiter))
    header = tuple(name.strip().strip('"') for name in cells)
    stream = pa.input_stream(str(path), compression=compression, buffer_size=1 << 20)
    reader = pa.csv.open_csv(
        pa.PythonFile(_Limited(stream, path, most_bytes), "r"),
        read_options=pa.csv.ReadOptions(
            block_size=BATCH_BYTES,
            encoding=mapping.encoding,
            skip_rows=1,
            column_names=list(header),
            use_threads=False,
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=mapping.delimiter, invalid_row_handler=broken.set_aside
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in header}, strings_can_be_null=False
        ),
    )
    return Source(path, header, iter(reader), broken)


class _Limited(io.RawIOBase):
    """A file unpacked, up to a limit, and up to so many bytes out of a byte in."""

    def __init__(self, stream: pa.NativeFile, path: Path, most_bytes: int) -> None:
        self._stream, self._path, self._most = stream, path, most_bytes
        self._size, self._out = path.stat().st_size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size if size >= 0 else None)
        self._out += len(data)
        if self._out > self._most:
            raise FanzhaError(
                f"{self._path}: more than {self._most:,} bytes unpacked. Nothing was taken in: send it in "
                "parts, or raise feeds.max_gigabytes"
            )
        if self._out > max(RATIO_FROM, RATIO * self._size):
            raise FanzhaError(
                f"{self._path}: {self._size:,} bytes unpack to more than {self._out:,}: no records pack so "
                "small. Nothing was taken in"
            )
        return data
