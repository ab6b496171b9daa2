"""The desk at 100,000 open items on SQLite: milliseconds for the queue, an item, a decision.

    python -m benchmarks.desk [--items 100000] [--rounds 25]

Times are of the whole answer inside the server, without a network. Bars: queue 150, item 200.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.categories import Category
from pipeline.nouns import Indicator, Kind, Label, Report, Verdict
from pipeline.policy import load_policy
from pipeline.protected import load
from pipeline.review import sessions
from pipeline.review.accounts import make_account
from pipeline.review.console.app import build
from pipeline.review.console.gate import COOKIE
from pipeline.review.desk import Desk, open_desk
from pipeline.review.rights import Role
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.observations import add_observations
from pipeline.store.reports import add_reports
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import why
from tests.pipeline.review.seed import REASONS, fill, site_facts

NOW = datetime(2026, 3, 11, tzinfo=UTC)
BATCH = 5000


def crowd(store: Store, items: int) -> None:
    """Open items with verdicts and reports; every twentieth with all that a crawl leaves."""
    categories = list(Category)
    for start in range(0, items, BATCH):
        verdicts, found, facts, reports = [], [], [], []
        for n in range(start, min(start + BATCH, items)):
            site = Indicator(Kind.HOST, f"h{n}.d{n % 9000}.example")
            at = NOW - timedelta(minutes=n % 50_000)
            share = (n * 7919 % 1000) / 1000
            verdict = Verdict(
                site, Label.MALICIOUS, categories[n % 13], share, REASONS, f"e{n}", "m@1", at
            )
            verdicts.append(verdict)
            because = why("below", probability=f"{share:.3f}", threshold="0.95")
            found.append(ReviewItem(site, site, verdict.id, because, share * 3, at))
            reports.append(Report("app", (site,), f"r{n}", at, reporter=f"p{n % 999}"))
            if n % 20 == 0:
                facts += site_facts(site, at)
        with store.write() as tx:
            add_verdicts(tx, verdicts)
            add_reports(tx, reports, at=NOW)
            add_observations(tx, facts)
            open_items(tx, found)


def main() -> None:
    """Fill a store, then time pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=25)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fanzha-desk-") as folder:
        store = open_store(f"sqlite:///{folder}/fanzha.db")
        settings = Settings(home=Path(folder))
        desk = open_desk(store, settings, load_policy(), load(settings), clock=lambda: NOW)
        with store.write() as tx:
            fill(tx, desk.artifacts, now=NOW)
        began = time.perf_counter()
        crowd(store, asked.items)
        print(f"filled with {asked.items:,} items in {time.perf_counter() - began:.0f} s")
        measure(desk, asked.rounds, asked.items)
        store.close()


def measure(desk: Desk, rounds: int, items: int) -> None:
    """Print median and 95th percentile of each page, in milliseconds, wall and CPU."""
    with desk.store.write() as tx:
        new = make_account(
            tx, "li", Role.SENIOR, "not a hash", keys=desk.keys, actor="setup", now=NOW
        )
        token = sessions.open_session(tx, new.account, settings=desk.settings.desk, now=NOW)
    client = TestClient(build(desk), follow_redirects=False)
    client.cookies.set(COOKIE, token)
    csrf = sessions.csrf_token(token)
    at = items - items % 20 - 20
    item = f"h{at}.d{at % 9000}.example"

    def decide(n: int) -> None:
        site = f"host:h{n}.d{n % 9000}.example"
        form = {"subject": site, "target": site, "action": "block", "reason": "fraud"}
        answer = client.post("/item/decide", data={**form, "csrf": csrf})
        assert answer.status_code == 303, answer.text
        client.get(answer.headers["location"])

    pages = {
        "queue": "/queue",
        "queue, page 100": "/queue?page=100",
        "queue, one category": "/queue?category=fake-loan",
        "queue, oldest": "/queue?order=oldest",
        "queue, most unsure": "/queue?order=unsure",
        "queue, search": "/queue?text=d8999",
        "item, all evidence": f"/item?subject=host:{item}",
        "item, number": "/item?subject=number:%2B861012345600",
        "blast of a domain": f"/item/blast?subject=host:{item}&target=domain:d7.example",
        "figures": "/figures?month=2026-03",
    }
    for name, path in pages.items():
        timed(name, rounds, lambda _n, path=path: client.get(path).raise_for_status())  # type: ignore[misc]
    timed("decide, and be given the next", rounds, decide)


def timed(name: str, rounds: int, act: object) -> None:
    """Time one act, after a first round that is not counted."""
    wall, cpu = [], []
    for n in range(rounds + 1):
        started, used = time.perf_counter(), time.process_time()
        act(n)  # type: ignore[operator]
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - used))
    ninety = sorted(wall[1:])[int(0.95 * rounds)]
    print(
        f"{name:32} median {statistics.median(wall[1:]):7.1f} ms   p95 {ninety:7.1f} ms   "
        f"CPU median {statistics.median(cpu[1:]):7.1f} ms"
    )


if __name__ == "__main__":
    main()
