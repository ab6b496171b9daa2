"""One batch of a feed as it came → the columns that are kept, with every person a keyed hash.

The work is done per distinct value, not per row: a batch is dictionary-encoded, and its dictionary
alone is parsed and hashed.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.feeds.contracts import TRUNKS, Column, Type
from pipeline.feeds.forms import read_number
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping

Mask = npt.NDArray[np.bool_]

EARLIEST = 946_684_800
"""1 January 2000: an earlier time is a clock that was never set."""


@dataclass(slots=True)
class Normalised:
    """What became of one batch."""

    rows: pa.Table
    names: dict[int, str] = field(default_factory=dict)
    """Subject's surrogate → the number itself, to be sealed and nothing else."""
    reasons: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))
    """Per row that came, why it was set aside; empty text for those that were kept."""
    passed_over: int = 0
    """Rows that the mapping says are not of this feed."""

    def rejected(self) -> Counter[str]:
        return Counter(reason for reason in self.reasons.tolist() if reason)


def normalise(
    batch: pa.RecordBatch, mapping: Mapping, keys: Keyring, *, offset: int, latest: int
) -> Normalised:
    """Check and key one batch.

    `offset` is the feed's zone in seconds east of UTC; times after `latest` (seconds UTC) are in the
    future and set aside. Raises nothing: a bad row is set aside with the column and what was wrong.
    """
    contract = mapping.contract
    table = pa.Table.from_batches([batch])
    passed_over = 0
    for name, values in mapping.only_in.items():
        kept = table.filter(pc.is_in(pc.cast(table[name], pa.string()), pa.array(values)))
        passed_over += table.num_rows - kept.num_rows
        table = kept
    raw = {column.name: _raw(table, column, mapping) for column in contract.columns}
    if mapping.swap:
        _swap(raw, table, mapping)
    work = _Work(keys, mapping.opaque, offset, latest, np.full(table.num_rows, "", dtype=object))
    for column in contract.columns:
        values = raw[column.name]
        if column.required:
            work.blame(_empty(values), f"{column.name}: empty")
        if column.name == contract.subject:
            work.subject(values, raw.get("trunk"))
        elif column.name == contract.time:
            work.partition(values, column)
        else:
            work.keep(values, column)
    good = pa.array(work.reasons == "")
    return Normalised(pa.table(work.out).filter(good), work.names, work.reasons, passed_over)


@dataclass(slots=True)
class _Work:
    """A batch under work: the columns done, and the rows that are out."""

    keys: Keyring
    opaque: bool
    offset: int
    latest: int
    reasons: npt.NDArray[np.object_]
    out: dict[str, pa.Array] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def blame(self, bad: Mask, reason: str) -> None:
        """Set rows aside; the first reason of a row stays."""
        self.reasons[bad & (self.reasons == "")] = reason

    def subject(self, values: pa.Array, trunk: pa.Array | None) -> None:
        """The scored number, whose name is kept to be sealed, and its form."""
        way = None if trunk is None or trunk.null_count == len(trunk) else trunk.fill_null("own")
        joined = values if way is None else pc.binary_join_element_wise(values, way, "|")
        encoded = joined.dictionary_encode()
        surrogates, forms = [], []
        for text in encoded.dictionary.to_pylist():
            raw, _, trunk_word = text.partition("|")
            shown = None if self.opaque else read_number(raw, trunk_word.strip().lower() or "own")
            name = raw.strip() if shown is None else shown.name
            surrogate = self.keys.surrogate("number", name)
            self.names[surrogate] = name
            surrogates.append(surrogate)
            forms.append(0 if shown is None else int(shown.form))
        self.out["number"] = pa.array(surrogates, pa.int64()).take(encoded.indices)
        self.out["form"] = pa.array(forms, pa.int8()).take(encoded.indices)

    def partition(self, values: pa.Array, column: Column) -> None:
        """The time whose day is the partition: it must lie in the past, and not before 2000."""
        seconds, bad = _seconds(values, self.offset, day=column.type is Type.DATE)
        self.blame(bad & ~_empty(values), f"{column.name}: {_TIME}")
        self.blame((seconds > self.latest) & ~bad, f"{column.name}: lies in the future")
        self.blame((seconds < EARLIEST) & ~bad, f"{column.name}: before the year 2000")
        self.out["at"] = pa.array(seconds, mask=bad)

    def keep(self, values: pa.Array, column: Column) -> None:
        """Any other column, by its type."""
        name, keys = column.name, self.keys
        if column.type is Type.NUMBER:
            reader: Callable[[str], str] = str.strip if self.opaque else _name
            self.out["other"] = _hashed(values, "number", keys, reader)
        elif column.type is Type.DEVICE:
            self.out["imei"] = _hashed(values, "imei", keys, str.strip if self.opaque else _digits)
            self.out["tac"] = _per_value(values, _tac, pa.int32())
        elif column.type is Type.KEY:
            self.out[name] = _hashed(values, name, keys, str.strip)
        elif column.type is Type.AREA:
            self.out[name] = _per_value(values, area_code, pa.int32())
        elif column.type is Type.CHOICE:
            codes = _per_value(values, _choice(column), pa.int8())
            self.blame(
                _empty(codes) & ~_empty(values), f"{name}: expected {', '.join(column.choices)}"
            )
            self.out[name] = codes.fill_null(0)
        elif column.type in (Type.TIME, Type.DATE):
            seconds, bad = _seconds(values, self.offset, day=column.type is Type.DATE)
            self.blame(bad & ~_empty(values), f"{name}: {_TIME}")
            self.out[name] = pa.array(seconds, mask=bad)
        else:
            whole = column.type is Type.SECONDS
            numbers, bad = _numbers(values, whole=whole)
            self.blame(bad & ~_empty(values), f"{name}: expected a number from 0 up")
            self.out[name] = pa.array(numbers, mask=bad).cast(pa.int32() if whole else pa.float64())


_TIME = "expected a time, ISO 8601 or seconds since 1970"


def _empty(values: pa.Array) -> Mask:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), np.bool_)


def area_code(text: str) -> int | None:
    """An area as an integer: GB/T 2260 codes themselves, alpha-2 codes as their negative base 36."""
    text = text.strip().upper()
    if re.fullmatch(r"\d{6}", text):
        return int(text)
    return -int(text, 36) if re.fullmatch(r"[A-Z]{2}", text) else None


def _raw(table: pa.Table, column: Column, mapping: Mapping) -> pa.Array:
    """A column as it came, empty texts as null, the mapping's values replaced."""
    name = mapping.source(column.name)
    if column.name in mapping.constants:
        return pa.array([mapping.constants[column.name]] * table.num_rows, pa.string())
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    values = table[name].combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    if column.type in (Type.TIME, Type.DATE) and not pa.types.is_string(values.type):
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            zone = getattr(values.type, "tz", None)
            whole = values.cast(pa.timestamp("s", zone), safe=False)
            return pc.strftime(whole, format="%Y-%m-%dT%H:%M:%S" + ("%z" if zone else ""))
        return values.cast(pa.string())
    if not pa.types.is_string(values.type):
        values = values.cast(pa.string())
    swaps = mapping.values.get(column.name)
    if swaps:
        values = _per_value(values, lambda text: swaps.get(text, text), pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), None, values)


def _swap(raw: dict[str, pa.Array], table: pa.Table, mapping: Mapping) -> None:
    first, second = (column.name for column in mapping.contract.columns[:2])
    for name, value in mapping.swap.items():
        turned = pc.equal(pc.cast(table[name], pa.string()), value).combine_chunks()
        one, two = raw[first], raw[second]
        raw[first] = pc.if_else(turned, two, one)
        raw[second] = pc.if_else(turned, one, two)
        for column in mapping.contract.columns[2:]:
            if column.type in (Type.DEVICE, Type.AREA, Type.KEY):
                raw[column.name] = pc.if_else(turned, None, raw[column.name])


def _per_value(values: pa.Array, read: Callable[[str], object], dtype: pa.DataType) -> pa.Array:
    encoded = values.dictionary_encode()
    read_once = pa.array([read(text) for text in encoded.dictionary.to_pylist()], dtype)
    return read_once.take(encoded.indices)


def _hashed(values: pa.Array, domain: str, keys: Keyring, read: Callable[[str], str]) -> pa.Array:
    return _per_value(values, lambda text: keys.surrogate(domain, read(text)), pa.int64())


def _name(text: str) -> str:
    return read_number(text).name


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[:14] or text.strip()


def _tac(text: str) -> int | None:
    digits = re.sub(r"\D", "", text)
    return int(digits[:8]) if 14 <= len(digits) <= 16 else None


def _choice(column: Column) -> Callable[[str], int | None]:
    order = TRUNKS if column.choices == TRUNKS else column.choices
    codes = {word: code for code, word in enumerate(order)}
    return lambda text: codes.get(text.strip().lower())


def _numbers(values: pa.Array, *, whole: bool) -> tuple[npt.NDArray[np.float64], Mask]:
    series = pd.to_numeric(values.to_pandas(), errors="coerce")
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    top = 86_400 if whole else 1e9
    bad = np.asarray(~((numbers >= 0) & (numbers <= top)), dtype=np.bool_)
    numbers = np.where(bad, 0.0, numbers).astype(np.float64)
    return (np.round(numbers) if whole else numbers), bad


def _seconds(values: pa.Array, offset: int, *, day: bool) -> tuple[npt.NDArray[np.int64], Mask]:
    """Seconds UTC of texts; per distinct text would gain nothing, times are nearly all distinct."""
    texts = values.to_pandas()
    numeric = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    is_epoch = (numeric > 100_000_000) & (numeric < 9_999_999_999) & ~np.isnan(numeric)
    seconds = np.where(is_epoch, np.nan_to_num(numeric), 0).astype(np.int64)
    bad = ~is_epoch
    if bad.any():
        rest = texts[bad].astype("object")
        zoned = (
            rest.astype("string").str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", na=False).to_numpy(bool)
        )
        moments = pd.to_datetime(rest, format="ISO8601", utc=True, errors="coerce")
        missing = moments.isna().to_numpy()
        local = moments.to_numpy("datetime64[s]").astype(np.int64) - np.where(zoned, 0, offset)
        seconds[bad] = np.where(missing, 0, local)
        bad[bad] = missing
    if day:
        seconds = (seconds + offset) // 86_400 * 86_400 - offset
    return seconds, bad
