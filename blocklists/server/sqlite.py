"""Small private SQLite files of the download service: made with mode 0600, WAL, short transactions."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import FanzhaError


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """Open the file in WAL mode, where readers never wait for the writer, and make its tables.

    It is made on first use, readable by its owner alone; SQLite gives its `-wal` and `-shm` the
    same mode. Raises `FanzhaError` where others may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A file that is there is never opened beside SQLite: to close it would drop the locks that this
    # process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        raise FanzhaError(f"{path} must be readable by its owner alone; run: chmod 600 {path}")
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(schema)
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written inside; the write lock is taken at once."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
