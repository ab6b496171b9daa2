"""From an analyst's POST to HOT on disk: python -m benchmarks.announce [--entries 200000] [--rounds 3].

A list of that many entries is released in full; then a block is decided at the console, and an
appeal against it upheld, while the console publishes as `fanzha serve console` does. Each is timed
from the request to the moment at which `latest` holds a HOT that says so. The bar is 10 s.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from benchmarks.lists import fill, keys
from blocklists.publish import publish
from flows.announce import Announcer
from pipeline.nouns import Indicator, Kind
from pipeline.policy import load_policy
from pipeline.protected import load
from pipeline.review import sessions
from pipeline.review.accounts import make_account
from pipeline.review.console.app import build
from pipeline.review.console.gate import COOKIE
from pipeline.review.desk import Desk, open_desk
from pipeline.review.rights import Role
from pipeline.settings import ReleaseSettings, Settings
from pipeline.store import open_store
from pipeline.store.reports import open_subjects


def main() -> None:
    """Fill and release a list, then time decisions and upheld appeals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fanzha-announce-") as folder:
        release = ReleaseSettings(full_minutes=600, base_hours=24, max_total=20_000_000)
        settings = Settings(home=Path(folder), release=release)
        fill(settings.home, keys(asked.entries - asked.entries // 10, asked.entries // 10))
        store = open_store(settings.database_url)
        publish(store, settings=settings, now=settings.now())
        with Announcer(lambda: publish(store, settings=settings, now=settings.now())) as announcer:
            desk = open_desk(
                store, settings, load_policy(), load(settings), decided=announcer.decided
            )
            for n in range(asked.rounds):
                measure(desk, n)
        store.close()


def measure(desk: Desk, n: int) -> None:
    """Block one site and uphold an appeal against it; print how long each took."""
    site = Indicator(Kind.HOST, f"bench{n}.rebate.example")
    with desk.store.write() as tx:
        open_subjects(tx, [site], at=desk.clock())
    li, wang = (caller(desk, f"{login}{n}") for login in ("li", "wang"))
    block = {"subject": str(site), "target": str(site), "action": "block", "reason": "fraud"}
    waited(
        "block", desk, lambda: li("/item/decide", block), lambda: hot(desk).get(site.value) == ""
    )
    appeal = {"indicator": site.value, "statement": "ours", "contact": "me@shop.example"}
    made = TestClient(build(desk), client=(f"192.0.2.{n}", 1)).post("/api/appeals", json=appeal)
    assert made.status_code == 201, made.text
    answer = {"state": "upheld", "answer": "so it is"}
    waited(
        "appeal upheld",
        desk,
        lambda: wang(f"/appeals/{n + 1}/answer", answer),
        lambda: hot(desk).get(site.value) is None,
    )


def caller(desk: Desk, login: str) -> Callable[[str, dict[str, str]], None]:
    """A senior at a browser: posts a form and is sent on."""
    now = desk.clock()
    with desk.store.write() as tx:
        new = make_account(
            tx, login, Role.SENIOR, "not a hash", keys=desk.keys, actor="setup", now=now
        )
        token = sessions.open_session(tx, new.account, settings=desk.settings.desk, now=now)
    client = TestClient(build(desk), follow_redirects=False)
    client.cookies.set(COOKIE, token)

    def post(path: str, form: dict[str, str]) -> None:
        answer = client.post(path, data={**form, "csrf": sessions.csrf_token(token)})
        assert answer.status_code == 303, answer.text

    return post


def hot(desk: Desk) -> dict[str, str]:
    """What HOT says: entry → when it was removed, empty for one that is listed."""
    with (desk.settings.releases_dir / "latest" / "hot.csv").open(newline="") as file:
        return {row["value"]: row["removed"] for row in csv.DictReader(file)}


def waited(what: str, desk: Desk, act: Callable[[], None], holds: Callable[[], bool]) -> None:
    """Time from the beginning of a request until a release says what it brought about."""
    began, used = time.perf_counter(), time.process_time()
    act()
    while not holds():
        time.sleep(0.05)
    print(
        f"{what:16} {time.perf_counter() - began:5.1f} s   {time.process_time() - used:5.1f} CPU-s"
    )


if __name__ == "__main__":
    main()
