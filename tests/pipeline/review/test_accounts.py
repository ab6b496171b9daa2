"""Logging in: password and time-based code, each code once, and a pause after too many failures."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from pipeline.errors import FanzhaError
from pipeline.review import accounts, sessions
from pipeline.review.rights import Role
from pipeline.settings import DeskSettings
from pipeline.store import Store
from pipeline.store import accounts as kept

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEY = b"k" * 32
PASSWORD = "willow lantern ferry"
DESK = DeskSettings(login_attempts=2)


def make(store: Store, login: str = "li", role: Role = Role.ANALYST) -> accounts.NewAccount:
    with store.write() as tx:
        return accounts.make_account(tx, login, role, PASSWORD, key=KEY, actor="setup", now=NOW)


def try_in(
    store: Store,
    secret: str,
    *,
    login: str = "li",
    password: str = PASSWORD,
    at: datetime = NOW,
    code: str | None = None,
    address: str = "192.0.2.7",
) -> object:
    code = pyotp.TOTP(secret).at(at) if code is None else code
    with store.write() as tx:
        return accounts.log_in(
            tx, login, password, code, address=address, key=KEY, settings=DESK, now=at
        )


def test_password_and_code_let_in_and_a_code_opens_once(store: Store) -> None:
    new = make(store)
    assert new.uri.startswith("otpauth://totp/Fanzha:li?secret=" + new.secret)
    assert isinstance(try_in(store, new.secret), kept.Account)
    assert isinstance(try_in(store, new.secret), accounts.LoginRefusedError)
    assert isinstance(try_in(store, new.secret, at=NOW + timedelta(seconds=30)), kept.Account)


@pytest.mark.parametrize(
    "wrong", [{"password": "another password"}, {"code": "000000"}, {"code": ""}, {"login": "wang"}]
)
def test_one_wrong_part_is_refused_without_saying_which(
    store: Store, wrong: dict[str, str]
) -> None:
    new = make(store)
    refused = try_in(store, new.secret, **wrong)  # type: ignore[arg-type]
    assert isinstance(refused, accounts.LoginRefusedError)
    assert str(refused) == "login, password or code is wrong"


def test_some_failures_force_a_pause_that_ends(store: Store) -> None:
    new = make(store)
    for _ in range(DESK.login_attempts):
        assert isinstance(try_in(store, "", code="1"), accounts.LoginRefusedError)
    assert isinstance(try_in(store, new.secret), accounts.LoginPausedError)
    later = NOW + timedelta(minutes=DESK.login_minutes, seconds=1)
    assert isinstance(try_in(store, new.secret, at=later), kept.Account)


def test_one_address_cannot_try_many_logins(store: Store) -> None:
    new = make(store)
    for n in range(4 * DESK.login_attempts):
        try_in(store, "", login=f"guess{n}", code="1")
    assert isinstance(try_in(store, new.secret), accounts.LoginPausedError)
    assert isinstance(try_in(store, new.secret, address="192.0.2.8"), kept.Account)


def test_a_closed_account_is_let_in_no_more_and_its_sessions_end(store: Store) -> None:
    new = make(store)
    with store.write() as tx:
        token = sessions.open_session(tx, new.account, settings=DESK, now=NOW)
        assert sessions.live_session(tx, token, settings=DESK, now=NOW)
        accounts.close_account(tx, "li", actor="admin", now=NOW)
        assert sessions.live_session(tx, token, settings=DESK, now=NOW) is None
    assert isinstance(try_in(store, new.secret), accounts.LoginRefusedError)


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(store: Store) -> None:
    new = make(store)
    with store.write() as tx:
        token = sessions.open_session(tx, new.account, settings=DESK, now=NOW)
        idle = NOW + timedelta(minutes=DESK.session_minutes, seconds=1)
        assert sessions.live_session(tx, token, settings=DESK, now=idle) is None
        old = NOW + timedelta(hours=DESK.session_hours, seconds=1)
        kept.touch_session(tx, sessions.id_of(token), at=old)
        assert sessions.live_session(tx, token, settings=DESK, now=old) is None


def test_the_store_holds_neither_token_nor_secret_nor_password(store: Store) -> None:
    new = make(store)
    with store.write() as tx:
        token = sessions.open_session(tx, new.account, settings=DESK, now=NOW)
        account = kept.account_of(tx, "li")
        assert account is not None
        assert kept.session_of(tx, token) is None
    assert new.secret.encode() not in account.totp
    assert account.password.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["short", "li" + "x" * 20])
def test_a_weak_password_is_refused(store: Store, password: str) -> None:
    with store.write() as tx, pytest.raises(FanzhaError, match="password: expected 12"):
        accounts.make_account(tx, "li", Role.ANALYST, password, key=KEY, actor="setup", now=NOW)


def test_a_csrf_token_belongs_to_one_session() -> None:
    assert sessions.csrf_holds("one", sessions.csrf_token("one"))
    assert not sessions.csrf_holds("one", sessions.csrf_token("two"))
    assert not sessions.csrf_holds("one", "")
