"""Who may download: consumers, their profile and quotas, and their tokens, hashed at rest.

Kept in a small SQLite file of its own (mode 0600), written by the command line alone and read by
the service. A token is 256 random bits, so that a plain sha256 of it cannot be searched; it is
shown once, when it is made.
"""

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from blocklists.server.sqlite import connect, transaction
from pipeline.errors import FanzhaError

TOKEN_PREFIX = "fanzha_"  # noqa: S105 - the mark by which scanners find a leaked token
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS consumers (
    name TEXT PRIMARY KEY, title TEXT NOT NULL, role TEXT NOT NULL, profile TEXT,
    files TEXT NOT NULL, requests_per_day INTEGER, bytes_per_day INTEGER, added_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tokens (
    sha256 TEXT PRIMARY KEY, consumer TEXT NOT NULL REFERENCES consumers (name),
    made_at TEXT NOT NULL, ends_at TEXT
) STRICT;
"""


class Role(StrEnum):
    """What a consumer may see."""

    CARRIER = "carrier"
    """Its files, and its own standing."""
    REGULATOR = "regulator"
    """Every file, and every carrier's standing."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody who downloads: a carrier, a resolver's operator, a regulator."""

    name: str
    title: str
    role: Role
    added_at: datetime
    profile: str | None = None
    """Whose files it gets beside everybody's; None for everybody's alone."""
    files: tuple[str, ...] = ("*",)
    """Patterns of file names that it may have."""
    requests_per_day: int | None = None
    bytes_per_day: int | None = None
    """Quotas of one UTC day; None for no limit."""

    def may_have(self, name: str, profile: str | None) -> bool:
        """Whether a file of this name, made for this profile, is meant for this consumer."""
        if self.role is Role.REGULATOR:
            return True
        mine = profile is None or profile == self.profile
        return mine and any(fnmatchcase(name, pattern) for pattern in self.files)


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept: its hash, never itself."""

    sha256: str
    consumer: str
    made_at: datetime
    ends_at: datetime | None

    @property
    def id(self) -> str:
        """The eight digits by which people and the audit log speak of it."""
        return self.sha256[:8]


def token_hash(token: str) -> str:
    """Sha256 of a token, in hex: the only form that is written anywhere."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class ConsumerBook:
    """The file of consumers and tokens. Opens it per call; `now` is passed in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, consumer: Consumer) -> str:
        """Enter a consumer and give its first token. Raises `FanzhaError` where the name is taken."""
        if not _SLUG.fullmatch(consumer.name):
            raise FanzhaError(
                f"a consumer's name should be lower-case letters, digits and dashes, and is "
                f"{consumer.name!r}; put the full name into the title"
            )
        with self._writing() as db:
            if db.execute("SELECT 1 FROM consumers WHERE name = ?", (consumer.name,)).fetchone():
                raise FanzhaError(
                    f"{consumer.name} is already a consumer; rotate its token or choose another name"
                )
            db.execute(
                "INSERT INTO consumers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    consumer.name,
                    consumer.title,
                    consumer.role.value,
                    consumer.profile,
                    "\n".join(consumer.files),
                    consumer.requests_per_day,
                    consumer.bytes_per_day,
                    consumer.added_at.isoformat(),
                ),
            )
            return _new_token(db, consumer.name, consumer.added_at)

    def rotate(self, name: str, *, now: datetime, grace: timedelta) -> str:
        """Give a new token; those that exist stay valid for `grace`, so that nobody is cut off."""
        with self._writing() as db:
            self._must_exist(db, name)
            _end_tokens(db, name, now + grace)
            return _new_token(db, name, now)

    def revoke(self, name: str, *, now: datetime) -> int:
        """End every token of a consumer at once; gives how many were live."""
        with self._writing() as db:
            self._must_exist(db, name)
            return _end_tokens(db, name, now)

    def consumers(self) -> list[Consumer]:
        """Everybody, by name; those without a live token too."""
        with closing(self.open()) as db:
            return [_consumer(row) for row in db.execute("SELECT * FROM consumers ORDER BY name")]

    def tokens(self) -> list[Token]:
        """Every token that was ever made, ended ones too, oldest first."""
        with closing(self.open()) as db:
            rows = db.execute("SELECT sha256, consumer, made_at, ends_at FROM tokens")
            tokens = [Token(row[0], row[1], _time(row[2]), _ends(row[3])) for row in rows]
        return sorted(tokens, key=lambda token: (token.made_at, token.sha256))

    def _must_exist(self, db: sqlite3.Connection, name: str) -> None:
        if not db.execute("SELECT 1 FROM consumers WHERE name = ?", (name,)).fetchone():
            known = ", ".join(row[0] for row in db.execute("SELECT name FROM consumers")) or "none"
            raise FanzhaError(f"there is no consumer {name!r}; those there are: {known}")

    def open(self) -> sqlite3.Connection:
        """A connection of one's own, to be closed by the caller; makes the file on first use."""
        return connect(self.path, _SCHEMA)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self.open()) as db, transaction(db):
            yield db


def _new_token(db: sqlite3.Connection, consumer: str, now: datetime) -> str:
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    db.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, NULL)", (token_hash(token), consumer, now.isoformat())
    )
    return token


def _end_tokens(db: sqlite3.Connection, consumer: str, at: datetime) -> int:
    cursor = db.execute(
        "UPDATE tokens SET ends_at = ? WHERE consumer = ? AND (ends_at IS NULL OR ends_at > ?)",
        (at.isoformat(), consumer, at.isoformat()),
    )
    return cursor.rowcount


def _consumer(row: tuple[str, str, str, str | None, str, int | None, int | None, str]) -> Consumer:
    name, title, role, profile, files, requests, size, added = row
    return Consumer(
        name=name,
        title=title,
        role=Role(role),
        added_at=_time(added),
        profile=profile,
        files=tuple(files.split("\n")),
        requests_per_day=requests,
        bytes_per_day=size,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ends(text: str | None) -> datetime | None:
    return None if text is None else _time(text)
