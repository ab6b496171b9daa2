"""A decision at the desk → a release that holds it, by itself."""

import csv
import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from blocklists.ceilings import HeldError
from blocklists.publish import publish
from flows.announce import Announcer
from pipeline.nouns import Action, Decision, Indicator
from pipeline.policy import load_policy
from pipeline.protected import load
from pipeline.review import sessions
from pipeline.review.accounts import make_account
from pipeline.review.console.app import build
from pipeline.review.console.gate import COOKIE
from pipeline.review.desk import open_desk
from pipeline.review.rights import Role
from pipeline.settings import ReleaseSettings, Settings
from pipeline.store import Store
from pipeline.store.decisions import add_decision
from tests.pipeline.review.seed import fill


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.05)


def test_a_burst_of_decisions_is_one_release_and_none_is_forgotten() -> None:
    made: list[int] = []
    with Announcer(lambda: made.append(1), gather=0.2) as announcer:
        for _ in range(50):
            announcer.decided()
        until(lambda: len(made) == 1)
        announcer.decided()
    assert len(made) == 2


def test_a_release_that_must_wait_stops_nobody() -> None:
    tried = threading.Event()

    def held() -> None:
        tried.set()
        raise HeldError("held: more entries than anybody approved")

    with Announcer(held, gather=0.01) as announcer:
        announcer.decided()
        assert tried.wait(30)
        tried.clear()
        announcer.decided()
        assert tried.wait(30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A list that counts as large: between two full releases only the small files are written."""
    return Settings(home=tmp_path / "home", release=ReleaseSettings(small=0))


def test_what_is_blocked_at_the_desk_is_in_hot_and_an_upheld_appeal_is_lifted_there(
    store: Store, settings: Settings
) -> None:
    def release() -> object:
        return publish(store, settings=settings, now=settings.now())

    def hot(name: str) -> str:
        return (settings.releases_dir / "latest" / name).read_text()

    def is_hot() -> bool:
        return f"{site.value} CNAME .\n" in hot("hot.zone")

    def removed_at(indicator: Indicator) -> str | None:
        """What HOT says of when an entry left; empty for one that is listed, None where it says nothing."""
        rows = csv.DictReader(io.StringIO(hot("hot.csv")))
        return {row["value"]: row["removed"] for row in rows}.get(indicator.value)

    with Announcer(release, gather=0.05) as announcer:
        desk = open_desk(store, settings, load_policy(), load(settings), decided=announcer.decided)
        tokens = {}
        with store.write() as tx:
            for login in ("li", "wang"):
                new = make_account(
                    tx, login, Role.SENIOR, "not a hash", keys=desk.keys, actor="setup",
                    now=desk.clock(),
                )  # fmt: skip
                tokens[login] = sessions.open_session(
                    tx, new.account, settings=settings.desk, now=desk.clock()
                )
            site, before, staying = fill(tx, desk.artifacts, now=desk.clock(), sites=3)
            for one in (before, staying):
                made = Decision(one, Action.BLOCK, None, "fraud", "analyst:chen", desk.clock())
                add_decision(tx, made)
        release()
        client = TestClient(build(desk), follow_redirects=False)

        def post(login: str, path: str, **form: str) -> int:
            client.cookies.set(COOKIE, tokens[login])
            form["csrf"] = sessions.csrf_token(tokens[login])
            return client.post(path, data=form).status_code

        assert not is_hot()
        block = {"subject": str(site), "action": "block", "reason": "fraud", "target": str(site)}
        assert post("li", "/item/decide", **block) == 303
        until(is_hot)
        assert removed_at(site) == ""
        # What was listed in full before is lifted by the small files alone, too.
        for entry, number in ((site, 1), (before, 2)):
            appeal = {"indicator": entry.value, "statement": "mine", "contact": "me@shop.example"}
            assert client.post("/api/appeals", json=appeal).status_code == 201
            answer = {"state": "upheld", "answer": "honest"}
            assert post("wang", f"/appeals/{number}/answer", **answer) == 303
        until(lambda: not is_hot())
        until(lambda: bool(removed_at(before)))
        assert f"{before.value} CNAME rpz-passthru.\n" in hot("hot.zone")
        assert removed_at(site) is None
