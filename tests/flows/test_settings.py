"""docs/settings.md says what pipeline/settings/ says; wrong settings are told by name."""

import re
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


def test_no_program_reads_settings_but_through_the_one_way_that_tells_what_is_wrong() -> None:
    rooms = ("flows", "pipeline", "spiders", "classifiers", "blocklists", "examples")
    bare = re.compile(r"(?<!\w)Settings\(\)")
    found = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if bare.search(path.read_text("utf-8"))
    ]
    assert found == ["pipeline/settings/__init__.py"]


def test_a_missing_settings_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_CONFIG", "nowhere.toml")
    with pytest.raises(FanzhaError, match=r"nowhere\.toml"):
        load_settings()
