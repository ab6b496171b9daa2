"""The folder in which others leave files for scheduled runs, and where files go once they are in.

`reports/SOURCE/FILE` and `feeds/CARRIER/FILE`. Whoever leaves a file writes it under a name that
begins with a dot and renames it when it is whole.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

What = Literal["reports", "feeds"]


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
    folder = inbox / ("failed" if failed else "done") / arrival.path.relative_to(inbox).parent
    folder.mkdir(parents=True, exist_ok=True)
    goal, number = folder / arrival.path.name, 1
    while goal.exists():
        number += 1
        goal = folder / f"{arrival.path.stem}.{number}{arrival.path.suffix}"
    if failed:
        goal.with_name(f"{goal.name}.why").write_text(failed + "\n", "utf-8")
    return arrival.path.rename(goal)
