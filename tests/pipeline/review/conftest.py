"""A desk to work at: a filled store, one account per role, a clock that the test sets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
from starlette.testclient import TestClient

from pipeline.nouns import Indicator, Receipt
from pipeline.policy import load_policy
from pipeline.protected import load as load_protected
from pipeline.review import sessions
from pipeline.review.accounts import make_account
from pipeline.review.console.app import build
from pipeline.review.console.gate import COOKIE
from pipeline.review.desk import Desk, open_desk
from pipeline.review.passwords import hashed
from pipeline.review.rights import Role
from pipeline.settings import DeskSettings, Settings
from pipeline.store import Store, open_store
from tests.pipeline.review.seed import fill

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.pipeline.review.browser import Live

START = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
PASSWORD = "willow lantern ferry"
CHEAP = DeskSettings(argon2_passes=1, argon2_kib=32)
"""Passwords are hashed as weakly as may be: how long that takes is no business of these tests."""


@dataclass
class Clock:
    """The present, as the test says."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Office:
    """A desk with people at it."""

    desk: Desk
    clock: Clock
    sites: list[Indicator]
    secrets: dict[str, str]
    decided: list[datetime] = field(default_factory=list)
    """When the desk said that something was decided."""
    receipts: list[Receipt] = field(default_factory=list)

    def client(self, login: str = "", **headers: str) -> TestClient:
        """A browser without scripts; logged in where a login is given."""
        client = TestClient(build(self.desk), base_url="http://desk.test", follow_redirects=False)
        client.headers.update({"accept-language": "en", **headers})
        if login:
            client.cookies.set(COOKIE, self.token(login))
        return client

    def token(self, login: str) -> str:
        from pipeline.store.accounts import account_of

        with self.desk.store.write() as tx:
            account = account_of(tx, login)
            assert account is not None
            return sessions.open_session(
                tx, account, settings=self.desk.settings.desk, now=self.clock.now
            )

    def csrf(self, client: TestClient) -> str:
        return sessions.csrf_token(client.cookies[COOKIE])

    def code(self, login: str) -> str:
        return pyotp.TOTP(self.secrets[login]).at(self.clock.now)


def make_office(store: Store, home: Path, *, clock: Clock, sites: int = 30) -> Office:
    """A desk on a store, filled, with one account per role named after it."""
    settings = Settings(home=home, desk=CHEAP)
    decided: list[datetime] = []
    receipts: list[Receipt] = []
    made = open_desk(
        store,
        settings,
        load_policy(),
        load_protected(settings),
        decided=lambda: decided.append(clock.now),
        receipts=lambda: receipts,
        clock=clock,
    )
    secrets = {}
    password = hashed(PASSWORD, login="nobody", settings=CHEAP)
    with store.write() as tx:
        for role in (*Role, "colleague"):
            login = str(role)
            kind = Role(role) if role in set(Role) else Role.ANALYST
            new = make_account(
                tx,
                login,
                kind,
                password,
                keys=made.keys,
                actor="setup",
                now=clock.now,
                language="en",
            )
            secrets[login] = new.secret
        found = fill(tx, made.artifacts, now=clock.now, sites=sites)
    return Office(made, clock, found, secrets, decided, receipts)


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """One filled office, copied for each test: hashing passwords takes its time."""
    home = tmp_path_factory.mktemp("office")
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    made = make_office(store, home, clock=Clock())
    store.close()
    return home, made


@pytest.fixture
def office(office_template: tuple[Path, Office], tmp_path: Path) -> Iterator[Office]:
    """A desk with thirty sites and two numbers in its queue."""
    import shutil

    home, made = office_template
    shutil.copytree(home, tmp_path / "home")
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'fanzha.db'}")
    clock = Clock()
    settings = Settings(home=tmp_path / "home", desk=CHEAP)
    decided: list[datetime] = []
    receipts: list[Receipt] = []
    desk = open_desk(
        store,
        settings,
        made.desk.policy,
        made.desk.protected,
        decided=lambda: decided.append(clock.now),
        receipts=lambda: receipts,
        clock=clock,
    )
    yield Office(desk, clock, made.sites, made.secrets, decided, receipts)
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, one for the tests of a module."""
    from tests.pipeline.review.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def live(office: Office, browser: "Browser") -> Iterator["Live"]:
    """The office's console, served to a browser."""
    from tests.pipeline.review.browser import serving

    with serving(office, browser) as served:
        yield served
