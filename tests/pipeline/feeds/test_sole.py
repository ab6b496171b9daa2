"""A take and a rotation of the keys never meet; where they did, nothing is lost."""

import fcntl
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from classifiers.numbers.feed import feed_observations
from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.feeds.sealed import SealedWriter
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.sole import sole
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.points import PointEntry, add_points, ledgers_of
from tests.pipeline.feeds.conftest import NOW, Desk, call

LATE = "13700137000"


def test_one_at_a_time_and_twice_by_one_is_once(desk: Desk) -> None:
    def is_free() -> bool:
        with (desk.shelf.home / "turn").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def is_busy() -> bool:
        with sole(desk.shelf, wait=False) as mine:
            return not mine

    with sole(desk.shelf) as first:
        with sole(desk.shelf, wait=False) as again:
            assert first
            assert again
            assert not is_free()
        others: list[bool] = []
        other = threading.Thread(target=lambda: others.append(is_busy()))
        other.start()
        other.join()
        assert others == [True]
        assert not is_free()
    assert is_free()
    assert not is_busy()


def test_a_take_waits_for_a_rotation_and_has_its_keys(desk: Desk, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", clock=NOW)
    shelf = Shelf(settings.feeds_dir, "c")

    def take(path: Path) -> None:
        store = open_store(settings.database_url)
        feed_observations(path, settings=settings, store=store, now=NOW, carrier="c")
        store.close()

    take(desk.write(call(1)))
    later = threading.Thread(target=take, args=[desk.write(call(2, caller=LATE))])
    with sole(shelf):
        later.start()
        rotate_keys(shelf, settings.feed_keys_dir)
        store = open_store(settings.database_url)
        rekey(store, shelf, settings.feed_keys_dir)
        store.close()
    later.join()
    assert [d.generation for d in shelf.deliveries()] == [2, 2]
    number = kept_keyring(shelf, settings.feed_keys_dir).surrogate("number", f"+86{LATE}")
    assert number in pq.read_table(shelf.files("calls")[0].parent)["number"].to_pylist()


def test_keys_that_were_rotated_meanwhile_take_nothing_in(desk: Desk, store: Store) -> None:
    desk.take(desk.write(call(1)))
    rotate_keys(desk.shelf, desk.folder / "keys")
    rekey(store, desk.shelf, desk.folder / "keys")
    with pytest.raises(FanzhaError, match="numbers rekey --carrier test"):
        desk.take(desk.write(call(2, caller=LATE)))
    assert len(desk.shelf.deliveries()) == 1


def test_a_file_shelved_after_the_map_was_made_is_carried_over(desk: Desk, store: Store) -> None:
    desk.take(desk.write(call(1)))
    new, _, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    late = desk.take(desk.write(call(2, caller=LATE)))
    old = desk.keys.surrogate("number", f"+86{LATE}")
    entry = PointEntry("burst", 20.0, "calls:2026-03-01", NOW, "points@1")
    with store.write() as tx:
        add_points(tx, "test", [(old, entry)])
    rekey(store, desk.shelf, desk.folder / "keys")
    moved = new.surrogate("number", f"+86{LATE}")
    rows = pq.ParquetFile(desk.shelf.rows("calls", "2026-03-01", late.id)).read()
    assert rows["number"].to_pylist() == [moved]
    with store.read() as tx:
        assert ledgers_of(tx, "test", [old, moved]) == {moved: [entry]}


def test_a_caller_that_nothing_maps_stops_it_and_the_file_stays(desk: Desk, store: Store) -> None:
    done = desk.take(desk.write(call(1), call(2, caller=LATE)))
    writer = SealedWriter(desk.shelf.sealed("calls", done.id), desk.keys.seal_key)
    name = "+8613800138000"
    writer.add({desk.keys.surrogate("number", name): name})
    writer.close()
    (path,) = desk.shelf.files("calls")
    before = path.read_bytes()
    rotate_keys(desk.shelf, desk.folder / "keys")
    with pytest.raises(FanzhaError, match="1 callers of it have no sealed number"):
        rekey(store, desk.shelf, desk.folder / "keys")
    assert path.read_bytes() == before
    assert desk.shelf.deliveries() == [done]
