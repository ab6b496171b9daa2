"""The client as a carrier gets it: one folder, PyNaCl, and a command."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocklists.client.command import main
from blocklists.client.refusals import Code
from tests.blocklists.client.conftest import Mirror
from tests.blocklists.shelves import AT, public_key

CLIENT = Path(__file__).parents[3] / "blocklists" / "client"


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The folder under its own name, with nothing of the project beside it."""
    shutil.copytree(CLIENT, tmp_path / "alone" / "fanzha_pull")
    return tmp_path / "alone"


def test_it_imports_nothing_of_the_project(alone: Path) -> None:
    program = (
        "import sys, fanzha_pull.command as c; print(c.__file__);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'pipeline', 'blocklists', 'flows', 'httpx', 'pydantic', 'typer', 'sqlalchemy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=alone,
        env={**os.environ, "PYTHONPATH": str(alone)},
        capture_output=True,
        text=True,
        check=True,
    )
    path, foreign = done.stdout.splitlines()
    assert path.startswith(str(alone))
    assert foreign == "[]"


def test_it_pulls_by_options_from_a_file(alone: Path, mirror: Mirror, tmp_path: Path) -> None:
    mirror.publisher.publish({"domains.txt": b"rebate.example\n"}, at=datetime.now(UTC))
    (tmp_path / "token").write_text("fanzha_token\n")
    (tmp_path / "options").write_text(
        f"# what we pull\n--from {mirror.url}\n--into {tmp_path / 'copy'}\n"
        f"--key {public_key(mirror.publisher.key)}\n--token-file {tmp_path / 'token'}\n"
        "--file domains.*\n"
    )
    command = [sys.executable, "-m", "fanzha_pull", f"@{tmp_path / 'options'}"]
    environment = {**os.environ, "PYTHONPATH": str(alone)}
    for said in ("release 1: 1 file(s), 0 by delta, 1 whole", "release 1: nothing new"):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        assert (done.stdout.strip(), done.stderr) == (said, "")
    assert (tmp_path / "copy" / "current" / "domains.txt").read_bytes() == b"rebate.example\n"


@pytest.mark.parametrize("token", ["", "a b", "fanzha_\N{SNOWMAN}"])
def test_a_token_that_is_none_is_a_wrong_option(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], token: str
) -> None:
    monkeypatch.setenv("FANZHA_PULL_TOKEN", token)
    options = ["--from", mirror.url, "--into", "copy", "--key", "RWQ", "--file", "*"]
    assert main(options) == Code.USAGE
    assert "expected a token in the variable" in capsys.readouterr().err


def test_a_refusal_is_an_exit_code_and_one_line(
    mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mirror.publisher.publish({"domains.txt": b"rebate.example\n"}, at=AT)  # long expired
    monkeypatch.setenv("FANZHA_PULL_TOKEN", "fanzha_token")
    options = ["--from", mirror.url, "--into", str(tmp_path / "copy"), "--file", "*", "--key"]
    assert main([*options, "RWQ"]) == Code.USAGE
    assert main([*options, public_key(mirror.publisher.key)]) == Code.STALE
    first, second = capsys.readouterr().err.splitlines()
    assert "expected a minisign public key" in first
    assert second.startswith("stale: release 1 expired at 2026-03-02 08:00 UTC")


def test_help_shows_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"], name="fanzha pull")
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert "examples:" in text
    for code in Code:
        assert f"{code.value} " in text
