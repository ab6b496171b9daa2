"""The guard before anything is written: what may not be listed, in columns of millions.

The rules are those of `pipeline.protected`; here they are asked only about rows that a quick test
cannot clear. A refused row is kept with its reason, for an analyst to see.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.cover import Mask
from pipeline.indicators import is_public_suffix
from pipeline.nouns import Indicator, Kind
from pipeline.protected import Protected, Refusal

_NAME = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$"
_URL = r"^[a-z][a-z0-9+.-]*://[!-~]+$"
_NUMBER = re.compile(r"\+?[0-9]{2,24}")
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
    suspects = protected.suspects
    for n, name in enumerate(_texts(value)):
        if allowed[n] and (suspects(name) or is_public_suffix(name)):
            refusal = protected.refuse_name(name, page=False, below=below)
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
    refused = _malformed(rows, ~allowed)
    for n, host in enumerate(_texts(hosts)):
        if allowed[n] and (all_of_them or protected.suspects(host) or is_public_suffix(host)):
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


def _texts(values: pa.Array) -> list[str]:
    texts: list[str] = values.cast(pa.string()).to_pylist()
    return texts
