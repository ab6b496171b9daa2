"""The door of the download service: from an `Authorization` header to a consumer, or a refusal."""

import base64
import binascii
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blocklists.server.consumers import Consumer, ConsumerBook, token_hash

MAX_TOKEN = 256


@dataclass(frozen=True, slots=True)
class Pass:
    """Who is at the door, and by which token."""

    consumer: Consumer
    token: str
    """The token's id, for the audit log."""
    ends_at: datetime | None

    def over(self, now: datetime) -> bool:
        """Whether its token has ended."""
        return self.ends_at is not None and self.ends_at <= now


class RefusedError(Exception):
    """No pass: the header is absent, malformed, or holds no live token; its text says which."""


class Gate:
    """Knows the live tokens. A change in the book is seen by the very next request.

    SQLite's `data_version` tells whether another process has written since, for some microseconds;
    only then are the tables read again.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self._book = ConsumerBook(path)
        self._now = now
        self._db: sqlite3.Connection | None = None
        self._version = -1
        self._passes: dict[str, Pass] = {}

    def admit(self, authorization: bytes | None, *, browser: bool = False) -> Pass:
        """The pass for a `Bearer` token (RFC 6750 §2.1). Raises `RefusedError`.

        Where `browser` is set, the token may also come as the password of `Basic`, which is how a
        person's browser can send one without it being in a URL.
        """
        if authorization is None:
            raise RefusedError("expected an Authorization header with your token, and none came")
        scheme, _, credentials = authorization.partition(b" ")
        token = credentials.strip()
        if browser and scheme.lower() == b"basic":
            token = _password(token)
        elif scheme.lower() != b"bearer":
            raise RefusedError("expected `Authorization: Bearer TOKEN`, and another scheme came")
        if not token or len(token) > MAX_TOKEN:
            raise RefusedError("expected a token as `fanzha consumer add` printed it")
        found = self._live().get(token_hash(token.decode("latin-1")))
        if found is None or found.over(self._now()):
            raise RefusedError("this token is unknown, replaced or revoked; ask for a new one")
        return found

    def stamp(self) -> int:
        """A number that changes whenever the book has."""
        self._live()
        return self._version

    def consumers(self) -> list[Consumer]:
        """Everybody in the book, by name."""
        return self._book.consumers()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _live(self) -> dict[str, Pass]:
        if self._db is None:
            self._db = self._book.open()
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            consumers = {consumer.name: consumer for consumer in self._book.consumers()}
            self._passes = {
                token.sha256: Pass(consumers[token.consumer], token.id, token.ends_at)
                for token in self._book.tokens()
            }
            self._version = version
        return self._passes


def _password(credentials: bytes) -> bytes:
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""
