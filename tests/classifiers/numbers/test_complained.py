"""A day of complaints brings points, and a person's look, whether or not the number called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.numbers.feed import FeedResult, feed_observations
from classifiers.numbers.points import verified
from pipeline.feeds.keyring import keyring
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.nouns import Action, Decision
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import add_decision
from pipeline.store.points import PointEntry, add_points, ledgers_of
from pipeline.store.reviews import waiting

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
SILENT, CALLING, KNOWN = "13700000001", "13700000002", "13700000003"
CROWD = [f"p{n}" for n in range(12)]


class Carrier:
    """A carrier to whom two people, `a` and `b`, once were right about a number that a person blocked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.files, self.path = folder, 0, folder
        self.settings = Settings(home=folder / "home")
        self.store = open_store(self.settings.database_url)
        self.complain([(KNOWN, who, 1) for who in ("a", "b")], at=MONDAY)
        blocked = Decision(
            parse_number(KNOWN), Action.BLOCK, None, "heard it", "analyst:li", MONDAY
        )
        with self.store.write() as tx:
            add_decision(tx, blocked)

    def take(self, kind: str, head: str, rows: list[str], at: datetime) -> FeedResult:
        self.files += 1
        path = self.path = self.folder / f"{kind}-{self.files}.csv"
        path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        return feed_observations(path, settings=self.settings, store=self.store, now=at)

    def complain(self, words: list[tuple[str, str, int]], at: datetime = TUESDAY) -> FeedResult:
        """(number, reporter, day of March), in order."""
        rows = [f"{n},{who},2026-03-{d:02d} 11:00:00,fraud" for n, who, d in words]
        return self.take("complaints", "number,reporter,time,verdict", rows, at)

    def call(self, at: datetime = TUESDAY) -> FeedResult:
        rows = [f"{CALLING},1390000000{n},2026-03-02 1{n}:00:00,60" for n in range(9)]
        return self.take("calls", "caller,callee,start,seconds", rows, at)

    def surrogate(self, number: str) -> int:
        keys = keyring(self.settings.feed_keys_dir, "feed")
        return keys.surrogate("number", f"+86{number}")

    def points(self, number: str) -> list[PointEntry]:
        with self.store.read() as tx:
            return list(
                ledgers_of(tx, "feed", [self.surrogate(number)]).get(self.surrogate(number), [])
            )

    def queue(self) -> dict[str, str]:
        with self.store.read() as tx:
            return {item.subject.value: item.why.id for item in waiting(tx)}


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path / "carrier")


def credible(number: str) -> list[tuple[str, str, int]]:
    return [(number, who, 2) for who in ("a", "b", *CROWD)]


def test_a_number_that_never_called_gets_the_points_of_its_complaints(carrier: Carrier) -> None:
    carrier.complain(credible(SILENT))
    (entry,) = carrier.points(SILENT)
    assert (entry.rule, entry.evidence) == ("complained", "complaints:2026-03-02")
    assert carrier.queue() == {f"+86{SILENT}": "complained-of"}


def test_calls_of_the_same_day_bring_them_no_second_time(carrier: Carrier) -> None:
    carrier.complain(credible(CALLING))
    carrier.call()
    assert [e.rule for e in carrier.points(CALLING)] == ["complained"]


def test_a_day_that_is_not_over_waits(carrier: Carrier) -> None:
    carrier.complain(credible(SILENT), at=TUESDAY - timedelta(hours=12))
    assert carrier.points(SILENT) == []
    carrier.call(at=TUESDAY)
    assert [e.rule for e in carrier.points(SILENT)] == ["complained"]


def test_a_nameless_crowd_brings_a_person_and_no_points(carrier: Carrier) -> None:
    carrier.complain([(SILENT, who, 2) for who in CROWD])
    assert carrier.points(SILENT) == []
    assert carrier.queue() == {f"+86{SILENT}": "complained-of"}


def test_two_of_them_bring_nobody(carrier: Carrier) -> None:
    carrier.complain([(SILENT, who, 2) for who in CROWD[:2]])
    assert carrier.queue() == {}


def test_the_calls_of_a_number_so_complained_of_are_shown(carrier: Carrier) -> None:
    carrier.call(at=TUESDAY - timedelta(hours=2))
    assert carrier.complain([(CALLING, who, 2) for who in CROWD]).observations == []
    path = carrier.folder / "both"
    path.mkdir()
    for name in ("calls-2.csv", "complaints-3.csv"):
        (path / name).write_bytes((carrier.folder / name).read_bytes())
    again = feed_observations(path, settings=carrier.settings, store=carrier.store, now=TUESDAY)
    assert [o.indicator for o in again.observations] == [parse_number(CALLING)]


def test_a_protected_number_gets_neither(carrier: Carrier) -> None:
    carrier.complain([("96110", who, 2) for who in ("a", "b", *CROWD)])
    assert carrier.points("96110") == []
    assert carrier.queue() == {}


def test_a_verification_answers_what_was_complained_of_before(carrier: Carrier) -> None:
    visit = verified(evidence="visit:1", at=TUESDAY - timedelta(hours=1), actor="analyst:li")
    with carrier.store.write() as tx:
        add_points(tx, "feed", [(carrier.surrogate(SILENT), visit)])
    carrier.complain(credible(SILENT))
    assert carrier.points(SILENT) == [visit]
    assert carrier.queue() == {}


@pytest.mark.parametrize("action", [Action.BLOCK, Action.ALLOW])
def test_where_a_person_spoke_nobody_is_asked_again(carrier: Carrier, action: Action) -> None:
    word = Decision(parse_number(SILENT), action, None, "seen", "analyst:wu", MONDAY)
    with carrier.store.write() as tx:
        add_decision(tx, word)
    carrier.complain(credible(SILENT))
    assert carrier.queue() == {}


def test_what_a_machine_let_go_is_looked_at(carrier: Carrier) -> None:
    word = Decision(parse_number(SILENT), Action.DISMISS, None, "honest", "policy:v1", MONDAY)
    with carrier.store.write() as tx:
        add_decision(tx, word)
    carrier.complain(credible(SILENT))
    assert carrier.queue() == {f"+86{SILENT}": "complained-of"}


def test_who_complains_of_what_is_listed_already_earns_no_record(carrier: Carrier) -> None:
    carrier.complain([(KNOWN, who, 2) for who in CROWD])
    carrier.complain([(SILENT, who, 3) for who in CROWD], at=TUESDAY + timedelta(days=1))
    assert carrier.points(SILENT) == []


def test_taking_the_complaints_again_changes_nothing(carrier: Carrier) -> None:
    first = carrier.complain(credible(SILENT))
    before = carrier.points(SILENT)
    again = feed_observations(
        carrier.path, settings=carrier.settings, store=carrier.store, now=TUESDAY
    )
    assert replace(again, files=first.files) == first
    assert carrier.points(SILENT) == before
    assert Shelf(carrier.settings.feeds_dir, "feed").days("complaints") == [
        "2026-03-01",
        "2026-03-02",
    ]
