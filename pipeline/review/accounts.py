"""Accounts of the desk: making one, changing one, and letting its owner in."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from pipeline.errors import FanzhaError
from pipeline.keys import keyed_hash
from pipeline.review import audit
from pipeline.review.rights import Role
from pipeline.settings import DeskSettings
from pipeline.store import Connection, accounts
from pipeline.store.accounts import Account

ISSUER = "Fanzha"
MIN_PASSWORD = 12
"""Shortest password, in characters; NIST SP 800-63B asks for length, not for kinds of characters."""

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_TOTP_SECONDS = 30
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("no account has this password")
"""Checked where no account is, so that the time of the answer does not tell who exists."""


class LoginRefusedError(FanzhaError):
    """A login that was not let in; it never says which of the three was wrong."""


class LoginPausedError(FanzhaError):
    """Too many failed logins; `seconds` says when to try again."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the owner of a new account needs once: the secret for the authenticator."""

    account: Account
    secret: str
    """Base32 secret of the time-based codes (RFC 6238)."""
    uri: str
    """The `otpauth://` address that an authenticator scans."""


def make_account(
    tx: Connection,
    login: str,
    role: Role,
    password: str,
    *,
    key: bytes,
    actor: str,
    now: datetime,
    language: str = "zh",
) -> NewAccount:
    """Make an account. Raises `FanzhaError` where login or password will not do or login is taken."""
    if not _LOGIN.fullmatch(login):
        raise FanzhaError(
            f"login: expected 2 to 32 of a-z, 0-9, '.', '_', '-', beginning with a letter; got {login!r}"
        )
    secret = pyotp.random_base32()
    account = Account(
        login=login,
        role=role.value,
        password=_hashed(password, login=login),
        totp=bytes(SecretBox(key).encrypt(secret.encode())),
        totp_step=0,
        language=language,
        created_at=now,
    )
    accounts.add_account(tx, account)
    detail = {"role": role.value}
    audit.record(tx, at=now, actor=actor, act="account.add", subject=login, detail=detail)
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    return NewAccount(account, secret, uri)


def change_role(tx: Connection, login: str, role: Role, *, actor: str, now: datetime) -> None:
    """Give an account another role; whoever is logged in with it has to log in again."""
    _change(tx, login, role=role.value)
    audit.record(
        tx, at=now, actor=actor, act="account.role", subject=login, detail={"role": role.value}
    )


def change_password(
    tx: Connection, login: str, password: str, *, actor: str, now: datetime
) -> None:
    """Give an account another password and end its sessions."""
    _change(tx, login, password=_hashed(password, login=login))
    audit.record(tx, at=now, actor=actor, act="account.password", subject=login)


def renew_secret(
    tx: Connection, login: str, *, key: bytes, actor: str, now: datetime
) -> tuple[str, str]:
    """Give an account a new secret for its codes, for a lost telephone; returns it and its address."""
    secret = pyotp.random_base32()
    _change(tx, login, totp=bytes(SecretBox(key).encrypt(secret.encode())), totp_step=0)
    audit.record(tx, at=now, actor=actor, act="account.secret", subject=login)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def close_account(tx: Connection, login: str, *, actor: str, now: datetime) -> None:
    """Shut an account for ever; what it did stays under its name."""
    _change(tx, login, closed_at=now)
    audit.record(tx, at=now, actor=actor, act="account.close", subject=login)


def log_in(
    tx: Connection,
    login: str,
    password: str,
    code: str,
    *,
    address: str,
    key: bytes,
    settings: DeskSettings,
    now: datetime,
) -> Account | LoginRefusedError | LoginPausedError:
    """Let somebody in by password and time-based code (RFC 6238), or say why not.

    The refusal is returned and not raised, because the failure it counted must be kept. A code
    opens once: a later use of the same time step is refused.
    """
    since = now - timedelta(minutes=settings.login_minutes)
    caller = "address:" + keyed_hash(key, address)
    whose = "login:" + keyed_hash(key, login)
    # One address may serve a whole office, so it gets four times what one login gets.
    for who, limit in ((whose, settings.login_attempts), (caller, 4 * settings.login_attempts)):
        if accounts.attempts_since(tx, who, since=since) >= limit:
            minutes = settings.login_minutes
            return LoginPausedError(
                f"too many failed logins; try again in {minutes} minutes", seconds=minutes * 60
            )
    account = accounts.account_of(tx, login)
    good = _right_password(account.password if account else _NOBODY, password)
    if account is not None and good and account.closed_at is None:
        step = _step_of(code, _open_secret(account.totp, key), now)
        if step is not None and accounts.use_totp_step(tx, login, step):
            accounts.drop_attempts(tx, before=since)
            accounts.drop_attempts(tx, before=now, who=whose)
            audit.record(tx, at=now, actor=login, act="login")
            return account
    for who in (whose, caller):
        accounts.add_attempt(tx, who, at=now)
    # The login as typed is not logged: people type passwords into the wrong field.
    known = login if account is not None else None
    audit.record(tx, at=now, actor="-", act="login.refused", subject=known)
    return LoginRefusedError("login, password or code is wrong")


def _change(tx: Connection, login: str, **values: Any) -> None:
    if not accounts.change_account(tx, login, **values):
        raise FanzhaError(f"no account {login!r}; `fanzha user list` shows them")
    accounts.close_sessions(tx, login)


def _hashed(password: str, *, login: str) -> str:
    if len(password) < MIN_PASSWORD or login in password.lower():
        raise FanzhaError(
            f"password: expected {MIN_PASSWORD} characters or more without the login in them, got "
            f"{len(password)}; three or four unrelated words do well"
        )
    return _HASHER.hash(password)


def _right_password(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _open_secret(sealed: bytes, key: bytes) -> str:
    try:
        return SecretBox(key).decrypt(sealed).decode()
    except CryptoError as error:
        raise FanzhaError(
            "the secrets of the accounts were sealed with another key than keys/desk.key; restore "
            "that file from your backup"
        ) from error


def _step_of(code: str, secret: str, now: datetime) -> int | None:
    """The time step a code belongs to: this one, or a neighbour, for clocks that run apart."""
    totp = pyotp.TOTP(secret)
    code = code.replace(" ", "")
    step = int(now.timestamp()) // _TOTP_SECONDS
    for near in (step, step - 1, step + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(near)):
            return near
    return None
