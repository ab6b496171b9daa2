"""What registries said, and when each may be asked again: one memory for all batches and processes here.

A registry limits questions by where they come from, not by batch. And who was not served in one batch is
served in a later one only if those before him need not be asked again.
"""

import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.nouns import Json

_log = logging.getLogger(__name__)

KEPT = timedelta(days=6)
"""How long an answer is not asked for again: less than the week until a listed site's next re-check."""
_PATIENCE = 2.0
"""Seconds in which another process gives the file free."""
_LONGEST_WAIT = 60.0
_TABLES = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS answers
        (registry TEXT, domain TEXT, at TEXT, facts TEXT, PRIMARY KEY (registry, domain));
    CREATE TABLE IF NOT EXISTS turns (registry TEXT PRIMARY KEY, free_at REAL);
"""
"""A cache: what a crash loses is asked again."""


class Registries:
    """A small database in the cache folder; where it cannot be had, one in memory. Use with `with`.

    The clock of turns is the machine's; `now` is the time of what is learned.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "Registries":
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._database = _opened(str(self._folder / "registries.sqlite"))
        except (OSError, sqlite3.Error) as error:
            _log.warning("registrations are not remembered: %s", error)
            self._database = _opened(":memory:")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def answers(
        self, registry: str, domains: Sequence[str], now: datetime
    ) -> dict[str, dict[str, Json]]:
        """What a registry said of some domains not long ago; those it said nothing of are missing."""
        asked = (
            "SELECT domain, at, facts FROM answers"
            " WHERE registry = ? AND domain IN (SELECT value FROM json_each(?))"
        )
        found: dict[str, dict[str, Json]] = {}
        with contextlib.suppress(sqlite3.Error):
            for domain, at, facts in self._database.execute(asked, (registry, json.dumps(domains))):
                with contextlib.suppress(ValueError):
                    if timedelta() <= now - datetime.fromisoformat(at) < KEPT:
                        found[domain] = json.loads(facts)
        return found

    def learn(self, registry: str, domain: str, facts: dict[str, Json], now: datetime) -> None:
        """Keep what a registry said."""
        told = (registry, domain, now.isoformat(), json.dumps(facts))
        with contextlib.suppress(sqlite3.Error):  # a file that somebody else holds for too long
            self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", told)

    def forget(self, now: datetime) -> None:
        """Forget what is too old."""
        old = (now - KEPT).isoformat()
        with contextlib.suppress(sqlite3.Error):
            self._database.execute("DELETE FROM answers WHERE at < ?", (old,))

    def wait(self, registry: str, every: float) -> float:
        """Take the next turn at a registry that may be asked `every` so many seconds; the seconds until
        then."""
        now = time.time()
        try:
            self._database.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            return every
        row = self._database.execute(
            "SELECT free_at FROM turns WHERE registry = ?", (registry,)
        ).fetchone()
        # A clock that went back must not make anybody wait for days.
        at = max(now, min(row[0], now + _LONGEST_WAIT)) if row else now
        self._database.execute("INSERT OR REPLACE INTO turns VALUES (?, ?)", (registry, at + every))
        self._database.execute("COMMIT")
        return at - now


def _opened(name: str) -> sqlite3.Connection:
    database = sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None)
    database.executescript(_TABLES)
    return database
