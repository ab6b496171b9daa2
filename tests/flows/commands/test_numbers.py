"""The commands on numbers, as somebody types them: simulate, take, why, points, verify, resolve."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classifiers.numbers.simulator.write import write_feed
from flows.commands.numbers import app
from pipeline.feeds.keyring import keyring
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.reviews import waiting


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one feed taken in."""
    folder = tmp_path_factory.mktemp("numbers")
    write_feed(
        folder / "in", numbers=1500, fraud=0.02, seed=12, days=1, first_day=date(2026, 3, 1), form="parquet"
    )  # fmt: skip
    return folder


def run(home: Path, *arguments: str, code: int = 0) -> str:
    env = {"FANZHA_HOME": str(home / "home"), "FANZHA_CLOCK": "2026-03-02T01:00:00Z"}
    result = CliRunner().invoke(app, list(arguments), env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def sleeper(home: Path) -> str:
    """A number of the persona that the points know best, of our own network."""
    with (home / "in" / "truth.csv").open() as file:
        return next(row["number"] for row in csv.DictReader(file) if row["persona"] == "goip-gang")


def test_a_number_s_way_through_the_commands(home: Path) -> None:
    taken = run(home, "take", str(home / "in"))
    assert "0 set aside" in taken
    number = sleeper(home)
    for command in ("why", "points"):
        said = run(home, command, number)
        assert re.search(r"(malicious|unknown|benign), [\d.]+%", said)
        assert re.search(r"^[\d.]+ points: .* → ", said, re.MULTILINE)
    arguments = ("verify", number, "--evidence", "visit:1", "--actor", "analyst:li")
    assert "cleared" in run(home, *arguments)
    assert "entered before" in run(home, *arguments)
    assert "verified 2026-03-02" in run(home, "points", number)


def test_links_send_the_gang_to_review(home: Path) -> None:
    run(home, "take", str(home / "in"))
    said = run(home, "links", sleeper(home), "--actor", "analyst:li")
    settings = Settings(home=home / "home")
    store = open_store(settings.database_url)
    with store.read() as tx:
        items = waiting(tx)
    store.close()
    linked = [item for item in items if item.why.id == "linked"]
    assert said.startswith(f"{len(linked)} numbers")


def test_resolving_needs_a_purpose_and_a_known_surrogate(home: Path) -> None:
    run(home, "take", str(home / "in"))
    keys = keyring(Settings(home=home / "home").feed_keys_dir, "feed")
    number = sleeper(home)
    surrogate = str(keys.surrogate("number", f"+86{number}"))
    asked = ("resolve", "--actor", "analyst:li", "--purpose", "case 1", "--", surrogate)
    assert number in run(home, *asked)
    run(home, "resolve", "--actor", "a", "--purpose", " ", "--", surrogate, code=1)
    run(home, "resolve", "--actor", "a", "--purpose", "case 1", "--", "12345", code=1)
