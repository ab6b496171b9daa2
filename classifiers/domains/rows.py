"""Labelled rows as training takes them: labels, weights, folds. Pure."""

import re
import zlib
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.corpus import HostRow, PageRow
from classifiers.domains.experts.readers import FOLDS
from classifiers.domains.states import state_reason

_OLD_TEXT = 0.1
_HALF_LIFE = 180
"""Days in which the text of a fraud page loses half its weight, and the least that it keeps."""


def labels_of(part: Sequence[HostRow | PageRow]) -> NDArray[np.int64]:
    """1 for fraud, 0 for honest."""
    return np.array([row.label for row in part], dtype=np.int64)


def folds_of(part: Sequence[PageRow]) -> NDArray[np.int64]:
    """The fold of each row; a template or a wording is never torn apart."""
    return np.array([zlib.crc32(f"fold {r.group}".encode()) % FOLDS for r in part], dtype=np.int64)


def with_content(part: Sequence[PageRow]) -> list[PageRow]:
    """The rows that show content. A page that only says that it is parked, gone or walled off teaches
    nothing, whatever it was labelled when it was alive."""
    return [row for row in part if state_reason(row.site()) is None]


def host_weights(part: Sequence[HostRow]) -> NDArray[np.float64]:
    """Fraud of the last year counts most: names follow fashions. Honest rows count one."""
    newest = max((row.seen for row in part if row.seen and row.label), default=None)
    return np.array([_host_weight(row, newest) for row in part])


def _host_weight(row: HostRow, newest: date | None) -> float:
    if not row.label:
        return 1.0
    if row.seen is None or newest is None:
        return 0.7
    age = (newest - row.seen).days
    return 2.5 if age <= 366 else 1.5 if age <= 3 * 366 and row.source == "tw165" else 0.7


def text_weights(part: Sequence[PageRow]) -> NDArray[np.float64]:
    """Recent fraud counts most: stale content models collapse. Honest rows count one."""
    newest = max((row.seen for row in part if row.seen and row.label), default=None)
    return np.array([_text_weight(row, newest) for row in part])


def _text_weight(row: PageRow, newest: date | None) -> float:
    if not row.label or newest is None:
        return 1.0
    age = (newest - row.seen).days if row.seen else 10 * _HALF_LIFE
    return max(float(0.5 ** (age / _HALF_LIFE)), _OLD_TEXT)


def wording(text: str) -> str:
    """A key under which messages of one template fall together: the first Han characters past the
    greeting."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text)[3:11]
