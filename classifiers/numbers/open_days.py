"""Local days of calls that are still to be credited with points: noted as their calls come in, and
struck off once a day is over and credited, so that the ledger does not depend on how files were cut.

    <carrier>/uncredited/2026-03-01      an empty file per day
"""

from collections.abc import Iterable

from pipeline.feeds.shelf import Shelf

FOLDER = "uncredited"


def note(shelf: Shelf, days: Iterable[str]) -> None:
    """Days of which calls came in; noted before anything is credited, so that a killed run is taken up."""
    folder = shelf.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for day in days:
        (folder / day).touch()


def waiting(shelf: Shelf) -> list[str]:
    """The days that are to be credited, oldest first."""
    folder = shelf.home / FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def strike(shelf: Shelf, day: str) -> None:
    """The day is credited, until calls of it come in again."""
    (shelf.home / FOLDER / day).unlink(missing_ok=True)
