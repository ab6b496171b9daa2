"""A number that others show: a fact about its owner, who does not pay for the complaints of that day."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.numbers.accounts import words_about
from classifiers.numbers.feed import FeedResult, feed_observations
from classifiers.numbers.spoofing import being_spoofed
from pipeline.feeds.keyring import keyring
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.observations import add_observations

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OWNER, STRANGER = "13800000001", "13700000002"
FILES = {
    "subscribers.csv": ["number,activated,as_of", f"{OWNER},2024-01-01,2026-03-01"],
    "complaints.csv": [
        "number,reporter,time,verdict",
        *(f"{OWNER},p{n},2026-03-01 11:0{n}:00,fraud" for n in range(5)),
        *(f"{STRANGER},q{n},2026-03-01 11:0{n}:00,fraud" for n in range(2)),
    ],
    "calls.csv": [
        "caller,callee,start,seconds,imei,cell,area,trunk",
        f"{OWNER},13900000003,2026-03-01 12:00:00,60,35000000000001,c1,510100,own",
        f"{STRANGER},13900000003,2026-03-01 13:00:00,60,,,,national",
        *(f"{OWNER},1390000{n:04d},2026-03-01 10:{n:02d}:00,9,,,,national" for n in range(30)),
        *(f"{OWNER},1390000{n:04d},2026-03-01 09:{n:02d}:00,9,,,,international" for n in range(9)),
    ],
}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Store, FeedResult]:
    folder = tmp_path_factory.mktemp("spoofed")
    (folder / "in").mkdir()
    for name, rows in FILES.items():
        (folder / "in" / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    settings = Settings(home=folder / "home", clock=NOW)
    store = open_store(settings.database_url)
    known = [parse_number(OWNER), parse_number(STRANGER)]
    return (
        settings,
        store,
        feed_observations(folder / "in", settings=settings, store=store, now=NOW, known=known),
    )


def test_what_others_show_is_a_fact_about_its_owner(
    taken: tuple[Settings, Store, FeedResult],
) -> None:
    _, _, result = taken
    (fact,) = result.spoofed
    assert (fact.indicator, fact.prop) == (parse_number(OWNER), "spoofed")
    assert fact.value == {"window": 30, "day": "2026-03-01", "calls": 39, "own": 1}


def test_neither_calls_nor_complaints_of_that_day_are_the_owners(
    taken: tuple[Settings, Store, FeedResult],
) -> None:
    _, _, result = taken
    features = {o.indicator: o.value["features"] for o in result.observations}
    assert features[parse_number(OWNER)]["calls_per_day"] == 1
    assert features[parse_number(OWNER)]["complaint_reporters"] == 0


def test_points_pass_over_the_complaints_of_that_day(
    taken: tuple[Settings, Store, FeedResult],
) -> None:
    settings, store, result = taken
    keys, shelf = keyring(settings.feed_keys_dir, "feed"), Shelf(settings.feeds_dir, "feed")
    owner, stranger = (keys.surrogate("number", f"+86{n}") for n in (OWNER, STRANGER))
    with store.write() as tx:
        add_observations(tx, result.spoofed)
    found = being_spoofed(store, shelf, settings, keys, days=(), now=NOW)
    offset = settings.feeds.zone_minutes * 60
    heard = words_about(shelf, [owner, stranger], spoofed=found, offset=offset)
    assert list(heard) == [stranger]


def test_one_call_that_shows_a_number_takes_none_of_its_complaints_away(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    calls = [
        row for row in FILES["calls.csv"] if "international" not in row and "national" not in row
    ]
    calls += [f"{OWNER},13900000003,2026-03-01 12:30:00,60,35000000000001,c1,510100,own"]
    calls += [f"{OWNER},13900000009,2026-03-01 09:00:00,9,,,,international"]
    for name, rows in (FILES | {"calls.csv": calls}).items():
        (tmp_path / "in" / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    known = [parse_number(OWNER)]
    found = feed_observations(tmp_path / "in", settings=settings, store=store, now=NOW, known=known)
    store.close()
    (fact,) = found.spoofed
    assert (fact.value["calls"], fact.value["own"]) == (1, 2)
    (seen,) = found.observations
    assert seen.value["features"]["complaint_reporters"] == 5
