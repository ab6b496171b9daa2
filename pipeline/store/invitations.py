"""Invitations: each lets one person make one account theirs, once, until a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    delete,
    insert,
    select,
)

from pipeline.store.schema import UtcTime, metadata

invitations = Table(
    "invitations",
    metadata,
    Column("code", Text, primary_key=True),
    Column("login", Text, ForeignKey("accounts.login"), nullable=False),
    Column("totp", LargeBinary, nullable=False),
    Column("sets_password", Boolean, nullable=False),
    Column("until", UtcTime, nullable=False),
    Index("ix_invitations_login", "login"),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation; `code` is a sha256, `totp` the sealed secret that its taker will have."""

    code: str
    login: str
    totp: bytes
    sets_password: bool
    until: datetime


def add(connection: Connection, invitation: Invitation) -> None:
    """Keep a new invitation."""
    connection.execute(
        insert(invitations).values(
            code=invitation.code,
            login=invitation.login,
            totp=invitation.totp,
            sets_password=invitation.sets_password,
            until=invitation.until,
        )
    )


def invitation_of(connection: Connection, code: str) -> Invitation | None:
    """The invitation whose code has this sha256."""
    row = connection.execute(select(invitations).where(invitations.c.code == code)).first()
    if row is None:
        return None
    return Invitation(row.code, row.login, row.totp, row.sets_password, row.until)


def use(connection: Connection, code: str) -> Invitation | None:
    """Take an invitation away; None where somebody else did."""
    found = invitation_of(connection, code)
    gone = connection.execute(delete(invitations).where(invitations.c.code == code))
    return found if gone.rowcount else None


def drop(connection: Connection, login: str) -> None:
    """Void what invites to an account."""
    connection.execute(delete(invitations).where(invitations.c.login == login))


def invited(connection: Connection, *, at: datetime) -> dict[str, datetime]:
    """Logins with an open invitation, and until when it is."""
    query = select(invitations.c.login, invitations.c.until).where(invitations.c.until > at)
    return {row.login: row.until for row in connection.execute(query)}
