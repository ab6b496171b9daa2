"""What is kept beside the store gives the same lists as the store itself, whatever has happened."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocklists import release as releases_on_disk
from blocklists.build import compile_lists
from blocklists.standing import Standing, live_of, read, standing_at, write
from blocklists.table import Live, gather
from pipeline import protected
from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Indicator, Release
from pipeline.protected import Protected
from pipeline.settings import ReleaseSettings, Settings
from pipeline.store import Connection, Store, open_store
from pipeline.store.decisions import add_decision, head_of, last_seq
from pipeline.store.live import lifted_rows, live_rows
from tests.blocklists.decided import NOW, allow, block

KEYS = [
    "domain:a.example", "host:a.example", "host:www.a.example", "url:https://www.a.example/x",
    "domain:gov.cn", "number:+8613800000001",
]  # fmt: skip


@dataclass(frozen=True)
class Decide:
    key: str
    action: Action
    life: timedelta | None


@dataclass(frozen=True)
class Ask:
    """Make the lists some minutes after the last question, at the newest decision or before it."""

    minutes: int
    back: int
    slack: int


History = list[tuple[list[Decide], Ask]]
Question = tuple[Connection, int, datetime, int]
"""The store, a cut, a time, and the slack of the file."""

lives = st.none() | st.timedeltas(timedelta(seconds=1), timedelta(hours=2))
actions = st.sampled_from([Action.BLOCK, Action.BLOCK, Action.ALLOW, Action.DISMISS, Action.WATCH])
decides = st.builds(Decide, st.sampled_from(KEYS), actions, lives)
asks = st.builds(
    Ask,
    st.sampled_from([0, 1, 10, 60, -5]),
    st.sampled_from([0, 0, 0, 0, 1, 3]),
    st.sampled_from([0, 0, 0, 2]),
)
histories = st.lists(
    st.tuples(st.lists(decides, min_size=1, max_size=4), asks), min_size=3, max_size=8
)
"""Rounds: something is decided, and the lists are made; few keys, so that they are met again."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file in the newest schema, of which each example gets a copy."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    store = open_store(f"sqlite:///{path}")
    with store.read() as tx:
        assert last_seq(tx) == 0
    store.close()
    return path


@pytest.fixture(scope="module")
def guard() -> Protected:
    return protected.load(Settings())


def play(history: History, empty: Path, home: Path) -> Iterator[Question]:
    """Decide what a history decides, round by round, and ask at the end of each."""
    shutil.copy(empty, home / "fanzha.db")
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    at = NOW
    for steps, ask in history:
        for n, step in enumerate(steps):
            decide(store, step, at + timedelta(milliseconds=n))
        at += timedelta(minutes=ask.minutes)
        with store.read() as tx:
            yield tx, max(last_seq(tx) - ask.back, 0), at, ask.slack
    store.close()


def decide(store: Store, step: Decide, at: datetime) -> None:
    indicator = Indicator.from_key(step.key)
    category = list(Category)[len(step.key) % 3] if step.action is Action.BLOCK else None
    with store.write() as tx:
        head = head_of(tx, indicator)
        decision = Decision(
            indicator, step.action, category, "said", "analyst:lin", at,
            expires_at=at + step.life if step.life else None,
            supersedes=head.id if head else None,
        )  # fmt: skip
        add_decision(tx, decision)


def live_at_cut(tx: Connection, *, cut: int, at: datetime, folder: Path, slack: int) -> Live:
    return live_of(standing_at(tx, cut=cut, at=at, folder=folder, slack=slack))


def whole(tx: Connection, *, cut: int, at: datetime) -> Live:
    """All that is live, read from the store."""
    return gather(live_rows(tx, cut=cut, at=at))


def said(live: Live, at: datetime) -> tuple[list[str], list[str]]:
    """The blocks, each with all that is known of it, and the allows, in an order of their own.

    Lists count in whole seconds: a block of this very second is not listed any more.
    """
    rows = [r for r in live.blocks.to_pylist() if r["expires_at"] is None or r["expires_at"] > at]
    return sorted(str(row) for row in rows), sorted(map(str, live.allows))


@settings(max_examples=60)
@given(history=histories)
def test_kept_and_brought_forward_is_what_the_store_says(history: History, empty: Path) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for tx, cut, at, slack in play(history, empty, home):
            kept = live_at_cut(tx, cut=cut, at=at, folder=home / "cache", slack=slack)
            assert said(kept, at) == said(whole(tx, cut=cut, at=at), at)


@settings(max_examples=8)
@given(history=histories)
def test_releases_are_the_same_to_the_byte(history: History, empty: Path, guard: Protected) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        chosen = Settings(home=home, release=ReleaseSettings(small=0, full_minutes=60))
        previous = None
        for serial, (tx, cut, at, slack) in enumerate(play(history, empty, home), 1):
            made = Release(serial, at, cut, previous, "", 0)
            cache = home / "cache"
            lives = {
                "kept": live_at_cut(tx, cut=cut, at=at, folder=cache, slack=slack),
                "read": whole(tx, cut=cut, at=at),
            }
            left = gather(lifted_rows(tx, cut=cut, at=at, since=NOW)).blocks
            previous, other = (
                releases_on_disk.write(
                    compile_lists(live, protected=guard, at=at),
                    release=made, directory=home / name, settings=chosen, removed=lambda x=left: x,
                )
                for name, live in lives.items()
            )  # fmt: skip
            assert previous == other
            assert files_of(home / "kept" / str(serial)) == files_of(home / "read" / str(serial))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def kept(store: Store, tmp_path: Path) -> Path:
    """The file of a store of three decisions."""
    with store.write() as tx:
        for decision in (
            block("domain:a.example"),
            block("host:b.example"),
            allow("host:c.example"),
        ):
            add_decision(tx, decision)
    assert keys(store, tmp_path) == ["a.example", "b.example"]
    return tmp_path / "live.arrow"


def keys(store: Store, folder: Path, at: datetime = NOW) -> list[str]:
    with store.read() as tx:
        live = live_at_cut(tx, cut=last_seq(tx), at=at, folder=folder, slack=0)
    return sorted(value.decode() for value in live.blocks["value"].to_pylist())


def test_only_what_was_decided_since_is_read(store: Store, kept: Path) -> None:
    standing = read(kept)
    assert standing is not None
    assert (standing.cut, len(standing.rows)) == (3, 3)
    # With a file that says that nothing stood at the cut, only what came later is found.
    write(kept, Standing(3, standing.mark, NOW, standing.rows.slice(0, 0)))
    decide(store, Decide("host:d.example", Action.BLOCK, None), NOW)
    assert keys(store, kept.parent) == ["d.example"]


@pytest.mark.parametrize("damage", ["cut short", "changed", "empty", "gone"])
def test_a_damaged_file_does_no_harm(store: Store, kept: Path, damage: str) -> None:
    raw = kept.read_bytes()
    place = raw.index(b"b.example")
    changed = raw[:place] + b"x" + raw[place + 1 :]
    if damage == "gone":
        kept.unlink()
    else:
        kept.write_bytes({"cut short": raw[:-9], "changed": changed, "empty": b""}[damage])
    assert read(kept) is None
    assert keys(store, kept.parent) == ["a.example", "b.example"]
    assert read(kept) is not None


def test_the_file_of_another_store_or_of_a_later_time_is_not_believed(
    store: Store, kept: Path
) -> None:
    standing = read(kept)
    assert standing is not None
    nothing = standing.rows.slice(0, 0)
    write(kept, Standing(3, "0" * 64, NOW, nothing))
    assert keys(store, kept.parent) == ["a.example", "b.example"]
    write(kept, Standing(3, standing.mark, NOW + timedelta(hours=1), nothing))
    assert keys(store, kept.parent) == ["a.example", "b.example"]
    write(kept, Standing(4, standing.mark, NOW, nothing))
    assert keys(store, kept.parent) == ["a.example", "b.example"]


def test_a_folder_that_cannot_be_written_does_no_harm(store: Store, tmp_path: Path) -> None:
    decide(store, Decide("host:d.example", Action.BLOCK, None), NOW)
    (tmp_path / "taken").write_bytes(b"")
    assert keys(store, tmp_path / "taken") == ["d.example"]
