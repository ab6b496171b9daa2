"""One batch of a feed as it came → the columns that are kept, with every person a keyed hash.

The work is done per distinct value, not per row: a batch is dictionary-encoded, and its dictionary
alone is parsed and hashed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.feeds.clock import Clock
from pipeline.feeds.contracts import TRUNKS, Column, Type
from pipeline.feeds.forms import read_number, shown_by_another
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping

Mask = npt.NDArray[np.bool_]
Surrogates = npt.NDArray[np.int64]
NOBODY: Surrogates = np.empty(0, np.int64)

COMPLAINER = "reporter"
"""The column of those whose word is remembered, across a rotation of the keys too."""
EARLIEST = 946_684_800
"""1 January 2000: an earlier time is a clock that was never set."""


@dataclass(slots=True)
class Normalised:
    """What became of one batch."""

    rows: pa.Table
    names: dict[int, str] = field(default_factory=dict)
    """Subject's surrogate → the number itself, to be sealed and nothing else."""
    formerly: dict[int, int] = field(default_factory=dict)
    """Complainer's surrogate of an earlier generation of the keys → the present one."""
    reasons: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))
    """Per row that came, why it was set aside; empty text for those that were kept."""
    passed_over: int = 0
    """Rows that the mapping says are not of this feed."""
    places: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Per entry of `reasons`, which row of the batch it is."""
    unread: Counter[str] = field(default_factory=Counter)
    """Column → kept rows in which it says something that cannot be read, and was left empty."""

    def rejected(self) -> Counter[str]:
        return Counter(reason for reason in self.reasons.tolist() if reason)


def normalise(
    batch: pa.RecordBatch,
    mapping: Mapping,
    keys: Keyring,
    *,
    offset: int,
    latest: int,
    own: Surrogates = NOBODY,
) -> Normalised:
    """Check and key one batch. `own` are the carrier's subscribers, sorted.

    `offset` is the feed's zone in seconds east of UTC; times after `latest` (seconds UTC) are in the
    future and set aside. Raises nothing: a bad row is set aside with the column and what was wrong.
    """
    contract = mapping.contract
    table = pa.Table.from_batches([batch])
    counted = np.ones(table.num_rows, np.bool_)
    for name, values in mapping.only_in.items():
        among = pc.is_in(pc.cast(table[name], pa.string()), pa.array(values, pa.string()))
        counted &= among.to_numpy()
    if mapping.only_in:
        table = table.filter(pa.array(counted))
    raw = {column.name: _raw(table, column, mapping) for column in contract.columns}
    if mapping.swap:
        _swap(raw, table, mapping)
    clock = Clock(offset, mapping.time_format)
    blank = np.full(table.num_rows, "", dtype=object)
    work = _Work(keys, mapping.opaque, clock, latest, blank, own)
    for column in contract.columns:
        values = raw[column.name]
        if column.required:
            work.blame(_empty(values), f"{column.name}: empty")
        if column.type is Type.NUMBER and not mapping.opaque:
            work.blame(_no_number(values), f"{column.name}: expected 3 to 25 digits")
        if column.name == contract.subject:
            work.subject(values, raw.get("trunk"))
        elif column.name == contract.time:
            work.partition(values, column)
        else:
            work.keep(values, column)
    good = work.reasons == ""
    return Normalised(
        rows=pa.table(work.out).filter(pa.array(good)),
        names=work.names,
        formerly=work.formerly,
        reasons=work.reasons,
        passed_over=len(counted) - table.num_rows,
        places=np.flatnonzero(counted),
        unread=Counter({name: int((bad & good).sum()) for name, bad in work.unread.items()}),
    )


@dataclass(slots=True)
class _Work:
    """A batch under work: the columns done, and the rows that are out."""

    keys: Keyring
    opaque: bool
    clock: Clock
    latest: int
    reasons: npt.NDArray[np.object_]
    own: Surrogates
    out: dict[str, pa.Array] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    formerly: dict[int, int] = field(default_factory=dict)
    unread: dict[str, Mask] = field(default_factory=dict)
    """Optional column → where its text could not be read."""

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
            trunk_word = trunk_word.strip().lower() or "own"
            shown = None if self.opaque else read_number(raw, trunk_word)
            name = raw.strip() if shown is None else shown.name
            surrogate = self.keys.surrogate("number", name)
            if shown is not None and trunk_word == "national" and self._is_own(surrogate):
                # Our own subscribers' calls do not come in by other networks.
                shown = shown_by_another(shown)
                name = shown.name
                surrogate = self.keys.surrogate("number", name)
            self.names[surrogate] = name
            surrogates.append(surrogate)
            forms.append(0 if shown is None else int(shown.form))
        self.out["number"] = pa.array(surrogates, pa.int64()).take(encoded.indices)
        self.out["form"] = pa.array(forms, pa.int8()).take(encoded.indices)

    def _is_own(self, surrogate: int) -> bool:
        place = int(np.searchsorted(self.own, surrogate))
        return place < len(self.own) and int(self.own[place]) == surrogate

    def _recognise(self, values: pa.Array) -> None:
        """Which surrogates the complainers had before the keys were rotated."""
        for text in pc.unique(values.drop_null()).to_pylist():
            name = text.strip()
            now = self.keys.surrogate(COMPLAINER, name)
            self.formerly |= dict.fromkeys(self.keys.formerly(COMPLAINER, name), now)

    def partition(self, values: pa.Array, column: Column) -> None:
        """The time whose day is the partition: it must lie in the past, and not before 2000."""
        seconds, bad = self.clock.seconds(values, day=column.type is Type.DATE)
        self.blame(bad & ~_empty(values), f"{column.name}: {_TIME}")
        self.blame((seconds > self.latest) & ~bad, f"{column.name}: lies in the future")
        self.blame((seconds < EARLIEST) & ~bad, f"{column.name}: before the year 2000")
        self.out["at"] = pa.array(seconds, mask=bad)

    def keep(self, values: pa.Array, column: Column) -> None:
        """Any other column, by its type."""
        name, keys = column.name, self.keys
        if column.type is Type.NUMBER:
            reader: Callable[[str], str | None] = str.strip if self.opaque else _name
            self.out["other"] = _hashed(values, "number", keys, reader)
        elif column.type is Type.DEVICE:
            self.out["imei"] = _hashed(values, "imei", keys, str.strip if self.opaque else imei)
            self.out["tac"] = _per_value(values, _tac, pa.int32())
            self.unread[name] = _empty(self.out["imei"]) & ~_empty(values)
        elif column.type is Type.KEY:
            self.out[name] = _hashed(values, name, keys, str.strip)
            if name == COMPLAINER and keys.former:
                self._recognise(values)
        elif column.type is Type.AREA:
            self.out[name] = _per_value(values, area_code, pa.int32())
            self.unread[name] = _empty(self.out[name]) & ~_empty(values)
        elif column.type is Type.CHOICE:
            codes = _per_value(values, _choice(column), pa.int8())
            self.blame(
                _empty(codes) & ~_empty(values), f"{name}: expected {', '.join(column.choices)}"
            )
            self.out[name] = codes.fill_null(0)
        elif column.type in (Type.TIME, Type.DATE):
            seconds, bad = self.clock.seconds(values, day=column.type is Type.DATE)
            self.blame(bad & ~_empty(values), f"{name}: {_TIME}")
            self.out[name] = pa.array(seconds, mask=bad)
        else:
            whole = column.type is Type.SECONDS
            numbers, bad = _numbers(values, whole=whole)
            self.blame(bad & ~_empty(values), f"{name}: expected a number from 0 up")
            self.out[name] = pa.array(numbers, mask=bad).cast(pa.int32() if whole else pa.float64())


_TIME = "expected a time, ISO 8601 or seconds since 1970"
_DIGITS = range(3, 26)
"""How many digits a number has: 110 is one, and a port of SMS has up to 25."""
_NUMBER = re.compile(r"(?:tel:)?[+*#(\s]*\d[\d\s()./*#\-\u2010-\u2015\u2212]*", re.IGNORECASE)
"""What people and switches write of a number. `1.38E+10`, a table's rounding, is none, and a time is none."""
PLACEHOLDERS = frozenset(
    ("null", "none", "n/a", "na", "nan", "nil", "unknown", "-", "--", "\\n", "未知", "无")
)
"""What stands in a field where nothing is known; as a key, all of it would be one person or place."""


def _no_number(values: pa.Array) -> Mask:
    """Which values are there and no number in any form."""
    bad = _per_value(values, _is_none, pa.bool_()).fill_null(False)
    return np.asarray(bad.to_numpy(zero_copy_only=False), np.bool_)


def _is_none(text: str) -> bool:
    if text.isdecimal():
        return len(text) not in _DIGITS
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    count = sum(character.isdigit() for character in text)
    return count not in _DIGITS or _NUMBER.fullmatch(text.strip()) is None


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
        values = _text(values)
    swaps = mapping.values.get(column.name)
    if swaps:
        values = _per_value(values, lambda text: swaps.get(text, text), pa.string())
    if column.type in (Type.NUMBER, Type.DEVICE):
        # What a table program wrote of a column that it took for fractions.
        values = pc.replace_substring_regex(values, r"^(\+?\d+)\.0+$", r"\1")
    if column.type in (Type.DEVICE, Type.KEY):
        values = _per_value(values, _told, pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), None, values)


def _text(values: pa.Array) -> pa.Array:
    """A column of numbers as text; fractions that are whole and exact as whole numbers."""
    if not pa.types.is_float64(values.type):
        return values.cast(pa.string())
    values = pc.if_else(pc.is_nan(values), None, values)
    exact = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), 2.0**53))
    whole = pc.if_else(exact, values, None).cast(pa.int64()).cast(pa.string())
    return pc.if_else(exact, whole, values.cast(pa.string()))


def _told(text: str) -> str:
    """The text of a key, or nothing where it only stands for nothing."""
    plain = text.strip()
    return "" if plain.lower() in PLACEHOLDERS or not plain.strip("0") else text


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


def _hashed(
    values: pa.Array, domain: str, keys: Keyring, read: Callable[[str], str | None]
) -> pa.Array:
    def surrogate(text: str) -> int | None:
        name = read(text)
        return None if name is None else keys.surrogate(domain, name)

    return _per_value(values, surrogate, pa.int64())


def _name(text: str) -> str:
    return read_number(text).name


def imei(text: str) -> str | None:
    """The 14 digits that name a device; None for what is no IMEI, or the same digit all along."""
    digits = re.sub(r"\D", "", text)
    named = digits[:14]
    return named if 14 <= len(digits) <= 16 and len(set(named)) > 1 else None


def _tac(text: str) -> int | None:
    named = imei(text)
    return None if named is None else int(named[:8])


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
