"""The bars of call features and scores: python -m benchmarks.numbers [--records 50000000] [--days].

Each part runs in a process of its own, so that its processor time and peak memory are its own. Wall
clock and processor time are both given, since a busy machine stretches only the former; the bar is
the ratio of all features to a scan of the same columns, of the calls and of the slow feeds, in the
same run.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.numbers.engine import Engine, duckdb_engine, spark_engine
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.measures import Ground, measure_day
from classifiers.numbers.features.neighbours import RECENT_DAYS, shared_callees
from classifiers.numbers.features.steps import Stage
from classifiers.numbers.features.window import Extras, window_features
from classifiers.numbers.judgement import judge, score
from classifiers.numbers.model import shipped
from classifiers.numbers.snapshots import snapshots
from pipeline.nouns import Evidence, Indicator, Kind, ReportTally

CALLS = ("number", "other", "at", "seconds", "imei", "tac", "cell", "area", "form")
SLOW = {
    "subscribers": (
        "number",
        "at",
        "activated",
        "identity",
        "dealer",
        "batch",
        "last_active",
    ),
    "sms": ("number", "other", "at"),
    "topups": ("number", "at"),
    "complaints": ("number", "reporter", "at", "verdict"),
}
"""The columns that the features read; all are read by the scan too."""
CALLS_EACH = 50
DAY = 20_513
GATEWAY, RISKY = 86_012_304, -800
GROUND = Ground(gateway_tacs=(GATEWAY,), risk_areas=(RISKY,))


def write_records(path: Path, count: int, *, day: int = DAY, seed: int = 0) -> None:
    """Random call records of one day: `count` of them by a fiftieth as many callers."""
    rng = np.random.default_rng([seed, day])
    callers = max(count // CALLS_EACH, 1)
    writer: Any = None
    for start in range(0, count, 1_000_000):
        n = min(1_000_000, count - start)
        caller = (rng.power(2, n) * callers).astype(np.int64)
        friend = (caller * 7 + rng.zipf(1.5, n)) % callers
        other = np.where(rng.random(n) < 0.3, friend, rng.integers(0, max(count // 3, 1), n))
        ours = rng.random(n) < 0.7
        answered = rng.random(n) < 0.5
        # Some in every part of the file, so that its statistics spare nobody the reading.
        tac = np.where(caller % 400 == 7, GATEWAY, 35_000_000 + caller % 400).astype(np.int32)
        area = np.where(rng.random(n) < 0.01, RISKY, 510_100).astype(np.int32)
        table = pa.table(
            {
                "number": _surrogate(caller),
                "form": pa.array(np.ones(n, np.int8)),
                "other": _surrogate(other),
                "at": DAY * 86_400 - 28_800 + (day - DAY) * 86_400 + rng.integers(0, 86_400, n),
                "seconds": np.where(answered, rng.lognormal(3.5, 1, n), 0).astype(np.int32),
                "imei": pa.array(_surrogate(caller + 10**9), mask=~ours),
                "tac": pa.array(tac, mask=~ours),
                "cell": pa.array(_surrogate(caller // 50 + rng.integers(0, 4, n)), mask=~ours),
                "area": pa.array(area, mask=~ours),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()


def write_slow(folder: Path, count: int, *, days: Sequence[int]) -> None:
    """The slow feeds that go with so many calls a day: who the callers are, and what they do besides.

    Each caller has a card, one of three sends messages on a day, one of thirty tops up, one of a
    hundred is complained of.
    """
    rng = np.random.default_rng([1, count])
    callers = max(count // CALLS_EACH, 1)
    everybody = np.arange(callers)
    midnight = days[0] * 86_400 - 28_800
    until = (days[-1] + 1) * 86_400 - 28_801

    def some(share: float) -> Any:
        return rng.integers(0, callers, max(int(callers * share * len(days)), 1))

    def moments(rows: Any) -> Any:
        return rng.integers(midnight, until, len(rows))

    sender, payer, blamed = some(0.33), some(0.033), some(0.01)
    tables = {
        "subscribers": {
            "number": _surrogate(everybody),
            "at": np.full(callers, until),
            "activated": until - rng.integers(1, 3000, callers) * 86_400,
            "identity": _surrogate(everybody // 2 + 2 * 10**9),
            "dealer": _surrogate(everybody // 4000 + 3 * 10**9),
            "batch": _surrogate(everybody // 200 + 4 * 10**9),
            "last_active": midnight - rng.integers(1, 60, callers) * 86_400,
        },
        "sms": {
            "number": _surrogate(sender),
            "other": _surrogate(rng.integers(0, callers, len(sender))),
            "at": moments(sender),
        },
        "topups": {"number": _surrogate(payer), "at": moments(payer)},
        "complaints": {
            "number": _surrogate(blamed),
            "reporter": _surrogate(rng.integers(0, callers, len(blamed))),
            "at": moments(blamed),
            "verdict": rng.integers(0, 3, len(blamed)).astype(np.int8),
        },
    }
    for kind, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{kind}.parquet", compression="zstd")


def slow_feeds(
    engine: Engine, folder: Path, count: int, calls: Sequence[Path], stage: Stage | None = None
) -> Extras:
    """The slow feeds of `write_slow`, and whose callees one of a thousand confirmed callers shares."""
    callers = max(count // CALLS_EACH, 1)
    confirmed = pa.table({"number": _surrogate(np.arange(0, callers, 1000))})
    shared = shared_callees(
        engine.read(calls),
        engine.put("confirmed", confirmed),
        offset=28_800,
        stage=stage or engine.stage,
    )
    return Extras(**{k: engine.read([folder / f"{k}.parquet"]) for k in SLOW}, shared=shared)


def _surrogate(rows: Any) -> Any:
    with np.errstate(over="ignore"):
        mixed = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(31)
        return (mixed * np.uint64(0xBF58476D1CE4E5B9)).view(np.int64)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall clock and processor seconds of a piece of work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _scan(table: Any, columns: Sequence[str]) -> None:
    # Sums, because the engine answers a maximum from the file's statistics without reading.
    table.aggregate([table[c].cast("float64").sum().name(c) for c in columns]).to_pyarrow()


def features(path: Path, spill: Path, memory: str, verbose: bool) -> None:
    """All features of a day against a scan of the same columns."""
    with duckdb_engine(memory=memory, threads=2, spill=spill) as engine:
        records = engine.read([path])
        count = pq.ParquetFile(path).metadata.num_rows
        slow = {kind: engine.read([path.parent / f"{kind}.parquet"]) for kind in SLOW}

        def read() -> None:
            _scan(records, CALLS)
            for kind, columns in SLOW.items():
                _scan(slow[kind], columns)

        scan = timed(read)
        clock = [time.process_time()]

        def stage(name: str, table: Any) -> Any:
            made = engine.stage(name, table)
            if verbose:
                now = time.process_time()
                print(f"    {name}: {now - clock[0]:.1f} s of processor")
                clock[0] = now
            return made

        def whole() -> None:
            day = stage("day", measure_day(records, GROUND, stage))
            slow = slow_feeds(engine, path.parent, count, [path], stage)
            stage("features", window_features([(DAY, day)], slow, offset=28_800, stage=stage))

        spent = timed(whole)
        rows = records.count().to_pyarrow().as_py()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{rows:,} records → {len(FEATURES)} features, memory limit {memory}")
    print(f"  scan: {scan[0]:.1f} s ({scan[1]:.1f} s of processor)")
    print(f"  features: {spent[0]:.1f} s ({spent[1]:.1f} s of processor), peak {peak:.2f} GB")
    print(
        f"  ratio: {spent[0] / scan[0]:.1f} by the clock, {spent[1] / scan[1]:.1f} by the processor"
    )


def parity(path: Path, folder: Path) -> None:
    """Every feature by DuckDB and by Spark local[2], and how far they lie apart."""

    def table(engine: Engine) -> pa.Table:
        day = engine.stage("day", measure_day(engine.read([path]), GROUND, engine.stage))
        slow = slow_feeds(engine, path.parent, pq.ParquetFile(path).metadata.num_rows, [path])
        whole = window_features([(DAY, day)], slow, offset=28_800, stage=engine.stage)
        # Through a file: the driver would hold every row at once.
        out = folder / engine.backend.name
        engine.backend.to_parquet(whole, str(out))
        files = [out] if out.is_file() else sorted(out.glob("*.parquet"))
        return pa.concat_tables([pq.ParquetFile(f).read() for f in files]).sort_by("number")

    found: dict[str, pa.Table] = {}
    with duckdb_engine(threads=2, spill=folder / "spill") as engine:
        here = timed(lambda: found.update(here=table(engine)))
    with spark_engine(scratch=folder / "spark", partitions=8) as engine:
        there = timed(lambda: found.update(there=table(engine)))
    one, two = found["here"], found["there"]
    worst, where = 0.0, "none"
    for name in FEATURES:
        a, b = (t[name].to_numpy(zero_copy_only=False).astype(float) for t in (one, two))
        if (np.isnan(a) != np.isnan(b)).any():
            raise SystemExit(f"{name}: one engine knows what the other does not")
        apart = np.nan_to_num(np.abs(a - b) / np.maximum(np.abs(a), 1.0)).max()
        worst, where = max((worst, where), (float(apart), name))
    same = one["number"].equals(two["number"])
    print(
        f"{pq.ParquetFile(path).metadata.num_rows:,} records, {len(one):,} callers: the same {same}"
    )
    print(f"  worst feature {where}: {worst:.1e} apart (asked: 1e-9)")
    print(f"  DuckDB {here[0]:.0f} s, Spark local[2] {there[0]:.0f} s by the clock")


def incremental(folder: Path, count: int) -> None:
    """A new day at the end of 30 against the rebuild of the 30."""
    days = range(DAY - 29, DAY + 1)
    for day in days:
        write_records(folder / f"{day}.parquet", count, day=day)
    write_slow(folder, count, days=days)
    with duckdb_engine(memory="2GB", threads=2) as engine:

        def measure(day: int) -> None:
            table = measure_day(engine.read([folder / f"{day}.parquet"]), GROUND, engine.stage)
            pq.write_table(table.to_pyarrow(), folder / f"m{day}.parquet", compression="zstd")

        def combine() -> None:
            parts = [(day, engine.read([folder / f"m{day}.parquet"])) for day in days]
            recent = [folder / f"{day}.parquet" for day in days[-RECENT_DAYS:]]
            slow = slow_feeds(engine, folder, count, recent)
            window_features(parts, slow, offset=28_800, stage=engine.stage).to_pyarrow()

        alone = [timed(lambda day=day: measure(day)) for day in days]  # type: ignore[misc]
        window = timed(combine)
    whole = sum(cpu for _, cpu in alone) + window[1]
    last = alone[-1][1] + window[1]
    print(
        f"30 days of {count:,} records: rebuild {whole:.1f} s, a day more {last:.1f} s of processor"
    )
    print(f"  a day costs {last / whole:.1%} of the rebuild")


def scoring(rows: int) -> None:
    """Probabilities in batches, and verdicts with every reason, of simulated callers' features."""
    model = shipped()
    world = snapshots(seed=77, numbers=8_000, fraud=0.05, calls=(20, None))
    seen = np.concatenate([world[None].features, world[20].features])
    x = seen[np.random.default_rng(0).integers(0, len(seen), rows)]
    some = x[: max(rows // 20, 1)]
    told = [
        {name: None if np.isnan(v) else float(v) for name, v in zip(FEATURES, row, strict=True)}
        for row in some
    ]
    now = datetime(2026, 3, 2, tzinfo=UTC)
    evidence = [
        Evidence(
            Indicator(Kind.NUMBER, f"+86137{n:08d}"), now, {"calls": {"features": f}}, ReportTally()
        )
        for n, f in enumerate(told)
    ]
    judge(evidence[:10], now=now)
    batch = timed(lambda: score(model, x))
    why = timed(lambda: judge(evidence, now=now))
    young = float(model.groups(some).mean())
    print(f"scores: {rows / batch[0]:,.0f} numbers/s ({rows / batch[1]:,.0f} per processor second)")
    print(
        f"verdicts with reasons: {len(some) / why[0]:,.0f} numbers/s ({len(some) / why[1]:,.0f} per "
        f"processor second), {young:.1%} of them young cards"
    )


def _apart(work: Callable[..., None], *arguments: Any) -> None:
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--memory", default="4GB", help="DuckDB's limit")
    parser.add_argument("--days", type=int, default=0, help="records per day of the 30-day part")
    parser.add_argument("--scores", type=int, default=200_000)
    parser.add_argument("--spark", type=int, default=0, help="records of the comparison with Spark")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        if chosen.records:
            path = folder / "records.parquet"
            write_records(path, chosen.records)
            write_slow(folder, chosen.records, days=[DAY])
            _apart(features, path, folder / "spill", chosen.memory, chosen.verbose)
            path.unlink()
        if chosen.spark:
            path = folder / "records.parquet"
            write_records(path, chosen.spark)
            write_slow(folder, chosen.spark, days=[DAY])
            _apart(parity, path, folder)
            path.unlink()
        if chosen.days:
            _apart(incremental, folder, chosen.days)
        if chosen.scores:
            _apart(scoring, chosen.scores)


if __name__ == "__main__":
    main()
