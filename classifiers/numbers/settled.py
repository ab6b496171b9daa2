"""Numbers that people settled, as rows to learn from: features and what was decided, no number.

The file is JSON lines, plain or gzipped: `{"features": {name: number|null}, "fraud": true,
"settled": "2026-03-01T…"}`; or the desk's file of labels (`fanzha labels`), a CSV whose numbers are
not read.
"""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from classifiers.numbers.training import Rows
from pipeline.errors import FanzhaError

ASIDE = 4
"""Of each side, every so-manieth settled number is kept for the calibration."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One number that a person decided on."""

    features: Mapping[str, float | None]
    fraud: bool
    settled: datetime


def settled_rows(settled: Sequence[Settled], names: Sequence[str]) -> tuple[Rows, Rows]:
    """Rows to learn from and rows to calibrate on, in the columns of `names`."""
    x = np.array(
        [[np.nan if (v := s.features.get(n)) is None else v for n in names] for s in settled],
        np.float64,
    ).reshape(len(settled), len(names))
    y = np.array([s.fraud for s in settled], np.bool_)
    aside = np.zeros(len(settled), np.bool_)
    for side in (y, ~y):
        aside[np.flatnonzero(side)[::ASIDE]] = True
    return Rows(x[~aside], y[~aside]), Rows(x[aside], y[aside])


def write_settled(path: Path, settled: Iterable[Settled]) -> int:
    """Write settled numbers, whole or not at all; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    opened = gzip.open if path.suffix == ".gz" else open
    written = 0
    with opened(draft, "wt", encoding="utf-8") as file:
        for s in settled:
            row = {"features": dict(s.features), "fraud": s.fraud, "settled": s.settled.isoformat()}
            file.write(json.dumps(row, sort_keys=True) + "\n")
            written += 1
    draft.replace(path)
    return written


def read_settled(path: Path) -> list[Settled]:
    """Read settled numbers, the oldest first. Raises `FanzhaError` with the row that is none."""
    found: list[Settled] = []
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            if path.name.removesuffix(".gz").endswith(".csv"):
                for row in csv.DictReader(file):
                    calls = json.loads(row["calls"]) if row["calls"] else None
                    if calls is not None:
                        found.append(_settled(calls["features"], row["label"], row["decided_at"]))
            else:
                for line in file:
                    told = json.loads(line)
                    found.append(_settled(told["features"], told["fraud"], told["settled"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FanzhaError(
            f"{path}, row {len(found) + 1}: expected settled numbers, as `fanzha models retrain --of "
            f"numbers` or the desk's labels have them, got {type(error).__name__}: {error}"
        ) from error
    return sorted(found, key=lambda s: s.settled)


def _settled(features: Mapping[str, float | None], label: bool | str, at: str) -> Settled:
    known = {str(n): None if v is None else float(v) for n, v in features.items()}
    return Settled(known, bool(int(label)), datetime.fromisoformat(at))
