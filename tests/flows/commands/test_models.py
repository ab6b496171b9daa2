"""The shelves as somebody types them: what judges, what cannot be promoted, what has drifted."""

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from classifiers.numbers.model import save, shipped
from flows.commands.models import app
from flows.shelf import number_shelf
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.drift import Drift, record_drift, week_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def run(home: Path, *arguments: str, code: int = 0) -> str:
    env = {"FANZHA_HOME": str(home), "FANZHA_CLOCK": "2026-03-02T00:00:00Z", "COLUMNS": "120"}
    result = CliRunner().invoke(app, list(arguments), env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_models_of_numbers_are_listed_promoted_and_taken_back(tmp_path: Path) -> None:
    said = run(tmp_path, "list", "--of", "numbers")
    assert "shipped" in said
    assert "warning" not in said
    number_shelf(Settings(home=tmp_path)).put("2026-09", shipped())
    assert "judges now" in run(tmp_path, "promote", "2026-09", "--of", "numbers", "--why", "seen")
    assert "2026-03-02: seen" in run(tmp_path, "list", "--of", "numbers")
    assert "shipped judges now" in run(tmp_path, "rollback", "--of", "numbers")
    run(tmp_path, "promote", "2031-01", "--of", "numbers", code=1)
    assert "2026-09" not in run(tmp_path, "list")


def test_the_model_that_settings_name_is_said(tmp_path: Path) -> None:
    named = tmp_path / "named.json.gz"
    save(shipped(), named)
    env = {"FANZHA_HOME": str(tmp_path), "FANZHA_NUMBERS__MODEL": str(named)}
    result = CliRunner().invoke(app, ["list", "--of", "numbers"], env=env)
    assert "numbers.model names another" in result.output


def test_drift_of_numbers_is_shown(tmp_path: Path) -> None:
    store = open_store(Settings(home=tmp_path).database_url)
    with store.write() as tx:
        record_drift(tx, [Drift(shipped().name, week_of(NOW), "answer_rate", 0.31, 5000)])
    store.close()
    said = run(tmp_path, "drift", "--of", "numbers")
    assert "answer_rate" in said
    assert "shifted" in said


def test_retraining_says_what_is_missing(tmp_path: Path) -> None:
    run(tmp_path, "retrain", "--of", "numbers", "--version", "n", "--worlds", "0", code=1)
    assert "--data" in run(tmp_path, "retrain", "--version", "n", code=2)
