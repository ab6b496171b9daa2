"""How fast reports come in, and how much memory that takes: python -m benchmarks.intake [TSV].

Prints the time of storing 100,000 reports on SQLite, of taking in a TSV file where one is named, and
the peak memory of an intake of 10,000 and of 1,000,000 lines, each in a process of its own. CPU
seconds are beside the wall clock, because a busy machine stretches only the latter.
"""

import hashlib
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.intake import take_in
from pipeline.nouns import Indicator, Kind, Report
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.reports import add_reports

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def timed(what: str, work: Callable[[], object]) -> None:
    """Run once and print what came of it, the wall clock and the processor's time."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what}: {wall:.1f} s ({processor:.1f} s of processor) {result or ''}", flush=True)


def store_reports(folder: Path, count: int = 100_000, batch: int = 2_000) -> str:
    """Store reports that were parsed already, in batches as intake does."""
    store = open_store(f"sqlite:///{folder / 'reports.db'}")
    reports = [
        Report(
            source="benchmark",
            indicators=(Indicator(Kind.HOST, f"site-{n % 90_000}.example"),),
            raw_sha256=hashlib.sha256(str(n).encode()).hexdigest(),
            received_at=NOW,
        )
        for n in range(count)
    ]

    def work() -> str:
        new = 0
        for start in range(0, count, batch):
            with store.write() as transaction:
                new += add_reports(transaction, reports[start : start + batch], at=NOW)
        return f"{new:,} new"

    timed(f"store {count:,} reports on SQLite", work)
    store.close()
    return ""


def take(path: Path, folder: Path) -> str:
    """One intake into a store of its own."""
    settings = Settings(home=folder)
    store = open_store(settings.database_url)
    count = take_in(store, [path], source="benchmark", settings=settings, now=NOW)
    store.close()
    assert count.accepted + count.rejected + count.duplicates == count.lines
    return f"{count.lines:,} lines: {count.accepted:,} new, {count.duplicates:,} again, {count.rejected:,} rejected"


def peak_of(lines: int, folder: str) -> None:
    """Print the peak memory of this process after an intake of so many lines."""
    path = Path(folder) / f"{lines}.csv"
    with path.open("w") as file:
        file.write("time,url,reporter\n")
        file.writelines(
            f"2026-02-01 08:00,https://site-{n % 50_000}.example/p{n % 7},r{n % 1000}\n"
            for n in range(lines)
        )
    timed(f"take in {lines:,} lines", lambda: take(path, Path(folder) / f"home-{lines}"))
    print(f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)


def main() -> None:
    """Run everything and print it."""
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        store_reports(Path(folder))
        for name in sys.argv[1:]:
            timed(f"take in {Path(name).name}", lambda n=name: take(Path(n), Path(folder) / "real"))
        for lines in (10_000, 1_000_000):
            process = multiprocessing.get_context("spawn").Process(
                target=peak_of, args=(lines, folder)
            )
            process.start()
            process.join()


if __name__ == "__main__":
    main()
