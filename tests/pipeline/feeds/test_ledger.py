"""The ledger is read once, and what changes in it is seen at once."""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.numbers.feed import feed_observations
from pipeline.feeds import ledger, sealed
from pipeline.feeds.keyring import keyring
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Shelf
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from tests.pipeline.feeds.conftest import HEADER, NOW, Desk, call


def test_a_take_reads_each_entry_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    feed = tmp_path / "in"
    feed.mkdir()
    for n in range(8):
        row = call(n).replace("03-01", f"02-{21 + n}")
        (feed / f"calls-{n}.csv").write_text(f"{HEADER}\n{row}\n", "utf-8")
    feed_observations(feed, settings=settings, store=store, now=NOW, backfill=True)
    monkeypatch.setattr(ledger, "_FOLDERS", {})
    monkeypatch.setattr(ledger, "_ENTRIES", {})
    read, reads = ledger._read, Counter[str]()
    monkeypatch.setattr(ledger, "_read", lambda path: reads.update([path.name]) or read(path))
    (feed / "calls-9.csv").write_text(f"{HEADER}\n{call(9)}\n", "utf-8")
    feed_observations(feed / "calls-9.csv", settings=settings, store=store, now=NOW)
    assert len(reads) == 9
    assert set(reads.values()) == {1}
    store.close()


@pytest.mark.parametrize("settled", [True, False])
def test_what_changes_is_seen_at_once(desk: Desk, settled: bool) -> None:
    folder = desk.shelf.home / "ledger"

    def rest() -> None:
        """As if nothing had changed for a while."""
        if settled:
            at = folder.stat().st_mtime_ns - 10 * ledger.SETTLED
            os.utime(folder, ns=(at, at))

    assert desk.shelf.deliveries() == []
    one = desk.take(desk.write(call(1)))
    rest()
    assert desk.shelf.deliveries("calls") == desk.shelf.deliveries() == [one]
    assert desk.shelf.deliveries("sms") == []
    two = desk.take(desk.write(call(2, caller="13700137000")))
    assert {d.id for d in desk.shelf.deliveries()} == {one.id, two.id}
    rest()
    desk.shelf.deliveries()
    desk.shelf.record(replace(one, generation=2))
    assert {d.generation for d in desk.shelf.deliveries()} == {1, 2}
    desk.shelf.ledger("calls", one.id).unlink()
    assert desk.shelf.deliveries() == [two]


def test_resolving_opens_no_more_files_than_it_needs(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = timedelta(days=1)
    for n in range(4):
        desk.take(desk.write(call(n).replace("2026-03-01", f"{(NOW - (4 - n) * day).date()}")))
    opened: list[Path] = []
    open_sealed = sealed.open_sealed

    def seen(paths: list[Path], key: bytes, wanted: list[int]) -> dict[int, str]:
        opened.extend(paths)
        return open_sealed(paths, key, wanted)

    monkeypatch.setattr("pipeline.feeds.resolve.open_sealed", seen)
    keys = keyring(desk.folder / "keys", "test")
    number = keys.surrogate("number", "+8613800138000")
    found = resolve(
        store,
        Shelf(desk.folder / "feeds", "test"),
        [number],
        keys_folder=desk.folder / "keys",
        actor="analyst:li",
        purpose="case 1",
        now=NOW,
    )
    assert found == {number: "+8613800138000"}
    assert len(opened) == 1
