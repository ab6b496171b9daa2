"""A complainer across a rotation: recognised by complaining again, never resolved."""

import pyarrow.parquet as pq
import pytest

from pipeline.feeds.complainers import pending, unite
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.feeds.shelf import Delivery
from pipeline.store import Store
from tests.pipeline.feeds.conftest import Desk

BLAMED = "13800138000"


def complain(desk: Desk, *reporters: str, minute: int) -> Delivery:
    rows = [f"{BLAMED},{name},2026-03-01 10:{minute:02d}:00,fraud" for name in reporters]
    path = desk.write(*rows, header="number,reporter,time,verdict")
    return desk.take(path, mapping=Mapping("complaints"))


def rotate(desk: Desk, store: Store) -> None:
    desk.keys, _, _ = rotate_keys(desk.shelf, desk.folder / "keys")
    rekey(store, desk.shelf, desk.folder / "keys")


def content(desk: Desk) -> dict[str, list[int]]:
    """The complainers in each delivery."""
    return {
        path.stem: pq.ParquetFile(path).read()["reporter"].to_pylist()
        for path in desk.shelf.files("complaints")
    }


def test_who_complains_again_stays_one_voice(desk: Desk, store: Store) -> None:
    first = complain(desk, "li", "wu", minute=1)
    old = desk.keys
    rotate(desk, store)
    assert content(desk)[first.id] == [old.surrogate("reporter", name) for name in ("li", "wu")]
    second = complain(desk, "li", "he", minute=9)
    waiting = pending(desk.shelf, second.id)
    assert waiting.stat().st_mode & 0o777 == 0o600
    assert unite(desk.shelf) == 1

    li, he = (desk.keys.surrogate("reporter", name) for name in ("li", "he"))
    assert content(desk) == {
        first.id: [li, old.surrogate("reporter", "wu")],  # who never came back stays as it was
        second.id: [li, he],
    }
    assert not waiting.exists()  # what ties the two together is not kept
    assert unite(desk.shelf) == 0


def test_over_two_rotations(desk: Desk, store: Store) -> None:
    first = complain(desk, "li", minute=1)
    rotate(desk, store)
    rotate(desk, store)
    complain(desk, "li", minute=9)
    unite(desk.shelf)
    assert content(desk)[first.id] == [desk.keys.surrogate("reporter", "li")]


def test_a_killed_run_is_taken_up_by_the_next(desk: Desk, store: Store) -> None:
    first = complain(desk, "li", minute=1)
    rotate(desk, store)
    second = complain(desk, "li", minute=9)  # as if it had been killed before it united
    complain(desk, "wu", minute=20)
    unite(desk.shelf)
    li = desk.keys.surrogate("reporter", "li")
    assert [content(desk)[d.id] for d in (first, second)] == [[li], [li]]


@pytest.mark.parametrize("rotated", [False, True])
def test_without_an_earlier_key_nothing_is_worked_out(
    desk: Desk, store: Store, rotated: bool
) -> None:
    first = complain(desk, "li", minute=1)
    before = content(desk)[first.id]
    if rotated:
        rotate(desk, store)
        (desk.folder / "keys" / "test" / "hash.1.key").unlink()
        desk.keys = kept_keyring(desk.shelf, desk.folder / "keys")
    second = complain(desk, "li", minute=9)
    assert not pending(desk.shelf, second.id).exists()
    unite(desk.shelf)
    assert content(desk)[first.id] == before
    assert (content(desk)[second.id] == before) is not rotated
