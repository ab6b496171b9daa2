"""The guard before anything is written: what may not be listed, in columns of millions.

The rules are those of `pipeline.protected`; here they are asked only about rows that a quick test
cannot clear. A refused row is kept with its reason, for an analyst to see.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists import cover
from blocklists.cover import Mask
from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import is_ip, read_key, suffix_rules
from pipeline.nouns import Indicator, Kind
from pipeline.protected import Protected, Refusal

_NAME = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$"
_URL = r"^[a-z][a-z0-9+.-]*://[!-~]+$"
_NUMBER = re.compile(r"\+?[0-9]{2,24}")
_PART = 65_536
_MAX_NAME = 253
"""Octets of a name in text (RFC 1035, 2.3.4)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A live decision that may not be listed."""

    indicator: Indicator
    decision: str
    refusal: Refusal


def refuse_names(
    rows: pa.Table, protected: Protected, *, below: bool
) -> tuple[Mask, tuple[Refused, ...]]:
    """Which of the rows may be listed as names, and why the others may not."""
    value = rows["value"].combine_chunks()
    sound = pc.and_(
        pc.match_substring_regex(value, _NAME), pc.less_equal(pc.binary_length(value), _MAX_NAME)
    )
    allowed = sound.to_numpy(zero_copy_only=False).copy()
    refused = _malformed(rows, ~allowed)
    for n in np.flatnonzero(allowed & suspects(value, protected)).tolist():
        refusal = protected.refuse_name(value[n].as_py().decode(), page=False, below=below)
        if refusal:
            allowed[n] = False
            refused.append(_refused(rows, n, refusal))
    return allowed, tuple(refused)


def refuse_urls(
    rows: pa.Table, hosts: pa.Array, protected: Protected, *, all_of_them: bool = False
) -> tuple[Mask, tuple[Refused, ...]]:
    """Which of the rows may be listed, by their hosts; `all_of_them` skips the quick test."""
    value = rows["value"].combine_chunks()
    is_url = pc.equal(rows["kind"].cast(pa.string()).combine_chunks(), Kind.URL.value)
    sound = pc.or_(pc.invert(is_url), pc.match_substring_regex(value, _URL))
    allowed = sound.to_numpy(zero_copy_only=False).copy()
    for n in np.flatnonzero(~is_url.to_numpy(zero_copy_only=False)).tolist():
        allowed[n] = _is_address(rows, n)
    refused = _malformed(rows, ~allowed)
    asked = allowed if all_of_them else allowed & suspects(hosts, protected)
    for n in np.flatnonzero(asked).tolist():
        refusal = protected.refusal(_indicator(rows, n))
        if refusal:
            allowed[n] = False
            refused.append(_refused(rows, n, refusal))
    return allowed, tuple(refused)


def refuse_numbers(rows: pa.Table, protected: Protected) -> tuple[Mask, tuple[Refused, ...]]:
    """Which of the rows may be listed as phone numbers, and why the others may not."""
    allowed = np.ones(len(rows), np.bool_)
    refused = []
    refuse, sound = protected.refuse_number, _NUMBER.fullmatch
    for n, number in enumerate(_texts(rows["value"].combine_chunks())):
        refusal = refuse(number) if sound(number) else _MALFORMED
        if refusal:
            allowed[n] = False
            refused.append(_refused(rows, n, refusal))
    return allowed, tuple(refused)


def suspects(names: pa.Array, protected: Protected) -> Mask:
    """Which names the rules must be asked about: a quick test of columns, without false negatives.

    Those that are protected, or above or below what is, and those that may be public suffixes or
    stand above one.
    """
    itself = _set({*protected.names, *protected.above})
    any_above = _set(protected.names)
    parts = [
        _suspects(names.slice(start, _PART), itself, any_above)
        for start in range(0, len(names), _PART)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


@cache
def _suffixes() -> tuple[pa.Array, pa.Array]:
    """What may be a public suffix or stands above one, and what has one right below in `*.` rules."""
    rules = suffix_rules()
    above = (rule.split(".")[n:] for rule in rules for n in range(1, rule.count(".") + 1))
    return (
        _set({*rules, *(".".join(labels) for labels in above)}),
        _set({rule[2:] for rule in rules if rule.startswith("*.")}),
    )


def _suspects(names: pa.Array, itself: pa.Array, any_above: pa.Array) -> Mask:
    suffixes, right_above = _suffixes()
    data, offsets = cover.bytes_of(names)
    at_once = pc.or_(pc.is_in(names, itself), pc.is_in(names, suffixes))
    found: Mask = at_once.to_numpy(zero_copy_only=False).copy()
    dots = np.flatnonzero(data == ord("."))
    of = np.searchsorted(offsets[1:], dots, side="right")
    bare = np.ones(len(names), np.bool_)
    bare[of] = False
    # What stands behind each dot, as a column of its own.
    sizes = offsets[of + 1] - dots - 1
    ends = np.cumsum(sizes)
    text = data[np.arange(int(sizes.sum())) + np.repeat(dots + 1 - (ends - sizes), sizes)]
    at = np.concatenate([[0], ends]).astype(np.int32)
    above = pa.Array.from_buffers(
        pa.binary(), len(dots), [None, pa.py_buffer(at), pa.py_buffer(text)]
    )
    hit = pc.is_in(above, any_above).to_numpy(zero_copy_only=False).copy()
    first = np.ones(len(dots), np.bool_)
    first[1:] = of[1:] != of[:-1]
    hit |= first & pc.is_in(above, right_above).to_numpy(zero_copy_only=False)
    found[of[hit]] = True
    found |= bare
    return found


def _set(names: Iterable[str]) -> pa.Array:
    return pa.array(sorted(name.encode() for name in names), pa.binary())


def _is_address(rows: pa.Table, n: int) -> bool:
    """Whether a row is an address in its one canonical form, which has no names below it."""
    indicator = _indicator(rows, n)
    try:
        canonical = read_key(str(indicator)) == indicator
    except NotAnIndicatorError:
        return False
    return canonical and indicator.kind is Kind.HOST and is_ip(indicator.value)


_MALFORMED = Refusal(
    "malformed",
    "不是规范的名称、网址或号码,写入名单会损坏文件",
    "not a canonical name, URL or number: written into a list it would break the file",
)


def _malformed(rows: pa.Table, wrong: Mask) -> list[Refused]:
    return [_refused(rows, int(n), _MALFORMED) for n in np.flatnonzero(wrong)]


def _refused(rows: pa.Table, n: int, refusal: Refusal) -> Refused:
    return Refused(_indicator(rows, n), rows["decision"][n].as_py().hex(), refusal)


def _indicator(rows: pa.Table, n: int) -> Indicator:
    value = rows["value"][n].as_py().decode("utf-8", "replace")
    return Indicator(Kind(rows["kind"][n].as_py()), value)


def _texts(values: pa.Array) -> Iterator[str]:
    """The values as text, a part at a time: objects of millions would be most of the memory."""
    for start in range(0, len(values), _PART):
        yield from values.slice(start, _PART).cast(pa.string()).to_pylist()
