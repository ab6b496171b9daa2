"""The commands on numbers, as somebody types them: simulate, take, why, points, verify, resolve."""

import csv
import getpass
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classifiers.numbers.simulator.write import write_feed
from flows.commands.numbers import app
from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import keyring
from pipeline.indicators import parse_number
from pipeline.nouns import Action, Decision
from pipeline.settings import Settings
from pipeline.store import audit, open_store
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.points import PointEntry, add_points
from pipeline.store.reviews import waiting
from tests.flows.accounts import staff_at

OURS = "13800138001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with people at the desk, and a feed for it."""
    folder = tmp_path_factory.mktemp("numbers")
    write_feed(
        folder / "in", numbers=1500, fraud=0.02, seed=12, days=1, first_day=date(2026, 3, 1), form="parquet"
    )  # fmt: skip
    staff_at(Settings(home=folder / "home").database_url)
    return folder


def run(home: Path, *arguments: str, code: int = 0) -> str:
    env = {"FANZHA_HOME": str(home / "home"), "FANZHA_CLOCK": "2026-03-02T01:00:00Z"}
    result = CliRunner().invoke(app, list(arguments), env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def refused(home: Path, *arguments: str) -> str:
    """What a command says that does nothing."""
    env = {"FANZHA_HOME": str(home / "home"), "FANZHA_CLOCK": "2026-03-02T01:00:00Z"}
    result = CliRunner().invoke(app, list(arguments), env=env)
    assert isinstance(result.exception, FanzhaError), result.output
    return str(result.exception)


def audited(home: Path, act: str) -> list[audit.AuditRecord]:
    """The audit's entries of an act, the newest first."""
    store = open_store(Settings(home=home / "home").database_url)
    with store.read() as tx:
        found = audit.newest(tx, limit=99, act=act)
    store.close()
    return found


def credit(home: Path, carrier: str, number: str) -> None:
    """Forty points of a number at a carrier, of an hour before the tests' clock."""
    settings = Settings(home=home / "home")
    surrogate = keyring(settings.feed_keys_dir, carrier).surrogate("number", f"+86{number}")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    store = open_store(settings.database_url)
    with store.write() as tx:
        entry = PointEntry("gateway", 40.0, "calls:planted", at, "points@1")
        add_points(tx, carrier, [(surrogate, entry)])
    store.close()


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
    arguments = ("verify", number, "--evidence", "visit:1", "--as", "li")
    assert f"+86{number} at feed: cleared" in run(home, *arguments)
    assert "entered before" in run(home, *arguments)
    assert "verified 2026-03-02" in run(home, "points", number)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A home with people at the desk, and one subscriber of `north`."""
    staff_at(Settings(home=tmp_path / "home").database_url)
    subscriber(tmp_path, "north")
    return tmp_path


def subscriber(home: Path, carrier: str) -> None:
    """One subscriber of a carrier, who has points."""
    file = home / f"subscribers-{carrier}.csv"
    file.write_text(f"number,activated,as_of\n{OURS},2020-01-01,2026-03-01\n", "utf-8")
    run(home, "take", str(file), "--carrier", carrier)
    credit(home, carrier, OURS)


def test_a_verification_clears_where_the_points_are_and_nowhere_else(office: Path) -> None:
    home, number = office, OURS
    words = ("verify", number, "--evidence", "visit:9", "--as", "li")
    keys = Settings(home=home / "home").feed_keys_dir
    assert not run(home, "points", number, "--carrier", "north").startswith("0.0")
    assert "'nroth'" in refused(home, *words, "--carrier", "nroth")
    stranger = ("verify", "19999999999", "--evidence", "visit:9", "--as", "li")
    assert "ever named it" in refused(home, *stranger, "--carrier", "north")
    assert not (keys / "nroth").exists()
    assert "cleared" in run(home, *words, "--carrier", "north")
    assert run(home, "points", number, "--carrier", "north").startswith("0.0 points")
    # A second carrier has points of its own: its name must be said, and what it keeps is told.
    subscriber(home, "south")
    for command in (words, ("points", number), ("why", number), ("links", number), ("rekey",)):
        assert "expected which one of" in refused(home, *command)
    again = ("verify", number, "--evidence", "visit:10", "--as", "li", "--carrier", "north")
    assert "south keeps 40" in run(home, *again)


def test_of_a_number_that_no_feed_named_it_is_said(office: Path) -> None:
    assert "no points: no feed of north ever named it" in run(office, "points", "19999999999")
    settings = Settings(home=office / "elsewhere" / "home")
    staff_at(settings.database_url)
    assert "no carrier's feed was taken in" in run(office / "elsewhere", "why", "19999999999")
    assert "no carrier's feed was taken in" in refused(office / "elsewhere", "points", "110")


def test_who_acts_has_an_account_that_may_and_who_reads_is_written_down(office: Path) -> None:
    home, number = office, OURS
    at = ("--carrier", "north")
    acts = (
        ("verify", number, "--evidence", "visit:2", *at),
        ("links", number, *at),
        ("resolve", "--purpose", "case 1", *at, "7"),
    )
    for act in acts:
        assert "no open account 'nobody'" in refused(home, *act, "--as", "nobody")
        assert "chen is admin" in refused(home, *act, "--as", "chen")
    assert "li is analyst" in refused(home, *acts[2], "--as", "li")
    assert "expected what the verification" in refused(
        home, "verify", number, "--evidence", " ", "--as", "li", *at
    )
    run(home, *acts[0], "--as", "li")
    told = audited(home, "number.verify")[0]
    assert (told.actor, told.detail["operator"]) == ("li", getpass.getuser())
    for command in ("points", "why"):
        assert "no open account 'nobody'" in refused(home, command, number, *at, "--as", "nobody")
        for words, actor in ((("--as", "chen"), "chen"), ((), getpass.getuser())):
            run(home, command, number, *at, *words)
            told = audited(home, "number.read")[0]
            assert (told.actor, told.subject) == (actor, f"number:+86{number}")
            assert told.detail["carrier"] == "north"


def test_links_of_a_number_that_a_person_blocked_go_to_review(home: Path) -> None:
    run(home, "take", str(home / "in"))
    number = sleeper(home)
    asked = ("links", number, "--carrier", "feed", "--as", "li")
    assert "no person's block stands on it" in refused(home, *asked)
    assert audited(home, "number.links") == []
    store = open_store(Settings(home=home / "home").database_url)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with store.write() as tx:
        head = head_of(tx, parse_number(number))
        before = head.id if head else None
        decision = Decision(
            parse_number(number), Action.BLOCK, None, "seen", "analyst:li", at, supersedes=before
        )
        add_decision(tx, decision)
    said = run(home, *asked)
    with store.read() as tx:
        items = waiting(tx)
    store.close()
    linked = [item for item in items if item.why.id == "linked"]
    assert said.startswith(f"{len(linked)} numbers")
    assert linked
    assert audited(home, "number.links")[0].actor == "li"


def test_resolving_needs_a_purpose_and_a_known_surrogate(home: Path) -> None:
    run(home, "take", str(home / "in"))
    keys = keyring(Settings(home=home / "home").feed_keys_dir, "feed")
    number = sleeper(home)
    surrogate = str(keys.surrogate("number", f"+86{number}"))
    asked = ("resolve", "--carrier", "feed", "--as", "wang", "--purpose", "case 1", "--", surrogate)
    assert number in run(home, *asked)
    told = audited(home, "number.resolve")[0]
    assert (told.actor, told.subject) == ("wang", f"feed:{surrogate}")
    assert number not in str(told)
    asked = ("resolve", "--carrier", "feed", "--as", "wang", "--purpose")
    assert "why the number is needed" in refused(home, *asked, " ", "--", surrogate)
    assert "no feed of feed has" in refused(home, *asked, "case 1", "--", "12345")
    assert "Invalid value" in run(home, *asked, "case 1", "--", "9" * 20, code=2)
