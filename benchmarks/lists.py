"""The bars of the lists, measured: `python -m benchmarks.lists [--million 1.0] [--five 5] [--npm DIR]`.

Every measurement runs in a process of its own, so that its CPU time and its peak memory are its own.
What another program is compared with gets the same names.
"""

import argparse
import hashlib
import importlib
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SYLLABLES = [a + b for a in "bcdfghjklmnpqrstvwxyz" for b in "aeiou"]
TOPS = ["com", "net", "top", "xyz", "cn", "com.cn", "shop", "vip", "cc", "info"]


def names(count: int, *, seed: int = 1) -> list[str]:
    """Names as lists have them: registrable domains, and for a quarter of them hosts below."""
    chance = random.Random(seed)

    def word() -> str:
        text = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 5)))
        return text + (str(chance.randint(1, 999)) if chance.random() < 0.4 else "")

    made: list[str] = []
    while len(made) < count:
        domain = f"{word()}.{chance.choice(TOPS)}"
        made.append(domain)
        if chance.random() < 0.25:
            made.append(f"{chance.choice(['www', word()])}.{domain}")
    chance.shuffle(made)
    return made[:count]


def keys(sites: int, numbers: int) -> list[str]:
    """Indicator keys: of the sites four in five are names, the others URLs."""
    chance = random.Random(2)
    made = set()
    for name in names(sites):
        draw = chance.random()
        if draw < 0.2:
            made.add(f"url:https://{name}/{chance.choice(SYLLABLES)}/{chance.randint(1, 10**6)}")
        else:
            made.add(f"{'domain' if draw < 0.7 else 'host'}:{name}")
    while len(made) < sites:
        made.add(f"host:h{len(made)}.{chance.choice(names(1, seed=len(made)))}")
    listed = len(made) + numbers
    while len(made) < listed:
        made.add(f"number:+861{chance.randint(3 * 10**9, 10**10 - 1)}")
    return sorted(made)


def fill(home: Path, listed: list[str]) -> None:
    """A store with a live block of each key, each with three reasons for the public."""
    from pipeline.categories import Category
    from pipeline.store import open_store
    from pipeline.store.decisions import decisions, heads
    from pipeline.store.public_reasons import public_reasons

    categories = [category.value for category in Category]
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    epoch = int(NOW.timestamp()) * 1_000_000
    minute = 60 * 1_000_000

    def rows(start: int) -> Iterator[tuple[Any, ...]]:
        for n, key in enumerate(listed[start : start + 50_000], start + 1):
            yield (
                n, hashlib.sha256(key.encode()).hexdigest(), key, "block",
                categories[n % len(categories)], "fraud", "policy:sites@1",
                epoch - n % 200_000 * minute, epoch + (43_200 + n % 50_000) * minute, f"first:{key}",
            )  # fmt: skip

    # As plain rows: millions of them would take the types of the tables an hour.
    columns = (
        "seq, id, indicator, action, category, reason, actor, decided_at, expires_at, supersedes"
    )
    for start in range(0, len(listed), 50_000):
        made = list(rows(start))
        with store.write() as tx:
            # Ids come in no order: an index of millions that does not fit is read again and again.
            tx.exec_driver_sql("PRAGMA cache_size = -1000000")
            put(tx, decisions.name, columns, made)
            put(tx, heads.name, "indicator, seq", [(row[2], row[0]) for row in made])
            put(
                tx,
                public_reasons.name,
                "decision, reasons",
                [(row[1], reasons(row[0])) for row in made],
            )
    store.close()


def put(tx: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Insert plain rows."""
    marks = ", ".join("?" for _ in columns.split(","))
    tx.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def reasons(n: int) -> str:
    """Three reasons, as long as those of the models are."""
    said = [
        {
            "en": f"forms of the page that ask for a code by SMS: {n % 97 + k}, as fraud has",
            "id": f"page.feature-{k}",
            "zh": f"页面上索取短信验证码的表单({n % 97 + k})偏向诈骗",
        }
        for k in range(3)
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def settings(home: Path) -> Any:
    from pipeline.settings import ReleaseSettings, Settings

    release = ReleaseSettings(full_minutes=60, base_hours=24, max_total=20_000_000)
    return Settings(home=home, release=release)


def publish(home: Path, at: datetime, *, count: int = 0, action: str = "block") -> None:
    """One release, as the flow makes it: from the insert of some decisions to the switch of `latest`."""
    from blocklists.publish import publish as published
    from pipeline.store import open_store

    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    if count:
        decide(store, count, action)
    published(store, settings=settings(home), now=at)
    store.close()


def decide(store: Any, count: int, action: str) -> None:
    """More decisions: blocks of new names, or the release of listed ones."""
    from pipeline.categories import Category
    from pipeline.nouns import Action, Decision, Indicator
    from pipeline.store.decisions import add_decision, head_of, last_seq
    from pipeline.store.live import live_rows

    with store.write() as connection:
        if action == "block":
            wanted = [Indicator.from_key(f"domain:new{n}-{count}.com") for n in range(count)]
        else:
            rows = next(live_rows(connection, cut=last_seq(connection), at=NOW))
            step = max(len(rows) // count, 1)
            wanted = [Indicator.from_key(row[0]) for row in rows[::step]][:count]
        for indicator in wanted:
            head = head_of(connection, indicator)
            decision = Decision(
                indicator, Action(action), Category.OTHER, "benchmark", "analyst:bench", NOW,
                supersedes=head.id if head else None,
            )  # fmt: skip
            add_decision(connection, decision)


def note(what: str, value: str) -> None:
    print(f"{what:<58} {value}", flush=True)


def measured(work: Callable[[], object]) -> dict[str, float]:
    """CPU seconds, wall seconds and peak memory of some work in this process, imports left out."""
    for module in (
        "pyarrow.compute",
        "sqlalchemy",
        "pipeline.store",
        "blocklists.publish",
        "pipeline.protected",
    ):
        importlib.import_module(module)
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "memory": peak,
    }


def apart(step: str, *arguments: str) -> dict[str, float]:
    """A step of this script in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.lists", "--step", step, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    *notes, last = done.stdout.splitlines()
    for line in notes:
        print(line, flush=True)
    figures: dict[str, float] = json.loads(last)
    return figures


def shown(figures: dict[str, float]) -> str:
    return f"{figures['cpu']:.1f} CPU-s, {figures['wall']:.1f} s, {figures['memory']:.2f} GB"


# -- the steps ------------------------------------------------------------------------------------


def step_fill(home: str, sites: str, numbers: str) -> None:
    fill(Path(home), keys(int(sites), int(numbers)))


def step_release(home: str, minutes: str, count: str = "0", action: str = "block") -> None:
    publish(Path(home), NOW + timedelta(minutes=float(minutes)), count=int(count), action=action)


def step_compile(home: str) -> None:
    """From the database to entries, collapsed and in order, without any file."""
    from blocklists.choice import choose
    from pipeline import protected
    from pipeline.store import open_store

    chosen = settings(Path(home))
    guard = protected.load(chosen)
    store = open_store(f"sqlite:///{Path(home) / 'fanzha.db'}")
    with store.read() as tx:
        choice = choose(tx, settings=chosen, guard=guard, now=NOW)
    if choice.built is None:
        raise SystemExit(f"held: {choice.held}")
    note("  entries", f"{len(choice.built.lists):,}")
    store.close()


def step_collapse(path: str) -> None:
    """What `sort -u` is compared with: names in a file → deduplicated, collapsed, in order."""
    import numpy as np
    import pyarrow.compute as pc

    from blocklists import cover
    from blocklists.formats.columns import text_of

    listed = cover.array_of_lines(Path(path).read_bytes())
    key = cover.name_keys(listed)
    order = cover.order_of(key)
    key, listed = key.take(order), listed.take(order)
    wide = np.ones(len(key), np.bool_)
    kept = listed.filter(cover.boolean(~cover.covered(key, wide, ~wide)))
    Path(f"{path}.out").write_bytes(text_of(pc.binary_join_element_wise(kept, b"\n", b"")))


STEPS: dict[str, Callable[..., None]] = {
    "fill": step_fill,
    "release": step_release,
    "compile": step_compile,
    "collapse": step_collapse,
}


# -- the bars -------------------------------------------------------------------------------------


def bar_collapse(folder: Path, count: int, npm: Path | None) -> None:
    path = folder / "names.txt"
    path.write_text("\n".join(names(count)) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sort = shutil.which("sort") or "sort"
    subprocess.run([sort, "-u", "-o", folder / "sorted.txt", path], check=True, env={"LC_ALL": "C"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    sort_cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    ours = apart("collapse", str(path))
    note(f"dedup and collapse of {count:,} names", shown(ours))
    note("sort -u (LC_ALL=C) of the same", f"{sort_cpu:.2f} CPU-s")
    note("ratio (bar: at most 2)", f"{ours['cpu'] / sort_cpu:.2f}")
    if npm is not None:
        compiler = hostlist_compiler(folder, path, npm)
        note("@adguard/hostlist-compiler on the same", f"{compiler:.1f} CPU-s")
        note("ratio to it (bar: at least 30 times less)", f"{compiler / ours['cpu']:.0f}")


def hostlist_compiler(folder: Path, path: Path, npm: Path) -> float:
    """CPU seconds of the compiler of AdGuard on the same names as rules."""
    rules = folder / "rules.txt"
    rules.write_text("".join(f"||{name}^\n" for name in path.read_text().split()))
    config = {
        "name": "names",
        "sources": [{"source": str(rules), "type": "adblock"}],
        "transformations": ["RemoveComments", "Deduplicate", "Compress", "Validate"],
    }
    (folder / "compiler.json").write_text(json.dumps(config))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = npm / "node_modules/.bin/hostlist-compiler"
    command = [program, "-c", folder / "compiler.json", "-o", folder / "compiled.txt"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


AGTREE = """
import { FilterListParser } from '@adguard/agtree';
import { readFileSync } from 'node:fs';
const list = FilterListParser.parse(readFileSync(process.argv[2], 'utf8'), { tolerant: true });
const counts = {};
for (const rule of list.children) counts[rule.category] = (counts[rule.category] || 0) + 1;
console.log(JSON.stringify(counts));
"""


def bar_adblock(rules: Path, npm: Path) -> None:
    """The Adblock file as @adguard/agtree reads it; a rule that it cannot read is `Invalid`."""
    script = npm / "agtree.mjs"
    script.write_text(AGTREE)
    read = subprocess.run(["node", script, rules], check=True, capture_output=True, text=True)
    counts = json.loads(read.stdout)
    note("adblock.txt read by @adguard/agtree (bar: none Invalid)", json.dumps(counts))


def bar_release(folder: Path, count: int, npm: Path | None) -> None:
    home = folder / "million"
    numbers = count // 10
    apart("fill", str(home), str(count - numbers), str(numbers))
    full = apart("release", str(home), "0")
    note(f"{count:,} entries, database to every format (bar: 60, 1.5 GB)", shown(full))
    releases = home / "releases"
    index = json.loads((releases / "1/index.json").read_bytes())
    note("  counts", json.dumps(index["counts"]))
    total = sum(item["size"] for item in index["files"])
    note("  files, bytes", f"{len(index['files'])}, {total / 1e6:,.0f} MB")
    if npm is not None:
        bar_adblock(releases / "1/adblock.txt", npm)
    hot = apart("release", str(home), "5", "1", "block")
    note("one new block: decided, in HOT, signed, downloadable (bar: 10 s)", shown(hot))
    hot = apart("release", str(home), "10", "1", "allow")
    note("one un-block: decided, in HOT, signed, downloadable (bar: 10 s)", shown(hot))
    again = apart("release", str(home), "65", "1000", "block")
    note("full release with deltas after 1,000 changes", shown(again))
    items = json.loads((releases / "4/index.json").read_bytes())["files"]
    for item in items:
        if "delta" in item and item["size"] > 1e6:
            share = item["delta"]["size"] / item["size"]
            note(f"  delta of {item['name']} (bar: 1 %)", f"{share:.2%}")


def bar_five(folder: Path, millions: float) -> None:
    home = folder / "five"
    count = int(millions * 1_000_000)
    apart("fill", str(home), str(count), str(count))
    compiled = apart("compile", str(home))
    note(f"{count:,} sites + {count:,} numbers, compiled (bar: 4 GB)", shown(compiled))
    full = apart("release", str(home), "0")
    note("the same with every file written (no bar)", shown(full))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", type=float, default=1.0, help="millions of entries")
    parser.add_argument("--five", type=float, default=0, help="millions of sites and of numbers")
    parser.add_argument(
        "--npm",
        type=Path,
        help="folder in which npm installed @adguard/hostlist-compiler and @adguard/agtree",
    )
    parser.add_argument("--only", choices=["collapse", "release", "five"])
    parser.add_argument("--step", choices=sorted(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        print(json.dumps(measured(lambda: STEPS[chosen.step](*chosen.arguments))))
        return
    count = int(chosen.million * 1_000_000)
    with tempfile.TemporaryDirectory(prefix="fanzha-lists-") as folder:
        if chosen.only in {None, "collapse"}:
            bar_collapse(Path(folder), count, chosen.npm)
        if chosen.only in {None, "release"}:
            bar_release(Path(folder), count, chosen.npm)
        if chosen.only == "five" or (chosen.only is None and chosen.five):
            bar_five(Path(folder), chosen.five or 5.0)


if __name__ == "__main__":
    main()
