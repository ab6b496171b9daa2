"""The desk at 100,000 open items on SQLite: milliseconds for the queue, items, a family, a decision.

    python -m benchmarks.desk [--items 100000] [--rounds 25]

Times are of the whole answer inside the server, without a network. Bars: queue 150, item 200.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Indicator, Kind, Label, Report, Verdict
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
from pipeline.store.appeals import Appeal, open_appeal
from pipeline.store.decisions import add_decision
from pipeline.store.observations import add_observations
from pipeline.store.reports import add_reports, open_subjects
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import why
from tests.pipeline.review.seed import REASONS, fill, site_facts

NOW = datetime(2026, 3, 11, tzinfo=UTC)
SETTLED = 40
"""Members that are settled at once: from `wide_batch` on they would be proposals."""
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


HARD = Indicator(Kind.HOST, "www.hard.example")
"""An item with all that makes one slow: see `hard`."""
MEMBERS, BELOW = 200, 5000


def hard(store: Store, items: int) -> None:
    """An item whose block lists a whole domain: names below it, a family, a history, appeals."""
    domain = Indicator(Kind.DOMAIN, "hard.example")
    below = [Indicator(Kind.HOST, f"n{n}.hard.example") for n in range(BELOW)]
    family = [Indicator(Kind.HOST, f"h{n}.d{n % 9000}.example") for n in range(min(MEMBERS, items))]
    found = Verdict(HARD, Label.MALICIOUS, Category.FAKE_LOAN, 0.9, REASONS, "e", "m@1", NOW)
    facts = [
        replace(fact, value=[{"indicator": str(one), "by": "template"} for one in family])
        if fact.prop == "links"
        else fact
        for fact in site_facts(HARD, NOW)
    ]
    with store.write() as tx:
        open_subjects(tx, below, at=NOW)
        add_verdicts(tx, [found])
        add_observations(tx, facts)
        add_reports(
            tx,
            [Report("app", (HARD,), f"hard{n}", NOW, reporter=f"p{n}") for n in range(300)],
            at=NOW,
        )
        because = why("below", probability="0.900", threshold="0.95")
        open_items(tx, [ReviewItem(HARD, domain, found.id, because, 0.01, NOW)])
        for n, one in enumerate(below[::5]):
            action = Action.ALLOW if n % 10 == 0 else Action.BLOCK
            add_decision(tx, Decision(one, action, None, "benchmark", "analyst:chen", NOW))
        head = None
        for n in range(12):
            at = NOW - timedelta(days=12 - n)
            action = Action.WATCH if n % 2 else Action.BLOCK
            made = Decision(
                domain, action, None, f"benchmark {n}", "analyst:chen", at, supersedes=head
            )
            add_decision(tx, made)
            head = made.id
            seal = b"sealed"
            open_appeal(
                tx, Appeal(f"code{n}", HARD, domain, made.id, "ours", "zh", at, at), sealed=seal
            )


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
        hard(store, asked.items)
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
        "item, the hardest": f"/item?subject={HARD}",
        "item, number": "/item?subject=number:%2B861012345600",
        "blast of a domain": f"/item/blast?subject=host:{item}&target=domain:d7.example",
        "blast of a domain, 5,000 names": f"/item/blast?subject={HARD}&target=domain:hard.example",
        "family": f"/family?subject={HARD}",
        "figures": "/figures?month=2026-03",
    }
    for name, path in pages.items():
        timed(name, rounds, lambda _n, path=path: client.get(path).raise_for_status())  # type: ignore[misc]
    timed("decide, and be given the next", rounds, decide)
    members = [f"host:h{n}.d{n % 9000}.example" for n in range(rounds + 1, min(MEMBERS, items))]
    chosen = {"csrf": csrf, "subject": str(HARD), "member": members, "reason": "a gang"}

    def preview(_n: int) -> None:
        answer = client.post("/family/preview", data={**chosen, "action": "block"})
        assert answer.text.count("seen:block:") == len(members), answer.text

    def settle(n: int) -> None:
        part = members[n * SETTLED : (n + 1) * SETTLED]
        seen = {f"seen:block:{one}": "" for one in part}
        form = {**chosen, **seen, "member": part, "action": "block"}
        answer = client.post("/family/settle", data=form)
        assert f"settled={len(part)}" in answer.headers["location"], answer.text

    timed(f"family, preview of {len(members)}", rounds, preview)
    timed(f"family, settle {SETTLED}", len(members) // SETTLED - 1, settle)


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
