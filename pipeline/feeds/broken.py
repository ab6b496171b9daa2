"""Rows of a CSV file with too few or too many fields, which reach no batch: counted, and numbered.

They are told as the file is read. A file that is mostly such rows is stopped while it is read, so that
a small archive of nothing but line ends does not keep anybody busy.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow.csv

EARLY = 100_000
"""Rows from which a file is stopped that is mostly bad."""
MOSTLY = 0.5
"""Share of bad rows from which it is."""

Numbers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Broken:
    """The broken rows of a file that is being read."""

    mostly: float = MOSTLY
    count: int = 0
    stopped_at: int = 0
    """Row at which reading was stopped because most rows are broken; 0 where it was not."""
    _waiting: list[tuple[int, str]] = field(default_factory=list)
    _row: int = 0
    """Number of the last row that was numbered; the first after the header is 1."""

    def set_aside(self, row: pyarrow.csv.InvalidRow) -> str:
        """What the CSV reader asks of a broken row."""
        number = row.number - 1
        self.count += 1
        if number >= EARLY and self.count > self.mostly * number:
            self.stopped_at = number
            return "error"
        side = "few" if row.actual_columns < row.expected_columns else "many"
        self._waiting.append((number, f"too {side} fields: expected {row.expected_columns}"))
        return "skip"

    def numbered(self, rows: int) -> Numbers:
        """The numbers in the file of the next `rows` whole rows."""
        first = self._row + 1
        # A broken row moves what follows it one on; so many whole rows lie before each of them.
        before = np.array([number for number, _ in self._waiting], np.int64)
        before -= np.arange(len(before)) + first
        place = np.arange(rows)
        numbers = np.asarray(first + place + np.searchsorted(before, place, side="right"), np.int64)
        if rows:
            self._row = int(numbers[-1])
        return numbers

    def told(self, *, whole: bool = False) -> list[tuple[int, str]]:
        """(number, reason) of those up to the last numbered row, or of the whole file; each once."""
        count = sum(number <= self._row or whole for number, _ in self._waiting)
        done, self._waiting = self._waiting[:count], self._waiting[count:]
        return done
