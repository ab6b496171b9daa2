"""The industry's list as two carriers type it: key, export, take, list, status, check, withdrawal."""

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classifiers.numbers.simulator.write import write_feed
from flows.commands.industry import app
from flows.commands.numbers import app as numbers
from pipeline.categories import Category
from pipeline.indicators import parse_number
from pipeline.nouns import Action, Decision
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.resolutions import EVERYBODY, resolutions_of
from pipeline.store.reviews import waiting
from tests.flows.accounts import staff_at

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def run(home: Path, *arguments: str, code: int = 0, clock: str = "2026-03-02T01:00:00Z") -> str:
    group = numbers if arguments[0] == "feed" else app
    words = ["take", *arguments[1:]] if group is numbers else list(arguments)
    env = {"FANZHA_HOME": str(home), "FANZHA_CLOCK": clock}
    result = CliRunner().invoke(group, words, env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def decide(home: Path, number: str, action: Action) -> None:
    store = open_store(Settings(home=home).database_url)
    indicator = parse_number(number)
    with store.write() as tx:
        head = head_of(tx, indicator)
        decision = Decision(
            indicator,
            action,
            Category.FAKE_LOAN if action is Action.BLOCK else None,
            "seen",
            "analyst:li",
            NOW,
            supersedes=head.id if head else None,
        )
        add_decision(tx, decision)
    store.close()


@pytest.fixture
def carriers(tmp_path: Path) -> tuple[Path, Path]:
    """Two installations that share the agreement's key."""
    run(tmp_path / "a", "make-key")
    (tmp_path / "b" / "keys").mkdir(parents=True)
    shutil.copy2(tmp_path / "a" / "keys" / "industry.key", tmp_path / "b" / "keys")
    staff_at(Settings(home=tmp_path / "b").database_url)
    return tmp_path / "a", tmp_path / "b"


def test_a_notice_goes_over_and_is_withdrawn(carriers: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = carriers
    write_feed(
        tmp_path / "in",
        numbers=60,
        fraud=0.1,
        seed=3,
        days=1,
        first_day=date(2026, 3, 1),
        form="csv",
    )
    run(b, "feed", str(tmp_path / "in"))
    with (tmp_path / "in" / "subscribers.csv").open() as file:
        theirs = next(csv.DictReader(file))["number"]
    for number in (theirs, "13700000000"):
        decide(a, number, Action.BLOCK)

    out = tmp_path / "notices.jsonl"
    assert "2 in force, 0 withdrawn" in run(a, "export", str(out), "--source", "carrier-a")
    assert theirs not in out.read_text()
    run(b, "take", str(out), "--sender", "carrier-a", code=1)
    said = run(b, "take", str(out), "--sender", "carrier-a", "--unsigned")
    assert "2 notices kept" in said
    assert "nothing proves that they are of carrier-a" in said
    assert "2 in force" in run(b, "list")
    key = tmp_path / "carrier-a.pub"
    key.write_text(run(a, "public-key"))
    assert "2 notices that it did not sign" in run(b, "trust", "carrier-a", str(key))
    assert "0 in force" in run(b, "list")
    assert run(b, "take", str(out), "--sender", "carrier-a") == "2 notices kept\n"
    unsigned = tmp_path / "unsigned.jsonl"
    shutil.copy(out, unsigned)
    run(b, "take", str(unsigned), "--sender", "carrier-a", code=1)
    assert "2 in force" in run(b, "list")
    assert "0 in force" in run(b, "list", "--source", "carrier-c")
    assert "fake-loan by carrier-a" in run(b, "status", theirs)
    run(b, "status", "13700000000", code=1)  # not theirs to know
    run(b, "take", str(out), "--sender", "carrier-c", code=1)

    said = run(b, "check", "--as", "li")
    assert said.startswith("1 numbers sent to review")
    assert "13700000000" not in said
    store = open_store(Settings(home=b).database_url)
    with store.read() as tx:
        (item,) = [i for i in waiting(tx) if i.why.id == "notified"]
        (opened,) = resolutions_of(tx, "feed", EVERYBODY)
    store.close()
    assert opened[1] == "analyst:li"  # that all were opened is written down, whoever was found
    assert item.subject == parse_number(theirs)
    assert "carrier-a (fake-loan)" in item.why.told("zh")

    decide(a, theirs, Action.DISMISS)
    later = "2026-03-03T01:00:00Z"
    said = run(a, "export", str(out), "--source", "carrier-a", clock=later)
    assert "1 in force, 1 withdrawn" in said
    run(b, "take", str(out), "--sender", "carrier-a", clock=later)
    assert "no notice" in run(b, "status", theirs, clock=later)
    assert "1 in force, 1 withdrawn" in run(
        a, "export", str(out), "--source", "carrier-a", clock=later
    )


def test_subjects_are_told_by_their_line_alone(carriers: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = carriers
    named = tmp_path / "subjects.txt"
    named.write_text("99999919000101004x\n999999190001010015\n")
    out = tmp_path / "notices.jsonl"
    run(a, "export", str(out), "--source", "carrier-a", "--subjects", str(named))
    assert "1900" not in out.read_text()
    run(b, "take", str(out), "--sender", "carrier-a", "--unsigned")
    write_feed(
        tmp_path / "in",
        numbers=60,
        fraud=0.1,
        seed=3,
        days=1,
        first_day=date(2026, 3, 1),
        form="csv",
    )
    run(b, "feed", str(tmp_path / "in"))
    own = tmp_path / "own.txt"
    own.write_text("999999190001010023\n\n999999 1900 0101 004X\n")
    said = run(b, "check", "--as", "li", "--subjects", str(own))
    assert "own.txt, line 3: confirmed by carrier-a" in said
    assert "line 1" not in said
    own.write_text("999999190001010023\nMADE-UP-7\n")
    env = {"FANZHA_HOME": str(b)}
    refused = CliRunner().invoke(app, ["check", "--as", "li", "--subjects", str(own)], env=env)
    assert "own.txt, line 2: expected a resident" in str(refused.exception)
    assert "MADE-UP-7" not in str(refused.exception)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    run(tmp_path, "status", "13800138000", code=1)
    run(tmp_path, "make-key")
    run(tmp_path, "make-key", code=1)
    run(tmp_path, "check", "--as", "li", code=1)
