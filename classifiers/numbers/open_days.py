"""Local days that are still to be credited with points: noted as their calls or complaints come in, and
struck off once a day is over and credited, so that the ledger does not depend on how files were cut.

    <carrier>/uncredited/calls/2026-03-01           an empty file per day
    <carrier>/uncredited/complaints/2026-03-01
"""

from collections.abc import Iterable
from pathlib import Path

from pipeline.feeds.shelf import Shelf
from pipeline.private import private_folder

FOLDER = "uncredited"


def note(shelf: Shelf, kind: str, days: Iterable[str]) -> None:
    """Days of which rows came in; noted before anything is credited, so that a killed run is taken up."""
    folder = private_folder(_folder(shelf, kind))
    for day in days:
        (folder / day).touch()


def waiting(shelf: Shelf, kind: str) -> list[str]:
    """The days that are to be credited, oldest first."""
    folder = _folder(shelf, kind)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def strike(shelf: Shelf, kind: str, day: str) -> None:
    """The day is credited, until rows of it come in again."""
    (_folder(shelf, kind) / day).unlink(missing_ok=True)


def _folder(shelf: Shelf, kind: str) -> Path:
    return shelf.home / FOLDER / kind
