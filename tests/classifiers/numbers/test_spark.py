"""The same expressions on DuckDB and on Spark: every feature of a simulated day, to 1e-9."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifiers.numbers.engine import Engine, duckdb_engine, spark_engine
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.measures import measure_day
from classifiers.numbers.features.neighbours import shared_callees
from classifiers.numbers.features.window import Extras, window_features
from classifiers.numbers.simulator.feeds import calls_of, make_world
from classifiers.numbers.simulator.records import forms_of, normalised, slow_normalised
from classifiers.numbers.snapshots import GROUND

pytest.importorskip("pyspark", reason="the optional extra `spark` (pyspark) is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs a Java runtime, and there is none", allow_module_level=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two simulated days and the slow feeds, as Parquet."""
    folder = tmp_path_factory.mktemp("parity")
    made = make_world(seed=5, numbers=300, fraud=0.05, first_day=date(2026, 3, 2), days=2)
    days = list(calls_of(made))
    forms = forms_of(made)
    tables = {
        f"day{n}": normalised(made, day, calls, forms).records
        for n, (day, calls) in enumerate(days)
    } | slow_normalised(made, days)
    wicked = np.flatnonzero(made.people.fraud)[:5]
    tables["confirmed"] = pa.table({"number": wicked})
    heard = tables["complaints"]["reporter"].unique()
    share = np.linspace(0, 1, len(heard))
    tables["weights"] = pa.table({"reporter": heard, "weight": share, "proven": share > 0.5})
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in tables}


def features(engine: Engine, world: dict[str, Path]) -> pa.Table:
    def read(name: str) -> Any:
        return engine.read([world[name]])

    measured = [
        (20_514 + n, engine.stage(f"d{n}", measure_day(read(f"day{n}"), GROUND, engine.stage)))
        for n in range(2)
    ]
    slow = ("subscribers", "complaints", "sms", "topups", "weights")
    calls = engine.read([world["day0"], world["day1"]])
    shared = shared_callees(calls, read("confirmed"), offset=GROUND.offset, stage=engine.stage)
    until = 20_516 * 86_400 - GROUND.offset - 1
    extras = Extras(**{name: read(name) for name in slow}, shared=shared, heard_until=until)
    table = window_features(measured, extras, offset=GROUND.offset, stage=engine.stage)
    return table.to_pyarrow().sort_by("number")


@pytest.fixture(scope="module")
def both(
    world: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[pa.Table, pa.Table]]:
    with duckdb_engine(memory="1GB") as duck:
        here = features(duck, world)
    with spark_engine(
        scratch=tmp_path_factory.mktemp("scratch"), master="local[2]", partitions=2
    ) as spark:
        yield here, features(spark, world)


def test_the_same_numbers(both: tuple[pa.Table, pa.Table]) -> None:
    here, there = both
    assert here["number"].to_pylist() == there["number"].to_pylist()
    assert here["until"].to_pylist() == there["until"].to_pylist()


@pytest.mark.parametrize("name", list(FEATURES))
def test_the_same_feature(both: tuple[pa.Table, pa.Table], name: str) -> None:
    here, there = (table[name].to_numpy().astype(float) for table in both)
    np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-9, equal_nan=True)
