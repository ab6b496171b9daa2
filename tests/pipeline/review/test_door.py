"""Logging in: password and time-based code, each code once, and a pause after too many failures."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from pipeline.errors import FanzhaError
from pipeline.review import accounts, sessions
from pipeline.review.door import LoginPausedError, LoginRefusedError, log_in
from pipeline.review.keyring import Keyring
from pipeline.review.passwords import hashed
from pipeline.review.rights import Role
from pipeline.settings import DeskSettings
from pipeline.store import Connection, Store
from pipeline.store import accounts as kept

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEYS = Keyring(b"c" * 32, b"s" * 32, b"p" * 32, b"k" * 32)
PASSWORD = "willow lantern ferry"
DESK = DeskSettings(login_attempts=2, argon2_passes=1, argon2_kib=32)


def make(store: Store, login: str = "li", role: Role = Role.ANALYST) -> accounts.NewAccount:
    password = hashed(PASSWORD, login=login, settings=DESK)
    with store.write() as tx:
        return accounts.make_account(tx, login, role, password, keys=KEYS, actor="setup", now=NOW)


def try_in(
    store: Store,
    secret: str,
    *,
    login: str = "li",
    password: str = PASSWORD,
    at: datetime = NOW,
    code: str | None = None,
    address: str = "192.0.2.7",
) -> type:
    """What became of a try: an account, or the kind of refusal."""
    code = pyotp.TOTP(secret).at(at) if code is None else code
    try:
        return type(
            log_in(store, login, password, code, address=address, keys=KEYS, settings=DESK, now=at)
        )
    except FanzhaError as refused:
        return type(refused)


def test_password_and_code_let_in_and_a_code_opens_once(store: Store) -> None:
    new = make(store)
    assert new.uri.startswith("otpauth://totp/Fanzha:li?secret=" + new.secret)
    assert try_in(store, new.secret) is kept.Account
    assert try_in(store, new.secret) is LoginRefusedError
    assert try_in(store, new.secret, at=NOW + timedelta(seconds=30)) is kept.Account


@pytest.mark.parametrize(
    "wrong", [{"password": "another password"}, {"code": "000000"}, {"code": ""}, {"login": "wang"}]
)
def test_one_wrong_part_is_refused_without_saying_which(
    store: Store, wrong: dict[str, str]
) -> None:
    new = make(store)
    given = {"password": PASSWORD, "code": pyotp.TOTP(new.secret).at(NOW), "login": "li", **wrong}
    with pytest.raises(LoginRefusedError) as refused:
        log_in(store, **given, address="192.0.2.7", keys=KEYS, settings=DESK, now=NOW)
    assert str(refused.value) == "login, password or code is wrong"


def test_some_failures_force_a_pause_that_ends(store: Store) -> None:
    new = make(store)
    for _ in range(DESK.login_attempts):
        assert try_in(store, "", code="1") is LoginRefusedError
    assert try_in(store, new.secret) is LoginPausedError
    later = NOW + timedelta(minutes=DESK.login_minutes, seconds=1)
    assert try_in(store, new.secret, at=later) is kept.Account


def test_one_address_cannot_try_many_logins(store: Store) -> None:
    new = make(store)
    for n in range(4 * DESK.login_attempts):
        try_in(store, "", login=f"guess{n}", code="1")
    assert try_in(store, new.secret) is LoginPausedError
    assert try_in(store, new.secret, address="192.0.2.8") is kept.Account


def test_a_login_does_not_make_room_for_more_appeals(store: Store) -> None:
    new = make(store)
    with store.write() as tx:
        kept.add_attempt(tx, "appeal:somebody", at=NOW - timedelta(minutes=50))
    assert try_in(store, new.secret) is kept.Account
    with store.read() as tx:
        assert kept.attempts_since(tx, "appeal:somebody", since=NOW - timedelta(hours=1)) == 1


def test_many_at_once_cannot_try_more_than_one_after_the_other(store: Store) -> None:
    make(store)
    found: list[type] = []
    several = [
        threading.Thread(target=lambda: found.append(try_in(store, "", code="1"))) for _ in range(8)
    ]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert found.count(LoginRefusedError) == DESK.login_attempts
    assert found.count(LoginPausedError) == 8 - DESK.login_attempts


def test_a_closed_account_is_let_in_no_more_and_its_sessions_end(store: Store) -> None:
    new = make(store)
    with store.write() as tx:
        token = sessions.open_session(tx, new.account, settings=DESK, now=NOW)
        assert sessions.live_session(tx, token, settings=DESK, now=NOW)
        accounts.close_account(tx, "li", actor="admin", now=NOW)
        assert sessions.live_session(tx, token, settings=DESK, now=NOW) is None
    assert try_in(store, new.secret) is LoginRefusedError


def test_a_password_that_is_changed_while_it_is_checked_opens_nothing(store: Store) -> None:
    new = make(store)

    class Meddled(Store):
        """The password is changed just before the login is written down."""

        @contextmanager
        def write(self) -> Iterator[Connection]:
            with Store.write(self) as tx:
                accounts.change_password(tx, "li", "another hash", actor="li", now=NOW)
            with Store.write(self) as tx:
                yield tx

    assert try_in(Meddled(store.engine), new.secret) is LoginRefusedError


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
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(FanzhaError, match="password: expected 12"):
        hashed(password, login="li", settings=DESK)


def test_passwords_are_hashed_as_dear_as_settings_say() -> None:
    assert "$m=65536,t=3," in hashed(PASSWORD, login="li", settings=DeskSettings())


def test_a_csrf_token_belongs_to_one_session() -> None:
    assert sessions.csrf_holds("one", sessions.csrf_token("one"))
    assert not sessions.csrf_holds("one", sessions.csrf_token("two"))
    assert not sessions.csrf_holds("one", "")
