"""The folder in which others leave files for scheduled runs, and where files go once they are in.

`reports/SOURCE/FILE` and `feeds/CARRIER/FILE`; from there to `done/` and `failed/`, which are the owner's
alone, and a carrier's files from there to nowhere after `feeds.keep_days`. Whoever leaves a file writes it
under a name that begins with a dot and renames it when it is whole.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pipeline.private import close, private_folder

What = Literal["reports", "feeds"]
FILED = ("done", "failed")
"""Where files go once they are in, and where those that could not be read."""
WHY = ".why"
"""Ending of the file that says why one failed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole file that waits, and who left it."""

    path: Path
    sender: str


def arrivals(inbox: Path, what: What) -> list[Arrival]:
    """The files that wait, the oldest first."""
    found = [
        Arrival(path, path.parent.name)
        for path in inbox.glob(f"{what}/*/*")
        if path.is_file() and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda a: (a.path.stat().st_mtime, a.path))


def file_away(inbox: Path, arrival: Arrival, *, failed: str = "") -> Path:
    """Move a file that is in to `done/`; one that could not be read to `failed/`, with a `.why`.

    A second file of its name gets a number.
    """
    folder = inbox / FILED[bool(failed)] / arrival.path.relative_to(inbox).parent
    private_folder(inbox / folder.relative_to(inbox).parts[0])
    private_folder(folder)
    goal, number = folder / arrival.path.name, 1
    while goal.exists():
        number += 1
        goal = folder / f"{arrival.path.stem}.{number}{arrival.path.suffix}"
    if failed:
        why = goal.with_name(f"{goal.name}{WHY}")
        why.write_text(failed + "\n", "utf-8")
        close(why)
    close(arrival.path)
    return arrival.path.rename(goal)


def sweep_feeds(inbox: Path, *, keep: timedelta, now: datetime) -> int:
    """Remove carriers' files that were filed away longer ago than `keep`; returns how many.

    Their rows are numbers in the clear. Why one failed stays beside where it was.
    """
    removed = 0
    for path in (p for part in FILED for p in inbox.glob(f"{part}/feeds/*/*")):
        if not path.is_file() or path.suffix == WHY:
            continue
        # Moving a file into place changes this time of it, whatever its owner had set.
        if now - datetime.fromtimestamp(path.stat().st_ctime, UTC) > keep:
            path.unlink()
            removed += 1
    return removed
