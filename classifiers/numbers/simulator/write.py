"""Write a simulated world's feeds as files."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from classifiers.numbers.simulator.feeds import call_records, calls_of, make_world, slow_feeds
from pipeline.errors import FanzhaError

FORMS = ("csv", "csv.gz", "parquet")


def write_feed(
    out: Path, *, numbers: int, fraud: float, seed: int, days: int, first_day: date, form: str
) -> dict[str, int]:
    """Write `calls-DAY`, the slow feeds and `truth` into a folder; file name → rows.

    Raises `FanzhaError` for a form that is not of `FORMS`.
    """
    if form not in FORMS:
        raise FanzhaError(f"form: expected one of {', '.join(FORMS)}, got {form!r}")
    world = make_world(seed=seed, numbers=numbers, fraud=fraud, first_day=first_day, days=days)
    out.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    drawn = []
    for day, calls in calls_of(world):
        table = call_records(world, day, calls)
        counts[_write(table, out, f"calls-{day.isoformat()}", form)] = table.num_rows
        drawn.append((day, calls))
    for name, table in slow_feeds(world, drawn).items():
        # In a small world nobody may complain, and a carrier sends no file without a row.
        if table.num_rows == 0:
            continue
        counts[_write(table, out, name, "csv" if name == "truth" else form)] = table.num_rows
    return counts


def _write(table: pa.Table, out: Path, name: str, form: str) -> str:
    path = out / f"{name}.{form}"
    if form == "parquet":
        pq.write_table(table, path, compression="zstd")
        return path.name
    compression = "gzip" if form.endswith(".gz") else None
    with pa.output_stream(str(path), compression=compression) as stream:
        pa.csv.write_csv(table, stream, pa.csv.WriteOptions(quoting_style="needed"))
    return path.name
