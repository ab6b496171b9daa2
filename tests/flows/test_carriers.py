"""Which carrier is meant: one that sent feeds; a name typed wrongly is refused and makes no keys."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.carriers import carriers, keys_of, shelf_of, surrogate_of
from flows.feeding import take_feed
from pipeline.errors import FanzhaError
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.indicators import parse_number
from pipeline.settings import Settings
from pipeline.store import Store

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OURS, STRANGER = parse_number("13800138001"), parse_number("19999999999")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", clock=NOW)


def subscribers(store: Store, settings: Settings, carrier: str) -> None:
    file = settings.home.parent / f"subscribers-{carrier}.csv"
    file.write_text(
        "number,activated,as_of\n13800138001,2020-01-01,2026-03-01\n13800138002,2020-01-01,2026-03-01\n",
        "utf-8",
    )
    take_feed(store, settings, file, carrier=carrier)


def test_a_carrier_is_one_whose_feeds_were_taken_in(store: Store, settings: Settings) -> None:
    with pytest.raises(FanzhaError, match="numbers take FILE --carrier"):
        shelf_of(settings, None)
    subscribers(store, settings, "north")
    (settings.feeds_dir / "stopped" / "ledger").mkdir(parents=True)
    assert shelf_of(settings, None).carrier == "north"
    subscribers(store, settings, "south")
    assert carriers(settings) == ["north", "south"]
    assert shelf_of(settings, "south").carrier == "south"
    for named, said in ((None, "which one of north, south"), ("nroth", "no feed of 'nroth'")):
        with pytest.raises(FanzhaError, match=said):
            shelf_of(settings, named)
    assert sorted(path.name for path in settings.feed_keys_dir.iterdir()) == ["north", "south"]


def test_a_number_that_no_feed_named_is_nobody(store: Store, settings: Settings) -> None:
    subscribers(store, settings, "north")
    shelf = shelf_of(settings, "north")
    there = keys_of(settings, shelf).surrogate("number", OURS.value)
    assert surrogate_of(store, settings, shelf, OURS) == there
    with pytest.raises(FanzhaError, match="no feed of north ever named it"):
        surrogate_of(store, settings, shelf, STRANGER)


def test_while_a_rotation_is_half_way_nobody_is_looked_up(store: Store, settings: Settings) -> None:
    subscribers(store, settings, "north")
    shelf = shelf_of(settings, "north")
    rotate_keys(shelf, settings.feed_keys_dir)
    with pytest.raises(FanzhaError, match="numbers rekey --carrier north"):
        surrogate_of(store, settings, shelf, OURS)
    rekey(store, shelf, settings.feed_keys_dir)
    surrogate_of(store, settings, shelf, OURS)
