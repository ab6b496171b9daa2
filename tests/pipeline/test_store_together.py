"""Several processes at one PostgreSQL: they take turns, and none dies of the others."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine

from pipeline.nouns import Indicator, Kind, Report
from pipeline.store import Store, open_store
from pipeline.store.engine import migrate
from pipeline.store.reports import Stage, add_reports, at_stage, count_reports, move, voices_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B = (Indicator(Kind.HOST, f"{name}.example") for name in "ab")
PATIENCE = 120.0
"""Seconds until a test gives up; it needs a fraction of one."""


def report(indicator: Indicator, raw: str) -> Report:
    return Report("hotline", (indicator,), raw, NOW)


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table."""
    name = f"fanzha_{uuid.uuid4().hex}"
    engine = create_engine(postgres_url.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield postgres_url.format(database=name)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def shared(empty_url: str) -> Iterator[Store]:
    store = open_store(empty_url)
    yield store
    store.close()


def until_it_waits(store: Store, work: Future[Any]) -> None:
    """Return when somebody waits for what another transaction holds, or the work is over."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not work.done():
        with store.engine.connect() as connection:
            if connection.exec_driver_sql(waiting).scalar():
                return
        time.sleep(0.01)


def test_two_that_start_at_once_make_the_schema_once(empty_url: str) -> None:
    store = Store(create_engine(empty_url))
    with ThreadPoolExecutor(1) as pool:
        with store.engine.begin() as connection:
            migrate(connection)
            work: Future[Store] = pool.submit(open_store, empty_url)
            until_it_waits(store, work)
        opened = work.result(PATIENCE)
    with opened.read() as tx:
        assert count_reports(tx) == 0
    opened.close()
    store.close()


def add(store: Store, *batch: Report) -> int:
    with store.write() as tx:
        return add_reports(tx, batch, at=NOW)


def test_the_same_reports_brought_by_two_at_once_are_counted_once(shared: Store) -> None:
    batch = [report(A, "one"), report(A, "two"), report(B, "three")]
    with ThreadPoolExecutor(1) as pool:
        with shared.write() as tx:
            assert add_reports(tx, batch, at=NOW) == 3
            work = pool.submit(add, shared, *batch)
            until_it_waits(shared, work)
        assert work.result(PATIENCE) == 0
    with shared.read() as tx:
        assert count_reports(tx) == 3
        assert voices_of(tx, [A, B]) == {A: 2, B: 1}


def test_two_that_bring_reports_of_the_same_sites_in_another_order_both_succeed(
    shared: Store,
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with shared.write() as tx:
            add_reports(tx, [report(B, "one")], at=NOW)
            work = pool.submit(add, shared, report(A, "two"), report(B, "three"))
            until_it_waits(shared, work)
            add_reports(tx, [report(A, "four")], at=NOW)
        assert work.result(PATIENCE) == 2
    with shared.read() as tx:
        assert voices_of(tx, [A, B]) == {A: 2, B: 2}


def test_rows_are_locked_in_one_order_whatever_order_they_come_in(shared: Store) -> None:
    """One moves B and A while another, who holds A, goes on to B: the mover holds neither."""
    for indicator in (B, A):  # as they lie in the table
        add(shared, report(indicator, indicator.value))

    def move_both() -> None:
        with shared.write() as tx:
            move(tx, [B, A], Stage.JUDGE, at=NOW)

    with ThreadPoolExecutor(1) as pool:
        with shared.write() as tx:
            move(tx, [A], Stage.DONE, at=NOW)
            work = pool.submit(move_both)
            until_it_waits(shared, work)
            move(tx, [B], Stage.DONE, at=NOW)
        work.result(PATIENCE)
    with shared.read() as tx:
        assert at_stage(tx, Stage.JUDGE, limit=9) == [B, A]
