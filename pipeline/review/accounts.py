"""Accounts of the desk: an admin invites, and the owner alone sets the password and has the secret."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import ConflictError, FanzhaError
from pipeline.review import audit
from pipeline.review.codes import address_of, hash_of, new_code, new_secret, open_secret, step_of
from pipeline.review.keyring import Keyring
from pipeline.review.rights import Role
from pipeline.settings import DeskSettings
from pipeline.store import Connection, accounts, invitations
from pipeline.store.accounts import Account
from pipeline.store.invitations import Invitation

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_UNSET = ""
"""The password of an account whose owner has not come yet: no password has this hash."""


class InvitationRefusedError(FanzhaError):
    """A code that invites nobody: wrong, used, or too old."""


class WrongCodeError(FanzhaError):
    """The authenticator's code does not belong to the secret that was shown."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A new secret, for the eyes of the account's owner."""

    account: Account
    secret: str
    """Base32 secret of the time-based codes (RFC 6238)."""
    uri: str
    """The `otpauth://` address that an authenticator scans."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What is handed to somebody: with this code they make the account theirs, once."""

    login: str
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An invitation that was opened: the secret to scan, and whether a password is to be set."""

    login: str
    secret: str
    uri: str
    sets_password: bool
    account: Account


def make_account(
    tx: Connection,
    login: str,
    role: Role,
    password: str,
    *,
    keys: Keyring,
    actor: str,
    now: datetime,
    language: str = "zh",
) -> NewAccount:
    """Make one's own account at the machine itself; `password` is its hash (`passwords.hashed`).

    Raises `FanzhaError` where the login will not do, and `ConflictError` where it is taken.
    """
    account = _add(tx, login, role, password, keys=keys, actor=actor, now=now, language=language)
    secret = open_secret(account.totp, keys.accounts())
    return NewAccount(account, secret, address_of(secret, login))


def invite(
    tx: Connection,
    login: str,
    role: Role | None = None,
    *,
    keys: Keyring,
    settings: DeskSettings,
    actor: str,
    now: datetime,
    language: str = "zh",
) -> Invited:
    """Invite somebody to a new account, or, without a role, the owner of one to set it up anew.

    Until the code is used, what held before holds; an earlier invitation is void. Raises
    `FanzhaError` where the login will not do, is taken, or is not there.
    """
    if role is None:
        _open_account(tx, login)
    else:
        _add(tx, login, role, _UNSET, keys=keys, actor=actor, now=now, language=language)
    until = now + timedelta(hours=settings.invitation_hours)
    return _invite(tx, login, keys=keys, actor=actor, now=now, until=until, password=True)


def invite_self(
    tx: Connection, login: str, *, keys: Keyring, settings: DeskSettings, now: datetime
) -> Invited:
    """For somebody who has just proved who they are: a new secret, and the password stays."""
    until = now + timedelta(minutes=settings.login_minutes)
    return _invite(tx, login, keys=keys, actor=login, now=now, until=until, password=False)


def open_invitation(
    tx: Connection, login: str, code: str, *, keys: Keyring, now: datetime
) -> Enrolment:
    """What the owner of a code sees. Raises `InvitationRefusedError`; nothing is changed."""
    found = invitations.invitation_of(tx, hash_of(code, of="invitation"))
    account = accounts.account_of(tx, login)
    if found is None or found.login != login or found.until <= now or account is None:
        raise InvitationRefusedError("no open invitation has this login and code")
    if account.closed_at is not None:
        raise InvitationRefusedError("no open invitation has this login and code")
    secret = open_secret(found.totp, keys.accounts())
    return Enrolment(login, secret, address_of(secret, login), found.sets_password, account)


def enrol(
    tx: Connection,
    login: str,
    code: str,
    totp: str,
    *,
    password: str | None,
    keys: Keyring,
    now: datetime,
) -> None:
    """Take an invitation up: from now on the new secret holds, and the new password's hash.

    `totp` is the first code that the owner's authenticator shows, which proves that it was scanned;
    it is not used up, so that the owner can log in with it. Ends the account's sessions. Raises
    `InvitationRefusedError`, or `WrongCodeError`, after which the owner may try again.
    """
    opened = open_invitation(tx, login, code, keys=keys, now=now)
    if step_of(totp, opened.secret, now) is None:
        raise WrongCodeError("the code is not the one that belongs to this secret")
    if opened.sets_password != (password is not None):
        raise FanzhaError("this invitation sets a password: choose one")
    # Whoever takes the row away uses the invitation; nobody else can.
    sealed = invitations.use(tx, hash_of(code, of="invitation"))
    if sealed is None:
        raise ConflictError("this invitation was used meanwhile")
    values: dict[str, Any] = {"totp": sealed.totp, "totp_step": 0}
    _change(tx, login, **values, **({} if password is None else {"password": password}))
    audit.record(tx, at=now, actor=login, act="account.enrol", subject=login)


def change_role(tx: Connection, login: str, role: Role, *, actor: str, now: datetime) -> None:
    """Give an account another role; whoever is logged in with it has to log in again."""
    _change(tx, login, role=role.value)
    audit.record(
        tx, at=now, actor=actor, act="account.role", subject=login, detail={"role": role.value}
    )


def change_password(
    tx: Connection, login: str, password: str, *, actor: str, now: datetime
) -> None:
    """Give an account the password of this hash (`passwords.hashed`) and end its sessions."""
    _change(tx, login, password=password)
    audit.record(tx, at=now, actor=actor, act="account.password", subject=login)


def close_account(tx: Connection, login: str, *, actor: str, now: datetime) -> None:
    """Shut an account for ever; what it did stays under its name."""
    _change(tx, login, closed_at=now)
    invitations.drop(tx, login)
    audit.record(tx, at=now, actor=actor, act="account.close", subject=login)


def _add(
    tx: Connection,
    login: str,
    role: Role,
    password: str,
    *,
    keys: Keyring,
    actor: str,
    now: datetime,
    language: str,
) -> Account:
    if not _LOGIN.fullmatch(login):
        raise FanzhaError(
            f"login: expected 2 to 32 of a-z, 0-9, '.', '_', '-', beginning with a letter; got {login!r}"
        )
    account = Account(
        login=login,
        role=role.value,
        password=password,
        totp=new_secret(keys.accounts()),
        totp_step=0,
        language=language,
        created_at=now,
    )
    accounts.add_account(tx, account)
    detail = {"role": role.value}
    audit.record(tx, at=now, actor=actor, act="account.add", subject=login, detail=detail)
    return account


def _invite(
    tx: Connection,
    login: str,
    *,
    keys: Keyring,
    actor: str,
    now: datetime,
    until: datetime,
    password: bool,
) -> Invited:
    code = new_code()
    made = Invitation(
        hash_of(code, of="invitation"), login, new_secret(keys.accounts()), password, until
    )
    invitations.drop(tx, login)
    invitations.add(tx, made)
    audit.record(tx, at=now, actor=actor, act="account.invite", subject=login)
    return Invited(login, code, until)


def _open_account(tx: Connection, login: str) -> Account:
    account = accounts.account_of(tx, login)
    if account is None or account.closed_at is not None:
        raise _nobody(login)
    return account


def _change(tx: Connection, login: str, **values: Any) -> None:
    if not accounts.change_account(tx, login, **values):
        raise _nobody(login)
    accounts.close_sessions(tx, login)


def _nobody(login: str) -> FanzhaError:
    return FanzhaError(f"no open account {login!r}; `fanzha user list` shows them")
