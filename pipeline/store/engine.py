"""Open the database: SQLite in WAL mode or PostgreSQL by URL, brought to the newest schema."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from pipeline.errors import FanzhaError
from pipeline.private import close
from pipeline.store.schema import Turn, take_turn

__all__ = ["Connection", "Store", "open_store"]

_BUSY_SECONDS = 60
"""How long a writer waits for another; six writers at once need a few seconds at most."""

_UNWRITABLE = ("disk is full", "disk I/O error", "No space left", "readonly database")
"""What databases say when trying again cannot help until a person has done something."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. `write()` is one transaction, whole or not at all."""

    engine: Engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that takes the writer's turn at once, so that none fails half-way."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            told = str(error.orig).strip()
            if not any(word in told for word in _UNWRITABLE):
                raise
            raise FanzhaError(
                f"database: it cannot be written ({told}); make room or mend the rights and run "
                "again: what is stored stays, and the work goes on from there"
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; what is written in it is thrown away."""
        options: dict[str, Any] = (
            {"isolation_level": "REPEATABLE READ"}
            if self.engine.dialect.name == "postgresql"
            else {"fanzha_read": True}
        )
        with self.engine.connect().execution_options(**options) as connection:
            yield connection
            connection.rollback()

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open the store at an SQLAlchemy URL, making or migrating it first.

    Raises `FanzhaError` where the URL is wrong, the database does not answer, or it was written by
    a later version of Fanzha.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise FanzhaError(f"database: expected sqlite:///FILE or postgresql://…, got {url!r}")
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            _own(Path(parsed.database))
        engine = create_engine(parsed)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _migrate(engine)
    except ArgumentError as error:
        raise FanzhaError(f"database: expected an SQLAlchemy URL, got {url!r}") from error
    except DBAPIError as error:
        raise FanzhaError(
            f"database: {make_url(url).render_as_string(hide_password=True)} cannot be used "
            f"({str(error.orig).strip()}); check the address, the rights and the disk"
        ) from error
    return Store(engine)


def _own(path: Path) -> None:
    """A database file that its owner alone may read; SQLite gives its log and index the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if str(path) == ":memory:":
        return
    with contextlib.suppress(OSError):  # there already, or no place for one: SQLite says which
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists():
            close(file)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, and BEGIN IMMEDIATE: the default BEGIN fails with "locked" as soon as two write."""

    @event.listens_for(engine, "connect")
    def configure(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("fanzha_read", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@cache
def _scripts() -> tuple[str, frozenset[str]]:
    """The newest revision and all of them; read once, as reading compiles every migration."""
    scripts = ScriptDirectory.from_config(_config())
    return str(scripts.get_current_head()), frozenset(s.revision for s in scripts.walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection)


def migrate(connection: Connection) -> None:
    """Bring a database to the newest schema, within the transaction; of several only one does it."""
    newest, known = _scripts()
    if _revision(connection) == newest:
        return
    take_turn(connection, Turn.SCHEMA)
    # Another process may have done it while this one waited.
    at = _revision(connection)
    if at == newest:
        return
    if at is not None and at not in known:
        raise FanzhaError(
            f"database: its schema ({at}) is of a later version of Fanzha than this one "
            f"({newest}); install that version, or restore a backup"
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
