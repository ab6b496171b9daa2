"""The main job on the practice range: what it lists is right, and a kill changes nothing of it."""

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from examples.range import INTERNET, Expectation, Running, read_manifest
from flows.practice import REPORTS
from tests.flows.conftest import environment, fanzha

Query = Callable[[str], int]


def main_job(home: Path, feed: Path) -> list[str]:
    return fanzha("run", "--reports", REPORTS, "--feed", feed, "--out", home / "lists")


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory, practice: Running) -> Path:
    """A small day of call records, made by the simulator."""
    folder = tmp_path_factory.mktemp("feed")
    command = fanzha("simulate", "feed", folder, "--numbers", 300, "--fraud", 0.02, "--seed", 5)
    subprocess.run(
        command,
        check=True,
        env=environment(practice, folder),
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    return folder


@pytest.fixture(scope="session")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, practice: Running, prefect_api: str, feed: Path
) -> tuple[Path, str]:
    """The home and the terminal's text of a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(
        main_job(home, feed),
        env=environment(practice, home, prefect_api),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return home, done.stdout


def test_the_run_ends_with_its_table(undisturbed: tuple[Path, str]) -> None:
    _, told = undisturbed
    for line in (
        "reported",
        "crawled",
        "dead",
        "blocked",
        "to review",
        "dismissed",
        "release serial",
    ):
        assert line in told


def test_what_it_does_with_the_range_is_right(undisturbed: tuple[Path, str]) -> None:
    home, _ = undisturbed
    listed = {
        f"{entry['kind']}:{entry['value']}"
        for entry in map(json.loads, (home / "lists/latest/entries.jsonl").read_text().splitlines())
    }
    with sqlite3.connect(home / "fanzha.db") as database:
        waiting = {row[0] for row in database.execute("SELECT target FROM reviews")}
    wrong = [
        f"{one.report}: expected {one.expect} of {one.scope}"
        for one in read_manifest(INTERNET).expectations
        if not _as_expected(one, listed, waiting)
    ]
    assert wrong == []
    wanted = {one.scope for one in read_manifest(INTERNET).expectations if one.expect == "block"}
    extra = {entry for entry in listed if not entry.startswith("number:")} - wanted
    assert extra == set()


def _as_expected(one: Expectation, listed: set[str], waiting: set[str]) -> bool:
    if one.expect == "block":
        unread = one.needs_browser and shutil.which("chromium") is None
        return one.scope in (waiting if unread else listed)
    if one.expect == "review":
        return one.scope in waiting and one.scope not in listed
    return one.scope not in listed


def released(home: Path) -> dict[str, str]:
    latest = (home / "lists/latest").resolve()
    return {
        str(path.relative_to(latest)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(latest.rglob("*"))
        if path.is_file()
    }


KILLS: dict[str, Callable[[Query], bool]] = {
    "while reports come in": lambda q: q("SELECT count(*) FROM reports") > 0,
    "when the first batch is crawled": lambda q: (
        q("SELECT count(*) FROM subjects WHERE stage = 'judge' AND indicator NOT LIKE 'number:%'")
        > 0
    ),
    "when the first verdicts are in": lambda q: q("SELECT count(*) FROM verdicts") > 0,
    "when the first decisions are made": lambda q: q("SELECT count(*) FROM decisions") > 0,
    "while the release is built": lambda q: q("SELECT count(*) FROM releases") > 0,
}


def test_killed_at_any_moment_it_ends_the_same(
    tmp_path: Path,
    practice: Running,
    prefect_api: str,
    feed: Path,
    undisturbed: tuple[Path, str],
) -> None:
    calm, _ = undisturbed
    variables = environment(practice, tmp_path, prefect_api) | {"FANZHA_CRAWL__BATCH": "20"}
    # The same keys, so that both see the same persons and sign with the same hand.
    shutil.copytree(calm / "keys", tmp_path / "keys")
    for moment, reached in KILLS.items():
        with subprocess.Popen(
            main_job(tmp_path, feed), env=variables, stdout=subprocess.DEVNULL
        ) as process:
            while process.poll() is None and not _holds(tmp_path / "fanzha.db", reached):
                time.sleep(0.005)
            process.kill()
            # One that had ended by itself would show nothing.
            assert process.wait() == -signal.SIGKILL, moment
    done = subprocess.run(
        main_job(tmp_path, feed), env=variables, capture_output=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert released(tmp_path) == released(calm)


def _holds(database: Path, condition: Callable[[Query], bool]) -> bool:
    if not database.exists():
        return False
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return condition(lambda query: int(connection.execute(query).fetchone()[0]))
    except sqlite3.OperationalError:
        return False


def test_a_second_run_changes_nothing(
    undisturbed: tuple[Path, str], practice: Running, prefect_api: str, feed: Path
) -> None:
    home, _ = undisturbed
    before = released(home)
    again = subprocess.run(
        main_job(home, feed),
        env=environment(practice, home, prefect_api),
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert again.returncode == 0, again.stderr
    assert released(home) == before
    assert (home / "lists/latest").resolve().name == "1"
