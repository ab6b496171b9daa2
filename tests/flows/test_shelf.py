"""The shelf keeps every model; one judges, and one command goes back."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.numbers.model import save, shipped
from flows.shelf import NUMBERS, SHIPPED, SITES, Shelf, current_number_model
from pipeline.errors import FanzhaError
from pipeline.settings import Settings
from tests.classifiers.domains.small import small_model

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_shipped_model_judges_until_another_is_promoted(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "models", SITES)
    assert shelf.current() == SHIPPED
    assert not (tmp_path / "models").exists()
    with pytest.raises(FanzhaError, match="nothing was promoted"):
        shelf.roll_back(at=AT)


def test_promoting_and_going_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, SITES)
    shelf.put("small", small_model())
    shelf.promote("small", why="won its trial", at=AT)
    assert shelf.current() == "small"
    assert shelf.model().name == "sites@small"
    assert shelf.roll_back(at=AT) == SHIPPED
    assert [entry["version"] for entry in shelf.history()] == ["small", SHIPPED]


def test_going_back_twice_goes_further_back_and_never_to_what_was_rolled_back(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, NUMBERS)
    for version in ("good", "bad", "worse"):
        shelf.put(version, shipped())
        shelf.promote(version, why="won", at=AT)
    assert [shelf.roll_back(at=AT) for _ in range(2)] == ["bad", "good"]
    shelf.promote("worse", why="mended", at=AT)
    assert [shelf.roll_back(at=AT) for _ in range(2)] == ["good", SHIPPED]
    with pytest.raises(FanzhaError, match="nothing is before it"):
        shelf.roll_back(at=AT)
    assert shelf.current() == SHIPPED


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, SITES)
    shelf.put("small", small_model())
    with pytest.raises(FanzhaError, match="new version"):
        shelf.put("small", small_model())


def test_what_is_not_there_cannot_be_promoted(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="is not there"):
        Shelf(tmp_path, SITES).promote("2031-01", why="", at=AT)
    with pytest.raises(FanzhaError, match="expected a version"):
        Shelf(tmp_path, SITES).promote("../evil", why="", at=AT)


def test_a_history_cut_short_by_a_crash_keeps_what_was_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, SITES)
    shelf.put("small", small_model())
    shelf.promote("small", why="won", at=AT)
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write('{"version": "oth')
    assert shelf.current() == "small"
    shelf.promote(SHIPPED, why="by hand", at=AT)
    assert shelf.current() == SHIPPED


def test_a_shelf_of_numbers_keeps_its_own_form(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, NUMBERS)
    assert shelf.model() is shipped()
    shelf.put("2026-09", shipped())
    shelf.promote("2026-09", why="won its trial", at=AT)
    assert shelf.versions() == [SHIPPED, "2026-09"]
    assert (tmp_path / "2026-09.json.gz").exists()
    assert shelf.model().thresholds == shipped().thresholds
    assert shelf.model() is shelf.model()


def test_a_model_of_other_features_judges_no_number(tmp_path: Path) -> None:
    save(
        replace(shipped(), features=("arpu_mean", *shipped().features[1:])), tmp_path / "t.json.gz"
    )
    with pytest.raises(FanzhaError, match="arpu_mean"):
        current_number_model(
            Settings(home=tmp_path, numbers={"model": tmp_path / "t.json.gz"})  # type: ignore[arg-type]
        )
