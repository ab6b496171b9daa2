"""The commands around downloads, as a person types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.commands.downloads import app


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


def test_pull_is_the_clients_own_command_line(home: Path) -> None:
    failed = run("pull", "--from", "https://lists.example")
    assert failed.exit_code == 2


@pytest.mark.parametrize(
    "words", [["consumer", name] for name in ("add", "rotate", "revoke", "list")]
)
def test_every_command_shows_examples(words: list[str]) -> None:
    assert "Example" in run(*words, "--help").stdout
