"""`fanzha intake` as it is typed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.intake import app
from pipeline.errors import FanzhaError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_file_ends_with_a_table(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("url,phone\nrebate.example,13800138000\nbitgin,\n")
    done = CliRunner().invoke(app, [str(path), "--source", "npa165"])
    assert done.exit_code == 0, done.output
    assert "accepted" in done.output
    assert "no-dot" in done.output
    assert (home / "rejects/npa165.jsonl").exists()
    assert (home / "fanzha.db").exists()


def test_standard_input_is_a_dash(home: Path) -> None:
    done = CliRunner().invoke(app, ["-", "-s", "partner", "--format", "text"], input="a.example\n")
    assert done.exit_code == 0, done.output
    assert not (home / "rejects/partner.jsonl").exists()


def test_a_wrong_format_says_which_there_are(home: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path), "-s", "x", "--format", "xlsx"])
    assert isinstance(done.exception, FanzhaError)
    assert "csv, tsv, jsonl, text" in str(done.exception)
