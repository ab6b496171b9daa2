"""The commands around downloads, as a person types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.commands.downloads import app
from tests.blocklists.decided import block
from tests.blocklists.published import Published


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    monkeypatch.setenv("FANZHA_CLOCK", "2026-03-01T08:00:00+00:00")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_consumer_is_added_rotated_listed_and_revoked(home: Path) -> None:
    added = run("consumer", "add", "telecom", "--title", "Telecom", "--file", "rpz*")
    token = added.stdout.splitlines()[0]
    assert token.startswith("fanzha_")
    rotated = run("consumer", "rotate", "telecom", "--grace", "2")
    assert rotated.stdout.startswith("fanzha_")
    listing = run("consumer", "list").stdout
    assert "Telecom" in listing
    assert "until 03-01 10:00" in listing
    assert token not in listing
    assert run("consumer", "revoke", "telecom").stdout.startswith("2 token(s)")
    assert "none" in run("consumer", "list").stdout


def test_a_name_that_is_taken_or_malformed_is_refused(home: Path) -> None:
    assert run("consumer", "add", "telecom").exit_code == 0
    for words in (("add", "telecom"), ("add", "China Telecom"), ("revoke", "unicom")):
        failed = run("consumer", *words)
        assert failed.exit_code == 1
        assert str(failed.exception)


def test_why_answers_people_machines_and_scripts(home: Path) -> None:
    Published(home).publish(block("domain:evil.example"))
    told = run("why", "www.evil.example")
    assert told.exit_code == 0
    for text in (
        "listed (release 1)",
        "domain evil.example",
        "虚假贷款",
        "2026-11-21 11:00",
        "code ",
    ):
        assert text in told.stdout
    value = json.loads(run("why", "--json", "evil.example").stdout)
    assert (value["listed"], value["entry"]["scope"]) == (True, "domain")
    absent = run("why", "good.example")
    assert (absent.exit_code, "not listed" in absent.stdout) == (3, True)


def test_pull_is_the_clients_own_command_line(home: Path) -> None:
    failed = run("pull", "--from", "https://lists.example")
    assert failed.exit_code == 2


@pytest.mark.parametrize(
    "words", [["consumer", name] for name in ("add", "rotate", "revoke", "list")]
)
def test_every_command_shows_examples(words: list[str]) -> None:
    assert "Example" in run(*words, "--help").stdout
