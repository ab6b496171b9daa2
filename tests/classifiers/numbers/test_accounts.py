"""Accounts of points: what a number stands at, and for whom nothing may follow from it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.numbers.accounts import (
    Scored,
    disagreements,
    standings,
    verified_at,
)
from classifiers.numbers.feed import feed_observations
from classifiers.numbers.points import load_scheme, verified
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.protected import load
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.points import PointEntry, add_points

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SCHEME = load_scheme()
ORDINARY = parse_number("13700137001")


@pytest.mark.parametrize("hotline", ["110", "96110", "0571 96110"])
def test_a_protected_number_has_no_standing_whatever_is_in_the_ledger(
    store: Store, tmp_path: Path, hotline: str
) -> None:
    shelf, protected = Shelf(tmp_path, "test"), load(Settings(home=tmp_path))
    entries = [
        PointEntry(rule, points, "calls:2026-03-01", NOW, "points@1")
        for rule, points in (("gateway", 40.0), ("fraud-behaviour", 80.0))
    ]
    with store.write() as tx:
        add_points(tx, "test", [(n, entry) for n in (1, 2, 3) for entry in entries])
    numbers = {1: ORDINARY, 2: parse_number(hotline), 3: None}
    found = standings(store, shelf, SCHEME, numbers, protected=protected, now=NOW)
    assert {n: points.balance for n, points in found.items()} == {1: 120.0, 3: 120.0}

    quiet = [Scored(n, 0.0, "2026-03-01", {}) for n in numbers]
    names = {n: indicator for n, indicator in numbers.items() if indicator is not None}
    items = disagreements(quiet, found, names, thresholds={"list": 0.5, "review": 0.1}, at=NOW)
    assert [item.subject for item in items] == [ORDINARY]


def test_points_end_with_who_held_the_number_when_they_were_entered(
    store: Store, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, clock=NOW)
    shelf, protected = Shelf(settings.feeds_dir, "c"), load(settings)
    surrogate = kept_keyring(shelf, settings.feed_keys_dir).surrogate("number", ORDINARY.value)

    def balance() -> float:
        numbers = {surrogate: ORDINARY}
        found = standings(store, shelf, SCHEME, numbers, protected=protected, now=NOW)
        return found[surrogate].balance

    at = datetime(2026, 2, 26, tzinfo=UTC)
    entry = PointEntry("gateway", 40.0, "calls:2026-02-25", at, "points@1")
    seen = verified(evidence="visit:1", at=at - timedelta(days=1), actor="analyst:li")
    with store.write() as tx:
        add_points(tx, "c", [(surrogate, entry), (surrogate, seen)])
    for day, activated, entered in (("02-27", "2020-01-01", True), ("03-01", "2026-02-28", False)):
        file = tmp_path / f"subscribers-{day}.csv"
        file.write_text(
            f"number,activated,as_of\n{ORDINARY.value},{activated},2026-{day}\n", "utf-8"
        )
        feed_observations(file, settings=settings, store=store, now=NOW, carrier="c")
        assert (balance() > 0) is entered
        assert (surrogate in verified_at(store, shelf, [surrogate])) is entered
