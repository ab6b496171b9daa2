"""The ledger of points does not depend on how the days of calls were cut into files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.numbers.feed import FeedResult, feed_observations
from classifiers.numbers.open_days import note, waiting
from pipeline.feeds.keyring import keyring
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.points import PointEntry, ledgers_of

GATEWAY = "860123040000018"
BOX = [f"1370013700{n}" for n in range(4)]
ONE, TWO = (datetime(2026, 3, day, 17, tzinfo=UTC) for day in (1, 2))
"""Just after the first, and the second, day of calls ended in China."""


def day(number: int) -> list[str]:
    """A day of calls of a SIM box, the first of them three seconds after midnight."""
    start = datetime(2026, 3, number, 0, 0, 3)  # noqa: DTZ001 (a time as a file writes it)
    return [
        f"{BOX[n % 4]},139001{number}{n:04d},{start + timedelta(seconds=700 * n)},20,{GATEWAY}"
        for n in range(100)
    ]


class Carrier:
    """A home that takes files in at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.files = folder, 0
        self.settings = Settings(home=folder / "home")
        self.store = open_store(self.settings.database_url)

    def take(self, rows: list[str], at: datetime) -> FeedResult:
        self.files += 1
        path = self.folder / f"calls-{self.files}.csv"
        path.write_text("\n".join(["caller,callee,start,seconds,imei", *rows]) + "\n", "utf-8")
        known = [parse_number(number) for number in BOX]
        return feed_observations(
            path, settings=self.settings, store=self.store, now=at, known=known
        )

    def ledger(self) -> dict[str, list[PointEntry]]:
        """The entries by number: keys differ from home to home."""
        keys = keyring(self.settings.feed_keys_dir, "feed")
        names = {keys.surrogate("number", f"+86{number}"): number for number in BOX}
        with self.store.read() as tx:
            found = ledgers_of(tx, "feed", list(names))
        return {names[s]: sorted(e, key=lambda e: (e.evidence, e.rule)) for s, e in found.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[PointEntry]]:
    """What both days bring where they come in one file."""
    carrier = Carrier(tmp_path_factory.mktemp("days") / "whole")
    carrier.take(day(1) + day(2), TWO)
    return carrier.ledger()


def test_both_days_of_one_file_bring_points(whole: dict[str, list[PointEntry]]) -> None:
    for entries in whole.values():
        assert {e.evidence for e in entries} == {"calls:2026-03-01", "calls:2026-03-02"}
        assert {e.rule for e in entries} >= {"gateway"}
        assert all(e.at <= TWO for e in entries)
    assert set(whole) == set(BOX)


def test_a_row_of_the_next_day_changes_nothing(
    whole: dict[str, list[PointEntry]], tmp_path: Path
) -> None:
    carrier = Carrier(tmp_path / "cut")
    carrier.take([*day(1), day(2)[0]], ONE)
    (first,) = {e.evidence for entries in carrier.ledger().values() for e in entries}
    assert first == "calls:2026-03-01"
    carrier.take(day(2)[1:], TWO)
    assert carrier.ledger() == whole


def test_files_of_hours_are_credited_once_their_day_is_over(
    whole: dict[str, list[PointEntry]], tmp_path: Path
) -> None:
    carrier = Carrier(tmp_path / "cut")
    carrier.take(day(1)[:60], ONE - timedelta(hours=9))
    carrier.take(day(1)[60:99], ONE - timedelta(hours=2))
    assert carrier.ledger() == {}
    carrier.take([*day(1)[99:], *day(2)[:10]], ONE)
    carrier.take(day(2)[10:], TWO)
    assert carrier.ledger() == whole


def test_a_run_that_was_killed_before_it_credited_is_taken_up(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path / "cut")
    carrier.take(day(1), ONE - timedelta(minutes=75))
    shelf = Shelf(carrier.settings.feeds_dir, "feed")
    assert (waiting(shelf, "calls"), carrier.ledger()) == (["2026-03-01"], {})
    note(shelf, "calls", ["2026-02-01"])  # of which the files were taken back
    carrier.take(day(2)[:1], ONE)
    assert {e.evidence for e in carrier.ledger()[BOX[0]]} == {"calls:2026-03-01"}
    assert waiting(shelf, "calls") == ["2026-02-01", "2026-03-02"]


def test_a_row_of_the_next_day_does_not_make_everybody_silent(tmp_path: Path) -> None:
    plain = Carrier(tmp_path / "plain").take(day(1), ONE).observations
    seen = Carrier(tmp_path / "cut").take([*day(1), day(2)[0]], ONE).observations
    assert [o.value for o in seen] == [o.value for o in plain]
    assert {o.value["last_day"] for o in seen} == {"2026-03-01"}
