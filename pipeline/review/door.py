"""The door of the desk: password and time-based code let in, and too many failures force a pause."""

from datetime import datetime, timedelta

from pipeline.errors import FanzhaError
from pipeline.keys import keyed_hash
from pipeline.review import audit
from pipeline.review.callers import caller_of
from pipeline.review.codes import open_secret, step_of
from pipeline.review.keyring import Keyring
from pipeline.review.passwords import is_right
from pipeline.settings import DeskSettings
from pipeline.store import Connection, Store, accounts
from pipeline.store.accounts import Account


class LoginRefusedError(FanzhaError):
    """A login that was not let in; it never says which of the three was wrong."""


class LoginPausedError(FanzhaError):
    """Too many failed logins; `seconds` says when to try again."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


def log_in(
    store: Store,
    login: str,
    password: str,
    code: str,
    *,
    address: str,
    keys: Keyring,
    settings: DeskSettings,
    now: datetime,
    act: str = "login",
) -> Account:
    """Let somebody in by password and time-based code (RFC 6238).

    `act` is what the audit log calls it. A code opens once: a later use of the same time step is
    refused. Raises `LoginRefusedError`, which was counted, or `LoginPausedError`.
    """
    tries = Tries(login, address, keys=keys, settings=settings, now=now)
    with store.read() as tx:
        tries.refuse_too_many(tx)
        account = accounts.account_of(tx, login)
    # Between the transactions: it takes tens of milliseconds, and others must not wait for it.
    checked = account.password if account is not None else None
    good = is_right(checked, password, settings=settings)
    with store.write() as tx:
        # Once more, in turn: those who tried meanwhile count, and so does another password since.
        tries.take_turn(tx)
        tries.refuse_too_many(tx)
        account = accounts.account_of(tx, login)
        unchanged = account is not None and account.password == checked
        if good and unchanged and account is not None and account.closed_at is None:
            step = step_of(code, open_secret(account.totp, keys.accounts()), now)
            if step is not None and accounts.use_totp_step(tx, login, step):
                tries.forget(tx)
                audit.record(tx, at=now, actor=login, act=act)
                return account
        tries.count(tx)
        # The login as typed is not logged: people type passwords into the wrong field.
        known = login if account is not None else None
        audit.record(tx, at=now, actor="-", act="login.refused", subject=known)
    raise LoginRefusedError("login, password or code is wrong")


class Tries:
    """How often a login and an address failed lately, each known by a keyed hash alone."""

    def __init__(
        self, login: str, address: str, *, keys: Keyring, settings: DeskSettings, now: datetime
    ) -> None:
        self._whose = "login:" + keyed_hash(keys.callers, login)
        self._caller = "address:" + caller_of(address, keys.callers)
        self._settings, self._now = settings, now

    @property
    def _since(self) -> datetime:
        return self._now - timedelta(minutes=self._settings.login_minutes)

    def take_turn(self, tx: Connection) -> None:
        """Let those who try at once be counted one after the other."""
        for who in sorted((self._whose, self._caller)):
            accounts.take_turn(tx, who)

    def refuse_too_many(self, tx: Connection) -> None:
        """Raise `LoginPausedError` where either failed too often."""
        most, minutes = self._settings.login_attempts, self._settings.login_minutes
        # One address may serve a whole office, so it gets four times what one login gets.
        for who, limit in ((self._whose, most), (self._caller, 4 * most)):
            if accounts.attempts_since(tx, who, since=self._since) >= limit:
                raise LoginPausedError(
                    f"too many failed logins; try again in {minutes} minutes", seconds=minutes * 60
                )

    def count(self, tx: Connection) -> None:
        """Count a failure of both."""
        for who in (self._whose, self._caller):
            accounts.add_attempt(tx, who, at=self._now)

    def forget(self, tx: Connection) -> None:
        """Forget the login's failures, and everybody's old ones."""
        # Appeals are counted in the same table, by the hour.
        accounts.drop_attempts(tx, before=min(self._since, self._now - timedelta(hours=1)))
        accounts.drop_attempts(tx, before=self._now, who=self._whose)
