"""The times of a feed as carriers write them → whole seconds UTC."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Mask = npt.NDArray[np.bool_]

_ZONED = re.compile(r"(?:Z|[T ]\d[\d:.,]* ?[+-]\d\d(?::?\d\d)?)$")
"""A zone at the end: `Z`, `+0800`, `+08:00`, and `+08` as PostgreSQL writes it."""
_COMPACT = re.compile(r"^(\d{8})(\d{4}(?:\d{2})?)$")
"""`20260301100000`, which no standard has and switches write."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a file are written."""

    offset: int
    """Zone of times without one, in seconds east of UTC."""
    form: str = ""
    """The carrier's own way, in the signs of `strptime`; empty for ISO 8601, the compact form of
    fourteen digits, or seconds since 1970."""

    def seconds(self, values: pa.Array, *, day: bool) -> tuple[npt.NDArray[np.int64], Mask]:
        """Seconds UTC of texts, and which are no time; with `day`, of their local midnight.

        Per distinct text would gain nothing: times are nearly all distinct.
        """
        texts = values.to_pandas()
        seconds, bad = self._written(texts) if self.form else self._plain(texts)
        if day:
            seconds = (seconds + self.offset) // 86_400 * 86_400 - self.offset
        return seconds, bad

    def _plain(self, texts: pd.Series) -> tuple[npt.NDArray[np.int64], Mask]:
        numeric = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        is_epoch = (numeric > 100_000_000) & (numeric < 9_999_999_999) & ~np.isnan(numeric)
        seconds = np.where(is_epoch, np.nan_to_num(numeric), 0).astype(np.int64)
        bad = ~is_epoch
        if bad.any():
            rest = texts[bad].astype("object").astype("string").str.strip()
            rest = rest.str.replace(_COMPACT, r"\1T\2", regex=True)
            zoned = rest.str.contains(_ZONED, na=False).to_numpy(bool)
            moments = pd.to_datetime(rest, format="ISO8601", utc=True, errors="coerce")
            seconds[bad], bad[bad] = self._local(moments, zoned)
        return seconds, bad

    def _written(self, texts: pd.Series) -> tuple[npt.NDArray[np.int64], Mask]:
        rest = texts.astype("object").astype("string").str.strip()
        moments = pd.to_datetime(rest, format=self.form, utc=True, errors="coerce")
        return self._local(moments, np.full(len(rest), "%z" in self.form))

    def _local(self, moments: pd.Series, zoned: Mask) -> tuple[npt.NDArray[np.int64], Mask]:
        missing = moments.isna().to_numpy()
        local = moments.to_numpy("datetime64[s]").astype(np.int64) - np.where(zoned, 0, self.offset)
        return np.where(missing, 0, local), missing
