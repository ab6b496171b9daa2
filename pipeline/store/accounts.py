"""Accounts of the desk, their sessions, and the attempts that are counted and limited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from pipeline.errors import ConflictError
from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("login", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False, default=0),
    Column("language", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, ForeignKey("accounts.login"), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Index("ix_sessions_login", "login"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("who", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_attempts_who_at", "who", "at"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `password` is an argon2 hash, `totp` a sealed secret."""

    login: str
    role: str
    password: str
    totp: bytes
    totp_step: int
    """The last time step whose code was used, so that a code that was overheard opens nothing."""
    language: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One login of one browser; `id` is the sha256 of the token in its cookie."""

    id: str
    login: str
    opened_at: datetime
    seen_at: datetime


def add_account(connection: Connection, account: Account) -> None:
    """Keep a new account. Raises `ConflictError` where the login is taken."""
    there = connection.scalar(select(accounts.c.login).where(accounts.c.login == account.login))
    if there is not None:
        raise ConflictError(f"login {account.login!r} is taken; choose another")
    try:
        connection.execute(
            insert(accounts).values(
                login=account.login,
                role=account.role,
                password=account.password,
                totp=account.totp,
                totp_step=account.totp_step,
                language=account.language,
                created_at=account.created_at,
                closed_at=account.closed_at,
            )
        )
    except IntegrityError as error:
        raise ConflictError(f"login {account.login!r} is taken; choose another") from error


def account_of(connection: Connection, login: str) -> Account | None:
    """The account of a login, open or closed."""
    row = connection.execute(select(accounts).where(accounts.c.login == login)).first()
    return None if row is None else _account(row)


def all_accounts(connection: Connection) -> list[Account]:
    """Every account, by login."""
    return [
        _account(row) for row in connection.execute(select(accounts).order_by(accounts.c.login))
    ]


def change_account(connection: Connection, login: str, **values: Any) -> bool:
    """Set columns of an account; False where there is none."""
    done = connection.execute(update(accounts).where(accounts.c.login == login).values(**values))
    return bool(done.rowcount)


def use_totp_step(connection: Connection, login: str, step: int) -> bool:
    """Use up a time step; False where it, or a later one, was used before."""
    done = connection.execute(
        update(accounts)
        .where(accounts.c.login == login, accounts.c.totp_step < step)
        .values(totp_step=step)
    )
    return bool(done.rowcount)


def open_session(connection: Connection, session: Session) -> None:
    """Keep a new session."""
    connection.execute(
        insert(sessions).values(
            id=session.id, login=session.login, opened_at=session.opened_at, seen_at=session.seen_at
        )
    )


def session_of(connection: Connection, session: str) -> tuple[Session, Account] | None:
    """A session and its account; None where it was closed."""
    query = (
        select(sessions.c.opened_at, sessions.c.seen_at, accounts)
        .join(accounts, accounts.c.login == sessions.c.login)
        .where(sessions.c.id == session)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Session(session, row.login, row.opened_at, row.seen_at), _account(row)


def touch_session(connection: Connection, session: str, *, at: datetime) -> None:
    """Say that a session was used."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(seen_at=at))


def close_session(connection: Connection, session: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.id == session))


def close_sessions(connection: Connection, login: str) -> int:
    """End every session of a login; returns how many there were."""
    return int(connection.execute(delete(sessions).where(sessions.c.login == login)).rowcount)


def drop_sessions(connection: Connection, *, opened_before: datetime) -> None:
    """Forget the sessions that nobody can use any more."""
    connection.execute(delete(sessions).where(sessions.c.opened_at < opened_before))


def take_turn(connection: Connection, who: str) -> None:
    """Count and add attempts of `who` one transaction after another, so that none slips by.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(who))))


def add_attempt(connection: Connection, who: str, *, at: datetime) -> None:
    """Count a try (a failed login, an appeal) of a keyed hash of a login or an address."""
    connection.execute(insert(attempts).values(who=who, at=at))


def attempts_since(connection: Connection, who: str, *, since: datetime) -> int:
    """How often `who` tried since a time."""
    query = select(func.count()).where(attempts.c.who == who, attempts.c.at >= since)
    return int(connection.scalar(query) or 0)


def drop_attempts(connection: Connection, *, before: datetime, who: str | None = None) -> None:
    """Forget the attempts before a time: all of them, or those of one."""
    statement = delete(attempts).where(attempts.c.at < before)
    connection.execute(statement if who is None else statement.where(attempts.c.who == who))


def _account(row: Any) -> Account:
    return Account(
        login=row.login,
        role=row.role,
        password=row.password,
        totp=row.totp,
        totp_step=row.totp_step,
        language=row.language,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
