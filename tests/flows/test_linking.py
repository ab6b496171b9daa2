"""What shares something with a number that a person blocked goes to review by itself, once."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.numbers.feed import feed_observations
from classifiers.numbers.simulator.write import write_feed
from flows.linking import link_new_blocks
from pipeline.feeds.arriving import take_all
from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.sole import sole
from pipeline.indicators import parse_number
from pipeline.nouns import Action, Decision
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.decisions import add_decision
from pipeline.store.reviews import close_item, waiting

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_a_persons_block_is_followed_over_the_days_on_which_the_number_called(
    tmp_path: Path,
) -> None:
    write_feed(
        tmp_path / "in", numbers=1500, fraud=0.02, seed=12, days=1, first_day=date(2026, 3, 1), form="parquet"
    )  # fmt: skip
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    taken = feed_observations(tmp_path / "in", settings=settings, store=store, now=NOW)
    # A later day on which none of them called: the newest day alone would say nothing.
    later = tmp_path / "calls-2.csv"
    later.write_text(
        "caller,callee,start,seconds,imei,cell,area,trunk\n"
        "13700000001,13900000001,2026-03-02 12:00:00,30,,,,national\n",
        encoding="utf-8",
    )
    feed_observations(later, settings=settings, store=store, now=NOW, backfill=True)
    with store.write() as tx:
        for item in waiting(tx, limit=500):
            close_item(tx, item.subject, decision=None, at=NOW)
    assert link_new_blocks(store, settings) == 0
    boxes = [
        o.indicator for o in taken.observations if (o.value["features"]["sims_per_imei"] or 0) >= 4
    ]
    with store.write() as tx:
        add_decision(tx, Decision(boxes[0], Action.BLOCK, None, "seen", "policy:x@1", NOW))
    assert link_new_blocks(store, settings) == 0
    with store.write() as tx:
        add_decision(tx, Decision(boxes[1], Action.BLOCK, None, "seen", "analyst:li", NOW))
        spared = Decision(boxes[2], Action.DISMISS, None, "a shop", "analyst:li", NOW)
        add_decision(tx, spared)
    sent = link_new_blocks(store, settings)
    with store.read() as tx:
        items = waiting(tx, limit=500)
    assert len(items) == sent > 0
    assert {item.why.id for item in items} == {"linked"}
    assert boxes[2] not in {item.subject for item in items}
    assert link_new_blocks(store, settings) == 0


BAD, OLD, OTHER = "13800138009", "13800138008", "13800138001"


LATER = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    yield made
    made.close()


def take(settings: Settings, file: Path) -> None:
    """Put a file on the shelf of carrier `c`; nothing is scored."""
    shelf = Shelf(settings.feeds_dir, "c")
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    guards = Guards(offset=8 * 3600, max_bad=0.2, max_late_days=7, ahead_hours=1)
    take_all(file, shelf=shelf, keys=keys, mappings=None, guards=guards, now=LATER)


def subscribers(settings: Settings, day: int, *rows: tuple[str, str, str]) -> None:
    """Take a day's file of (number, activated, identity) in."""
    file = settings.home.parent / f"subscribers-{day}.csv"
    lines = [f"{number},{since},2026-03-{day:02},{who}" for number, since, who in rows]
    file.write_text("\n".join(["number,activated,as_of,identity", *lines]) + "\n", "utf-8")
    take(settings, file)


def block(store: Store, number: str, at: datetime, expires: datetime | None = None) -> None:
    with store.write() as tx:
        words = ("seen", "analyst:li", at, expires)
        add_decision(tx, Decision(parse_number(number), Action.BLOCK, None, *words))


def sent_to_review(store: Store) -> set[str]:
    """The numbers that wait, which are then closed without a decision."""
    with store.write() as tx:
        items = waiting(tx, limit=99)
        for item in items:
            close_item(tx, item.subject, decision=None, at=NOW)
    return {item.subject.value.removeprefix("+86") for item in items}


def office(tmp_path: Path) -> Settings:
    """A number that was OLD's until the 1st and is BAD's since the 2nd."""
    settings = Settings(home=tmp_path / "home", clock=NOW)
    subscribers(
        settings, 1, (BAD, "2020-01-01", "old"), (OLD, "2020-01-01", "old"), (OTHER, "2026-02-01", "bad")
    )  # fmt: skip
    subscribers(
        settings, 3, (BAD, "2026-03-02", "bad"), (OLD, "2020-01-01", "old"), (OTHER, "2026-02-01", "bad")
    )  # fmt: skip
    return settings


def test_the_holder_of_the_time_is_meant_and_not_who_had_the_number_before(
    tmp_path: Path, store: Store
) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW)
    assert link_new_blocks(store, settings) == 1
    assert sent_to_review(store) == {OTHER}


def test_who_was_given_a_blocked_number_later_is_linked_to_nobody(
    tmp_path: Path, store: Store
) -> None:
    settings = office(tmp_path)
    block(store, BAD, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert link_new_blocks(store, settings) == 1
    assert sent_to_review(store) == {OLD}


def test_a_card_that_is_opened_after_the_block_is_linked_too_and_each_link_once(
    tmp_path: Path, store: Store
) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW)
    link_new_blocks(store, settings)
    sent_to_review(store)
    new = ("13800138002", "13800138003")
    # The blocked card itself was given back meanwhile.
    subscribers(
        settings, 4, (OLD, "2020-01-01", "old"), (OTHER, "2026-02-01", "bad"),
        *((number, "2026-03-04", "bad") for number in new),
    )  # fmt: skip
    assert link_new_blocks(store, settings) == 2
    assert sent_to_review(store) == set(new)
    assert link_new_blocks(store, settings) == 0


def test_a_block_that_ran_out_is_followed_no_more(tmp_path: Path, store: Store) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW - timedelta(days=2), NOW - timedelta(hours=1))
    assert link_new_blocks(store, settings) == 0


def test_links_wait_until_a_rotation_is_whole(tmp_path: Path, store: Store) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW)
    shelf = Shelf(settings.feeds_dir, "c")
    rotate_keys(shelf, settings.feed_keys_dir)
    assert link_new_blocks(store, settings) == 0
    rekey(store, shelf, settings.feed_keys_dir)
    assert link_new_blocks(store, settings) == 1


def test_while_a_feed_is_taken_in_links_wait_for_another_time(tmp_path: Path, store: Store) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW)
    sent: list[int] = []
    with sole(Shelf(settings.feeds_dir, "c")):
        other = threading.Thread(target=lambda: sent.append(link_new_blocks(store, settings)))
        other.start()
        other.join()
    assert sent == [0]
    assert link_new_blocks(store, settings) == 1


def test_a_mark_of_an_earlier_version_is_read(tmp_path: Path, store: Store) -> None:
    settings = office(tmp_path)
    block(store, BAD, NOW)
    mark = settings.feeds_dir / "c" / "linked.json"
    mark.write_text(json.dumps({"seq": 1}), "utf-8")
    assert link_new_blocks(store, settings) == 1
    (link,) = json.loads(mark.read_text("utf-8"))["links"]
    keys = kept_keyring(Shelf(settings.feeds_dir, "c"), settings.feed_keys_dir)
    numbers = (keys.surrogate("number", f"+86{number}") for number in (OTHER, BAD))
    assert link == [next(numbers), "identity", next(numbers)]


def test_a_device_is_linked_by_the_days_on_which_the_number_was_theirs(
    tmp_path: Path, store: Store
) -> None:
    settings = office(tmp_path)
    for day in (1, 2):
        file = tmp_path / f"calls-{day}.csv"
        imei = f"86345600123456{day}"
        rows = [
            f"{caller},13900000001,2026-03-0{day} 09:30:00,30,{imei},,,own"
            for caller in (BAD, f"1370000000{day}")
        ]
        head = "caller,callee,start,seconds,imei,cell,area,trunk"
        file.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        take(settings, file)
    block(store, BAD, NOW)
    assert link_new_blocks(store, settings) == 2
    # The device of the 1st was of whoever had the number until then.
    assert sent_to_review(store) == {OTHER, "13700000002"}


def test_a_device_in_later_calls_is_linked_to_a_block_of_before(
    tmp_path: Path, store: Store
) -> None:
    settings = office(tmp_path)
    head = "caller,callee,start,seconds,imei,cell,area,trunk\n"
    for day, caller in ((2, BAD), (3, BAD), (3, "13700000001")):
        file = tmp_path / f"calls-{day}-{caller}.csv"
        row = f"{caller},1390000000{day},2026-03-0{day} 00:30:00,30,863456001234567,,,own\n"
        file.write_text(head + row, "utf-8")
        take(settings, file)
        if caller == BAD and day == 2:
            block(store, BAD, NOW)
            link_new_blocks(store, settings)
            sent_to_review(store)
    assert link_new_blocks(store, settings) == 1
    assert sent_to_review(store) == {"13700000001"}
