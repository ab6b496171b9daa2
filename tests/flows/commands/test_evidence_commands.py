"""`fanzha evidence`: what was kept is shown, exported, compared with its hashes, and removed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.evidence import app
from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from pipeline.store import open_store
from tests.pipeline.stock import stock

AT = datetime(2024, 3, 1, 8, tzinfo=UTC)
SITE = Indicator(Kind.HOST, "honest.example")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one old visit to a site about which nothing was decided."""
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    monkeypatch.setenv("FANZHA_CLOCK", "2026-11-22T08:00:00+00:00")
    settings = Settings(home=tmp_path)
    store = open_store(settings.database_url)
    stock(ArtifactStore(settings.artifacts_url), {SITE: b"<p>hello"}, AT, records=store)
    store.close()
    return tmp_path


def the_file(home: Path) -> Path:
    (path,) = (home / "artifacts").rglob("*.warc.gz")
    return path


def test_a_dry_run_removes_nothing(home: Path) -> None:
    for more in (["--dry-run"], []):
        assert the_file(home).exists()
        done = CliRunner().invoke(app, ["prune", *more])
        assert "visits removed: 1, " in done.output
    assert list((home / "artifacts").rglob("*.warc.gz")) == []


def test_a_changed_file_is_told_by_the_exit_code(home: Path) -> None:
    done = CliRunner().invoke(app, ["verify"])
    assert (done.exit_code, done.stdout) == (0, "1 evidence files, 1 bodies; 0 files do not fit\n")
    the_file(home).write_bytes(b"\0" * the_file(home).stat().st_size)
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 1
    assert "the file was changed" in done.output
    assert "1 files do not fit" in done.stdout
