"""What carriers fetched and say they enforce: fetches, daily usage and receipts.

A SQLite file of its own (mode 0600), written by the service alone. Fetches and usage are gathered
in memory and written once a second by each worker; the audit log is what must not lose a line.
Receipts are written at once and never changed.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blocklists.server.sqlite import connect, transaction
from pipeline.nouns import Receipt

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fetches (
    consumer TEXT NOT NULL, file TEXT NOT NULL, serial INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (consumer, file)
) STRICT;
CREATE TABLE IF NOT EXISTS usage (
    consumer TEXT NOT NULL, day TEXT NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (consumer, day)
) STRICT;
CREATE TABLE IF NOT EXISTS receipts (
    id INTEGER PRIMARY KEY, consumer TEXT NOT NULL, serial INTEGER NOT NULL, sha256 TEXT NOT NULL,
    enforced INTEGER NOT NULL, at TEXT NOT NULL, received_at TEXT NOT NULL, ours INTEGER,
    UNIQUE (consumer, serial, sha256, enforced, at)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Fetch:
    """The last time that a consumer took a file, or learnt that its copy is still the newest."""

    consumer: str
    file: str
    serial: int
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that came, and whether its hash is that of the release we published."""

    receipt: Receipt
    ours: bool | None
    """None where the release was no longer here to compare."""


class Ledger:
    """The file of the service. Opened on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: sqlite3.Connection | None = None
        self._fetches: dict[tuple[str, str], tuple[int, str]] = {}
        self._used: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._before: dict[tuple[str, str], tuple[int, int]] = {}

    @property
    def _db(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = connect(self.path, _SCHEMA)
        return self._open

    def note(self, consumer: str, file: str | None, serial: int, at: datetime, size: int) -> None:
        """Remember one request: the file and serial it got, or None where it was refused.

        `size` is the body's length in bytes, 0 for a 304.
        """
        text = at.isoformat()
        if file is not None:
            self._fetches[consumer, file] = (serial, text)
        used = self._used[consumer, text[:10]]
        used[0] += 1
        used[1] += size

    def used(self, consumer: str, at: datetime) -> tuple[int, int]:
        """Requests and bytes of a consumer on the UTC day of `at`, up to the last second's share of
        other workers."""
        key = (consumer, at.date().isoformat())
        if key not in self._before:
            self._before[key] = self._stored(key)
        mine = self._used.get(key, (0, 0))
        return self._before[key][0] + mine[0], self._before[key][1] + mine[1]

    def flush(self) -> None:
        """Write what was gathered since the last time, in one transaction."""
        if not self._fetches and not self._used:
            return
        db = self._db
        with transaction(db):
            db.executemany(
                "INSERT INTO fetches VALUES (?, ?, ?, ?) ON CONFLICT (consumer, file) DO UPDATE"
                " SET serial = excluded.serial, at = excluded.at WHERE excluded.at > fetches.at",
                [(*key, *value) for key, value in self._fetches.items()],
            )
            db.executemany(
                "INSERT INTO usage VALUES (?, ?, ?, ?) ON CONFLICT (consumer, day) DO UPDATE"
                " SET requests = requests + excluded.requests, bytes = bytes + excluded.bytes",
                [(*key, *value) for key, value in self._used.items()],
            )
        self._before = {key: self._stored(key) for key in self._used}
        self._fetches.clear()
        self._used.clear()

    def receive(self, receipt: Receipt, *, now: datetime, ours: bool | None) -> None:
        """Keep a receipt; the same one twice is kept once."""
        self._db.execute(
            "INSERT OR IGNORE INTO receipts (consumer, serial, sha256, enforced, at, received_at,"
            " ours) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                receipt.consumer,
                receipt.serial,
                receipt.sha256,
                receipt.enforced,
                receipt.at.isoformat(),
                now.isoformat(),
                ours,
            ),
        )

    def receipts(self, consumer: str | None = None, *, limit: int = 100) -> list[KeptReceipt]:
        """The newest receipts of one consumer or of all, newest first."""
        rows = self._db.execute(
            "SELECT consumer, serial, sha256, enforced, at, received_at, ours FROM receipts"
            " WHERE ? IS NULL OR consumer = ? ORDER BY id DESC LIMIT ?",
            (consumer, consumer, limit),
        )
        return [_kept(row) for row in rows]

    def last_receipts(self) -> dict[str, KeptReceipt]:
        """The receipt that came last from each consumer."""
        rows = self._db.execute(
            "SELECT consumer, serial, sha256, enforced, at, received_at, ours FROM receipts"
            " WHERE id IN (SELECT max(id) FROM receipts GROUP BY consumer)"
        )
        return {row[0]: _kept(row) for row in rows}

    def fetches(self) -> list[Fetch]:
        """The last fetch of every file by every consumer."""
        rows: Iterable[tuple[str, str, int, str]] = self._db.execute(
            "SELECT consumer, file, serial, at FROM fetches ORDER BY consumer, file"
        )
        return [Fetch(row[0], row[1], row[2], datetime.fromisoformat(row[3])) for row in rows]

    def close(self) -> None:
        """Write what is left and close the file."""
        self.flush()
        if self._open is not None:
            self._open.close()
            self._open = None

    def _stored(self, key: tuple[str, str]) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT requests, bytes FROM usage WHERE consumer = ? AND day = ?", key
        ).fetchone()
        return (row[0], row[1]) if row else (0, 0)


def _kept(row: tuple[str, int, str, int, str, str, int | None]) -> KeptReceipt:
    consumer, serial, sha256, enforced, at, received_at, ours = row
    claimed, came = datetime.fromisoformat(at), datetime.fromisoformat(received_at)
    receipt = Receipt(consumer, serial, sha256, enforced, claimed, came)
    return KeptReceipt(receipt, None if ours is None else bool(ours))
