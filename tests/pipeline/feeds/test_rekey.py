"""Rotation: new surrogates for the numbers that can be known, none for those only called."""

import pyarrow.parquet as pq
import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.feeds.sealed import open_sealed
from pipeline.feeds.service_numbers import write_protected
from pipeline.store import Store
from pipeline.store.points import PointEntry, add_points, ledgers_of, rekey_points
from tests.pipeline.feeds.conftest import NOW, Desk, call


def test_the_map_leads_from_old_to_new(desk: Desk) -> None:
    desk.take(desk.write(call(1), call(2)))
    new, path, carried = rotate_keys(desk.shelf, desk.folder / "keys")
    assert (new.generation, carried) == (2, 1)
    (row,) = pq.ParquetFile(path).read().to_pylist()
    number = "+8613800138000"
    assert row["old"] == desk.keys.surrogate("number", number)
    assert row["new"] == new.surrogate("number", number) != row["old"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_stored_days_and_points_are_carried_over(desk: Desk, store: Store) -> None:
    first = desk.take(desk.write(call(1), call(2), call(3, callee="13700137000")))
    old = desk.keys.surrogate("number", "+8613800138000")
    entry = PointEntry("burst", 20.0, "calls:2026-03-01", NOW, "points@1")
    with store.write() as tx:
        add_points(tx, "test", [(old, entry)])
    new, _, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    done = rekey(store, desk.shelf, desk.folder / "keys")
    assert (done.generation, done.files, done.points) == (2, 1, 1)

    moved = new.surrogate("number", "+8613800138000")
    (path,) = desk.shelf.files("calls")
    rows = pq.ParquetFile(path).read()
    assert set(rows["number"].to_pylist()) == {moved}
    assert set(rows["other"].to_pylist()) == {
        desk.keys.surrogate("number", number) for number in ("+8613900139000", "+8613700137000")
    }
    sealed = desk.shelf.sealed(first.kind, first.id)
    assert open_sealed([sealed], new.seal_key, None) == {moved: "+8613800138000"}
    assert sealed.stat().st_mode & 0o777 == 0o600
    with store.read() as tx:
        assert ledgers_of(tx, "test", [old, moved]) == {moved: [entry]}
    # A new day's calls of the same number stand under the same surrogate, and nothing is left to do.
    desk.keys = new
    assert desk.take(desk.write(call(9))).generation == 2
    assert rekey(store, desk.shelf, desk.folder / "keys").files == 0
    # And a day that came before is known again.
    with pytest.raises(FanzhaError, match="count twice"):
        desk.take(desk.write(call(1), call(2), call(3), call(4)))


def test_a_killed_run_is_taken_up(desk: Desk, store: Store) -> None:
    delivery = desk.take(desk.write(call(1), call(2)))
    new, _, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    rekey(store, desk.shelf, desk.folder / "keys")
    whole = {path: path.read_bytes() for path in desk.shelf.files("calls")}
    desk.shelf.record(delivery)  # as if it had been killed before the ledger's entry
    assert rekey(store, desk.shelf, desk.folder / "keys").files == 1
    assert {path: path.read_bytes() for path in desk.shelf.files("calls")} == whole
    sealed = desk.shelf.sealed(delivery.kind, delivery.id)
    assert list(open_sealed([sealed], new.seal_key, None).values()) == ["+8613800138000"]


def test_a_rotation_killed_before_its_map_is_taken_up(desk: Desk, store: Store) -> None:
    desk.take(desk.write(call(1)))
    new, path, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    path.unlink()  # as if it had been killed when only the new keys were there
    assert rekey(store, desk.shelf, desk.folder / "keys").files == 1
    (file,) = desk.shelf.files("calls")
    moved = new.surrogate("number", "+8613800138000")
    assert pq.ParquetFile(file).read()["number"].to_pylist() == [moved]


def test_files_without_a_map_and_its_keys_stop_it(desk: Desk, store: Store) -> None:
    desk.take(desk.write(call(1)))
    _, path, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    path.unlink()
    (desk.folder / "keys" / "test" / "hash.1.key").unlink()
    with pytest.raises(FanzhaError, match="no map to the next"):
        rekey(store, desk.shelf, desk.folder / "keys")


@pytest.mark.parametrize("name", ["hash.1.key", "seal.1.key"])
def test_a_lost_key_is_not_made_anew(desk: Desk, name: str) -> None:
    keys = desk.folder / "keys"
    assert kept_keyring(desk.shelf, keys) == desk.keys  # nothing is shelved yet
    desk.take(desk.write(call(1)))
    assert kept_keyring(desk.shelf, keys) == desk.keys
    (keys / "test" / name).unlink()
    for generation in (None, 1):
        with pytest.raises(FanzhaError, match="restore it from your backup"):
            kept_keyring(desk.shelf, keys, generation)
    assert not (keys / "test" / name).exists()


def test_an_entry_that_stands_under_the_new_surrogate_stays_behind(store: Store) -> None:
    entry = PointEntry("burst", 20.0, "calls:2026-03-01", NOW, "points@1")
    with store.write() as tx:
        add_points(tx, "a", [(1, entry), (2, entry)])
        assert rekey_points(tx, "a", {1: 2, 7: 8}) == 1
        assert ledgers_of(tx, "a", [1, 2]) == {1: [entry], 2: [entry]}


def test_service_numbers_become_a_protected_list(desk: Desk) -> None:
    from pipeline.nouns import Indicator, Kind
    from pipeline.protected import load
    from pipeline.settings import Settings

    table = desk.folder / "numbers.csv"
    table.write_text(
        "category,organization,raw,digits\nbank,Example Bank,400-123-4567,\nx,Nobody,none,\n",
        encoding="utf-8",
    )
    out = desk.folder / "service.toml"
    assert write_protected(table, out) == (1, ["line 3: none"])
    settings = Settings(home=desk.folder, protected={"files": (out,)})  # type: ignore[arg-type]
    assert load(settings).refusal(Indicator(Kind.NUMBER, "+864001234567")) is not None
