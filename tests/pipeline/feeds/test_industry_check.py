"""The industry's notices against our subscribers: of today, once, and not all of them on one party's word."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.arriving import take_all
from pipeline.feeds.guards import Guards
from pipeline.feeds.industry import Notice, notices_file, pseudonym
from pipeline.feeds.industry_check import Checked, check_subscribers
from pipeline.feeds.industry_folder import IndustryFolder
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import is_subscriber
from pipeline.indicators import parse_number
from pipeline.nouns import Action, Decision
from pipeline.store import Store
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.resolutions import resolutions_of
from pipeline.store.reviews import close_item, waiting

KEY = bytes(range(32))
NOW = datetime(2026, 3, 4, tzinfo=UTC)
GONE, HERE, ALSO = "13800138001", "13800138002", "13800138003"
Check = Callable[..., Checked]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Three subscribers on the 2nd; on the 3rd, in two parts, the first was given back."""
    made = Shelf(tmp_path / "feeds", "c")
    for name, day, numbers in (("a", 2, (GONE, HERE, ALSO)), ("b", 3, (HERE,)), ("c", 3, (ALSO,))):
        file = tmp_path / f"subscribers-{name}.csv"
        rows = [f"{number},2020-01-01,2026-03-0{day}" for number in numbers]
        file.write_text("\n".join(["number,activated,as_of", *rows]) + "\n", "utf-8")
        guards = Guards(offset=8 * 3600, max_bad=0.2, max_late_days=7, ahead_hours=1)
        keys = kept_keyring(made, tmp_path / "keys")
        take_all(file, shelf=made, keys=keys, mappings=None, guards=guards, now=NOW)
    return made


@pytest.fixture
def check(shelf: Shelf, store: Store, tmp_path: Path) -> Check:
    folder = IndustryFolder(tmp_path / "industry")

    def told(notices: dict[str, Sequence[str]], at: datetime = NOW, most: int = 99) -> Checked:
        """Take notices in, by the party that sends them, and hold the subscribers against them."""
        for party, numbers in notices.items():
            end = (at + timedelta(days=90)).isoformat()
            file = tmp_path / "notices.jsonl"
            names = [pseudonym(KEY, "number", parse_number(n).value) for n in numbers]
            made = [Notice(n, "number", party, "confirmed", at.isoformat(), end) for n in names]
            file.write_bytes(notices_file(made))
            folder.take(file, sender=party, now=at, unsigned=True)
        return check_subscribers(
            store, shelf, folder,
            key=KEY, keys_folder=tmp_path / "keys", actor="analyst:li", now=at, most=most,
        )  # fmt: skip

    return told


def sent(done: Checked) -> list[str]:
    return sorted(item.subject.value.removeprefix("+86") for item in done.items)


def test_a_number_that_the_newest_files_do_not_name_is_nobody_of_ours(
    shelf: Shelf, check: Check, tmp_path: Path
) -> None:
    assert sent(check({"a": [GONE, HERE, ALSO]})) == [HERE, ALSO]
    keys = kept_keyring(shelf, tmp_path / "keys")
    there = {
        n: is_subscriber(shelf, keys.surrogate("number", f"+86{n}")) for n in (GONE, HERE, ALSO)
    }
    assert there == {GONE: False, HERE: True, ALSO: True}


def test_a_party_that_names_too_many_sends_none(check: Check, store: Store) -> None:
    done = check({"a": [HERE, ALSO], "b": [HERE]}, most=1)
    assert (sent(done), done.refused) == ([HERE], {"a": 2})
    assert "b (confirmed)" in str(done.items[0].why)
    assert "a (" not in str(done.items[0].why)
    with store.read() as tx:
        assert len(waiting(tx)) == 1


def test_who_waits_already_or_was_settled_since_is_left(
    check: Check, shelf: Shelf, store: Store, tmp_path: Path
) -> None:
    assert sent(check({"a": [HERE]})) == [HERE]
    assert sent(check({})) == []
    number = parse_number(HERE)
    settled = Decision(number, Action.DISMISS, None, "a shop", "analyst:li", NOW)
    with store.write() as tx:
        assert head_of(tx, number) is None
        add_decision(tx, settled)
        close_item(tx, number, decision=settled.id, at=NOW)
    assert sent(check({})) == []
    # A later notice is news.
    assert sent(check({"b": [HERE]}, at=NOW + timedelta(days=1))) == [HERE]
    surrogate = kept_keyring(shelf, tmp_path / "keys").surrogate("number", number.value)
    with store.read() as tx:
        assert len(resolutions_of(tx, "c", surrogate)) == 2


def test_without_subscribers_there_is_nothing_to_hold_notices_against(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(FanzhaError, match="expected a feed of subscribers"):
        check_subscribers(
            store, Shelf(tmp_path / "none", "c"), IndustryFolder(tmp_path),
            key=KEY, keys_folder=tmp_path / "keys", actor="analyst:li", now=NOW,
        )  # fmt: skip
