"""Whatever the umask, what holds people's calls is the owner's alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.numbers.feed import feed_observations
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.feeds.shelf import Shelf
from pipeline.private import close, private_folder
from pipeline.settings import Settings
from pipeline.store import open_store
from tests.pipeline.feeds.conftest import HEADER, NOW, call


@pytest.fixture(autouse=True)
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def rights(folder: Path) -> set[tuple[bool, int]]:
    """(is it a folder, its rights) of everything below."""
    return {(p.is_dir(), p.stat().st_mode & 0o777) for p in (folder, *folder.rglob("*"))}


def test_the_shelf_and_the_database(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    path = tmp_path / "calls.csv"
    path.write_text(f"{HEADER}\n{call(1)}\n{call(2, callee='')}\n" + f"{call(3)}\n" * 5)
    feed_observations(path, settings=settings, store=store, now=NOW, carrier="c")
    shelf = Shelf(settings.feeds_dir, "c")
    rotate_keys(shelf, settings.feed_keys_dir)
    rekey(store, shelf, settings.feed_keys_dir)
    assert shelf.files("calls")
    held = [p for p in shelf.home.rglob("*") if p.is_file() and p.stat().st_size]
    assert {oct(p.stat().st_mode & 0o777) for p in held} == {"0o600"}
    assert {mode for is_folder, mode in rights(shelf.home) if is_folder} == {0o700}
    files = [p for p in settings.home.iterdir() if p.name.startswith("fanzha.db")]
    assert {oct(p.stat().st_mode & 0o777) for p in files} == {"0o600"}
    store.close()


def test_a_database_and_a_folder_that_were_open_are_closed(tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path}/f.db", tmp_path / "f.db"
    open_store(url).close()
    path.chmod(0o644)
    open_store(url).close()
    assert path.stat().st_mode & 0o777 == 0o600
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    private_folder(deep / "c")
    assert [p.stat().st_mode & 0o777 for p in (deep, deep / "c")] == [0o777, 0o700]
    private_folder(deep)
    assert deep.stat().st_mode & 0o777 == 0o700
    close(deep, 0o500)
    assert deep.stat().st_mode & 0o777 == 0o700  # closed already
