"""`fanzha evidence`: what was kept is shown, exported, compared with its hashes, and removed."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.evidence import app
from pipeline.artifacts import ArtifactStore
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind, Label, Observation, Verdict
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import add_decision
from pipeline.store.observations import add_observations
from pipeline.store.verdicts import add_verdicts
from tests.pipeline.stock import stock

AT = datetime(2024, 3, 1, 8, tzinfo=UTC)
SITE = Indicator(Kind.HOST, "honest.example")
LISTED, JUDGED = Indicator(Kind.DOMAIN, "rebate.example"), "https://rebate.example/"


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


@pytest.fixture
def listed(home: Path) -> Path:
    """The same, and a domain that is listed for what was seen at a reported URL."""
    settings = Settings(home=home)
    page = Indicator(Kind.URL, JUDGED)
    store = open_store(settings.database_url)
    artifacts = ArtifactStore(settings.artifacts_url)
    stock(artifacts, {page: "<p>充值 \x1b[2J[/b]".encode()}, AT, records=store)
    verdict = Verdict(page, Label.MALICIOUS, None, 0.99, (), "d", "sites@1", AT)
    block = Decision(
        LISTED, Action.BLOCK, None, "fraud [/b]", "policy:p@1", AT, subject=page, verdict=verdict.id
    )  # fmt: skip
    with store.write() as tx:
        add_observations(tx, [Observation(page, "http.state", "ok", "crawl", AT, AT)])
        add_verdicts(tx, [verdict])
        add_decision(tx, block)
    store.close()
    return home


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


@pytest.mark.parametrize(
    "name", ["rebate.example", "rebate[.]example", "pay.rebate.example", JUDGED]
)
def test_the_evidence_of_a_listed_name_is_found_by_every_name_it_meets(
    listed: Path, name: str
) -> None:
    shown = CliRunner().invoke(app, ["show", name])
    assert "block  domain:rebate[.]example  (url:hxxps://rebate[.]example/)" in shown.output
    assert "p=0.990  sites@1" in shown.output
    target = listed / "case.zip"
    done = CliRunner().invoke(app, ["export", name, "--out", str(target)])
    assert done.exit_code == 0, done.output
    assert "1 decisions, 1 facts" in done.output
    assert "1 visits" in done.output
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("manifest.json"))["whole"] is True
        (warc,) = (one for one in archive.namelist() if one.startswith("warc/"))
        assert archive.read(warc).startswith(b"\x1f\x8b")


def test_an_export_that_does_not_fit_its_hashes_fails_loudly(listed: Path) -> None:
    for path in (listed / "artifacts").rglob("*.warc.gz"):
        path.write_bytes(bytes(path.stat().st_size))
    target = listed / "case.zip"
    done = CliRunner().invoke(app, ["export", "rebate.example", "--out", str(target)])
    assert done.exit_code == 1
    assert "NOT WHOLE: 2 faults" in done.output
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("manifest.json"))["whole"] is False


def test_of_what_is_unknown_nothing_is_written(listed: Path) -> None:
    for command in ("show", "export"):
        done = CliRunner().invoke(app, [command, "never-reported.example"])
        assert isinstance(done.exception, FanzhaError)
        assert "report it" in str(done.exception)
