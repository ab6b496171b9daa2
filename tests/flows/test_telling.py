"""What is told of a number to the desk: its points at every carrier that knows it."""

from datetime import UTC, datetime
from pathlib import Path

from classifiers.numbers.points import DEFAULT, load_scheme
from flows.telling import points_of
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.nouns import Indicator, Kind
from pipeline.protected import load
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.points import PointEntry, add_points

NUMBER = Indicator(Kind.NUMBER, "+8613912345678")
NOW = datetime(2026, 3, 11, tzinfo=UTC)


def test_points_are_told_by_carrier_and_a_protected_number_has_none(
    store: Store, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, clock=NOW)
    rule = next(iter(load_scheme(DEFAULT).rules.values()))
    assert points_of(store, settings, load(settings), NUMBER) == []
    for carrier, points in (("north", 30.0), ("south", None)):
        shelf = Shelf(settings.feeds_dir, carrier)
        shelf.home.mkdir(parents=True)
        surrogate = kept_keyring(shelf, settings.feed_keys_dir).surrogate("number", NUMBER.value)
        if points is not None:
            entry = PointEntry(rule.id, points, "calls:2026-03-10", NOW, "points@1")
            with store.write() as tx:
                add_points(tx, carrier, [(surrogate, entry)])
    (settings.feeds_dir / "newcomer").mkdir()
    (told,) = points_of(store, settings, load(settings), NUMBER)
    assert not (settings.feed_keys_dir / "newcomer").exists()
    assert told.carrier == "north"
    assert told.balance > 0
    assert [part.en for part in told.parts] == [rule.en]
    assert points_of(store, settings, load(settings), Indicator(Kind.NUMBER, "110")) == []
