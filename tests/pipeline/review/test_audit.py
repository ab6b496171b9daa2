"""The audit log: whoever changes it is found out, in the middle and at the end."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.review import audit
from pipeline.store import Store

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def write(store: Store, count: int, actor: str = "li") -> None:
    for n in range(count):
        with store.write() as tx:
            audit.record(tx, at=NOW, actor=actor, act="decide", subject=f"s{n}", detail={"n": n})


def walk(store: Store, expected: str | None = None) -> audit.Audited:
    with store.read() as tx:
        return audit.verify(tx, expected=expected)


def tamper(store: Store, statement: str) -> None:
    """What somebody with the database file in hand can do: take the guard away, then write."""
    with store.write() as tx:
        if tx.dialect.name == "postgresql":
            tx.execute(text("DROP TRIGGER audit_append_only ON audit"))
        else:
            tx.execute(text("DROP TRIGGER audit_no_update"))
            tx.execute(text("DROP TRIGGER audit_no_delete"))
        tx.execute(text(statement))


def test_an_untouched_chain_is_whole_and_still_holds_an_earlier_hash(store: Store) -> None:
    assert walk(store).whole
    write(store, 3)
    noted = walk(store).hash
    write(store, 2)
    assert walk(store, noted) == walk(store)
    assert walk(store).records == 5
    assert not walk(store, "f" * 64).whole


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET actor = 'wang' WHERE seq = 2", "record 2 was changed"),
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", "record 3 was changed"),
        ("DELETE FROM audit WHERE seq = 2", "record 2 is missing"),
        ("DELETE FROM audit WHERE seq = 3", "records after 2 are missing"),
    ],
)
def test_a_change_is_found(store: Store, statement: str, fault: str) -> None:
    write(store, 3)
    tamper(store, statement)
    assert fault in (walk(store).fault or "")


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    write(store, 1)
    with pytest.raises(DBAPIError, match="append-only"), store.write() as tx:
        tx.execute(text(statement))


def test_many_writers_make_one_chain(store: Store) -> None:
    threads = [threading.Thread(target=write, args=(store, 10, f"a{n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert walk(store).whole
    assert walk(store).records == 60
