"""docs/settings.md says what pipeline/settings/ says; wrong settings are told by name."""

from pathlib import Path

import pytest

from flows.commands.settings import document
from pipeline.errors import FanzhaError
from pipeline.settings import load_settings

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_up_to_date() -> None:
    assert (ROOT / "docs/settings.md").read_text("utf-8") == document()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_CRAWL__TIMEOUT", "soon")
    with pytest.raises(FanzhaError, match="FANZHA_CRAWL__TIMEOUT"):
        load_settings()


def test_a_missing_settings_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_CONFIG", "nowhere.toml")
    with pytest.raises(FanzhaError, match=r"nowhere\.toml"):
        load_settings()
