"""The rejects file: every row that was set aside, one JSON object per line."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pipeline.errors import FanzhaError
from pipeline.intake.rows import SetAside


class RejectsFile:
    """Written anew by each intake, with mode 0600; it appears with the first row that is set aside.

    A row is `{"file", "line", "raw", "reason", "message"}`; `accepted` is true where only a cell of
    an accepted row was set aside. Without a path, nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, name: str, row: SetAside, *, accepted: bool) -> None:
        """Write one row down; `name` is the file that it came from."""
        if self._path is None:
            return
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                self._file = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace")
            record = {
                "file": name,
                "line": row.line,
                "raw": row.raw,
                "reason": row.reason,
                "message": row.message,
                "accepted": accepted,
            }
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as error:
            raise FanzhaError(
                f"{self._path}: the rejects file cannot be written ({error.strerror}); "
                "free the disk or name another file, and take the reports in again"
            ) from error
