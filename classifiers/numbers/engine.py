"""The columnar engine behind the features: DuckDB by default, Spark past one machine, one interface."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError

Table = Any


@dataclass(slots=True)
class Engine:
    """An ibis backend and how it materialises a step."""

    backend: Any
    _names: list[str] = field(default_factory=list)
    scratch: Path | None = None
    """Where Spark keeps its steps: a folder that all its workers reach."""
    _steps: int = 0

    def read(self, paths: Sequence[Path]) -> Table:
        """The rows of Parquet files as a table."""
        names = [str(path) for path in paths]
        if self.backend.name == "duckdb":
            return self.backend.read_parquet(names)
        # ibis 12 gives Spark a list as one path.
        tables = [self.backend.read_parquet(name) for name in names]
        return ibis.union(*tables) if len(tables) > 1 else tables[0]

    def put(self, name: str, rows: Any) -> Table:
        """An Arrow table as a table of the engine."""
        if self.backend.name == "duckdb":
            self.backend.con.register(name, rows)
            return self.backend.table(name)
        path = self._scratch(name).with_suffix(".parquet")
        pq.write_table(rows, path)
        return self.backend.read_parquet(str(path))

    def stage(self, name: str, table: Table) -> Table:
        """Compute a step once and keep it for those that follow."""
        if self.backend.name == "duckdb":
            # By SQL: `create_table(…, temp=True, overwrite=True)` of ibis 12 fails on DuckDB 2.
            self._names.append(name)
            query = self.backend.compile(table)
            self.backend.raw_sql(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}')
            return self.backend.table(name, database="temp.main")
        # Through files: a plan of nested caches grows until Spark's driver has no memory left.
        path = str(self._scratch(name))
        self.backend.to_parquet(table, path)
        return self.backend.read_parquet(path)

    def _scratch(self, name: str) -> Path:
        if self.scratch is None:
            raise FanzhaError(f"{self.backend.name} keeps its steps in files: give it a folder")
        self._steps += 1
        self.scratch.mkdir(parents=True, exist_ok=True)
        return self.scratch / f"{name}-{self._steps}"

    def drop_stages(self) -> None:
        """Give back what the steps took: memory of DuckDB, files of Spark."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
        while self._names:
            self.backend.raw_sql(f'DROP TABLE IF EXISTS temp.main."{self._names.pop()}"')


@contextmanager
def duckdb_engine(
    *, memory: str = "4GB", threads: int = 2, spill: Path | None = None
) -> Iterator[Engine]:
    """An embedded DuckDB in memory that spills to `spill` beyond its memory."""
    backend = ibis.duckdb.connect(
        memory_limit=memory,
        threads=threads,
        preserve_insertion_order=False,
        **({} if spill is None else {"temp_directory": str(spill)}),
    )
    backend.raw_sql("SET TimeZone = 'UTC'")
    backend.raw_sql("SET enable_progress_bar = false")
    try:
        yield Engine(backend)
    finally:
        backend.disconnect()


@contextmanager
def spark_engine(
    *, scratch: Path, master: str = "local[2]", partitions: int = 4
) -> Iterator[Engine]:
    """Spark behind the same interface; needs the extra `spark` and a Java runtime."""
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(master)
        .appName("fanzha")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(partitions))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    engine = Engine(ibis.pyspark.connect(session), scratch=scratch)
    try:
        yield engine
    finally:
        engine.drop_stages()
        session.stop()
