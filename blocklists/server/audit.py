"""The audit log: one JSON line per download and per refusal, one file per UTC day, only appended.

A line is written before the first byte of a body leaves, so that nothing can be handed out without
one, even where the service is killed; a body that did not go out whole gets a second line. Lines
about answers that hand nothing out (304) are written once a second, since a busy disk would make
each of them wait. Tokens are named by their id; what the public asks of `/why` is not logged.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

REFUSALS_PER_SECOND = 20
"""Lines that strangers can cause, per worker and second; the rest are counted in the next line."""

WAITING = 64 * 1024
"""Bytes of lines that wait at most."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encoded(line: dict[str, Any]) -> bytes:
    """A line as JSON, to which only the time is still to be added; it holds one field at least."""
    return _JSON.encode(line).encode("utf-8", "surrogateescape")


class AuditLog:
    """The folder of the log. Appends whole lines, which several workers may do at once (O_APPEND)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._day = ""
        self._handle = -1
        self._waiting = bytearray()
        self._second = 0
        self._refusals = 0
        self._left_out = 0

    def write(self, at: datetime, line: dict[str, Any]) -> None:
        """Append one line now, and those that wait; `at` is put in front."""
        self.write_later(at, line)
        self.flush()

    def write_later(self, at: datetime, line: dict[str, Any]) -> None:
        """Append one line with the next flush, or once `WAITING` bytes wait."""
        self.write_encoded_later(at.isoformat(), encoded(line))

    def write_encoded_later(self, at: str, line: bytes) -> None:
        """The same of a line that is encoded already; `at` is a UTC time in ISO format."""
        if not at.startswith(self._day) or not self._day:
            self._open(at[:10])
        self._waiting += b'{"at":"%s",%s\n' % (at.encode(), line[1:])
        if len(self._waiting) > WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            os.write(self._handle, self._waiting)
            self._waiting.clear()

    def refuse(self, at: datetime, line: dict[str, Any]) -> None:
        """Append a line about somebody who was not let in, within what strangers may cause."""
        second = int(at.timestamp())
        if second != self._second:
            self._second, self._refusals = second, 0
        self._refusals += 1
        if self._refusals > REFUSALS_PER_SECOND:
            self._left_out += 1
            return
        if self._left_out:
            line = {**line, "left_out_before": self._left_out}
            self._left_out = 0
        self.write(at, line)

    def close(self) -> None:
        """Write what waits and close the file of the day."""
        self.flush()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle, self._day = -1, ""

    def _open(self, day: str) -> None:
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._handle = os.open(self.folder / f"{day}.jsonl", flags, 0o600)
        self._day = day
