"""Whose a number was when it was confirmed, by the rows of subscribers that were valid then."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.numbers.engine import duckdb_engine
from classifiers.numbers.feed import feed_observations
from classifiers.numbers.holders import Holder, holders, midnight
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.settings import Settings
from pipeline.store import Store

NOW = datetime(2026, 3, 20, tzinfo=UTC)
OFFSET = 8 * 3600


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    """One number: the old holder's until the 5th, given out anew on the 8th, files of four days."""
    settings = Settings(home=tmp_path / "home", clock=NOW)
    for day, rows in {
        "03-02": ["13800138001,2020-01-01,2026-03-02,OLD", "13800138002,2020-01-01,2026-03-02,X"],
        "03-05": ["13800138001,2020-01-01,2026-03-05,OLD", "13800138002,2020-01-01,2026-03-05,X"],
        "03-09": ["13800138001,2026-03-08,2026-03-09,NEW", "13800138002,2020-01-01,2026-03-09,X"],
        "03-19": ["13800138001,2026-03-08,2026-03-19,NEW"],
    }.items():
        file = tmp_path / f"subscribers-{day}.csv"
        file.write_text("\n".join(["number,activated,as_of,identity", *rows]) + "\n", "utf-8")
        feed_observations(file, settings=settings, store=store, now=NOW, carrier="c", backfill=True)
    return Shelf(settings.feeds_dir, "c")


@pytest.mark.parametrize(
    ("number", "confirmed", "identity", "since", "until"),
    [
        ("13800138001", "2026-03-06", "OLD", "2020-01-01", "2026-03-08"),
        ("13800138001", "2026-03-10", "NEW", "2026-03-08", None),
        ("13800138001", "2026-02-01", "OLD", "2020-01-01", "2026-03-08"),  # files began later
        ("13800138001", "2019-01-01", None, None, "2020-01-01"),
        ("13800138002", "2026-03-11", "X", "2020-01-01", None),
        ("13800138002", "2026-03-19", None, None, None),  # given back: no file named it any more
        ("13800138003", "2026-03-10", None, None, None),
    ],
)
def test_the_holder_is_that_of_the_time(
    shelf: Shelf, number: str, confirmed: str, identity: str | None, since: str | None, until: str | None
) -> None:  # fmt: skip
    keys = kept_keyring(shelf, shelf.root.parent / "keys" / "feeds")
    surrogate = keys.surrogate("number", f"+86{number}")
    at = datetime.fromisoformat(f"{confirmed}T12:00:00+00:00")
    with duckdb_engine(memory="300MB") as engine:
        found = holders(engine, shelf, {surrogate: at}, offset=OFFSET)
    assert found == {
        surrogate: Holder(
            surrogate,
            None if identity is None else keys.surrogate("identity", identity),
            since=0 if since is None else midnight(since, OFFSET),
            until=None if until is None else midnight(until, OFFSET),
        )
    }


def test_a_number_s_days_are_those_between_two_openings() -> None:
    held = Holder(1, since=midnight("2026-03-02", OFFSET), until=midnight("2026-03-08", OFFSET))
    days = ("2026-03-01", "2026-03-02", "2026-03-07", "2026-03-08")
    assert [held.held_on(midnight(day, OFFSET)) for day in days] == [False, True, True, False]
