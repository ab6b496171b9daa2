"""Old releases: the last ones whole, those before with index, signature and deltas, the rest gone.

Deltas from any serial that is still here lead to the latest release.
"""

import shutil
from pathlib import Path

from blocklists.shelf import INDEX, SIGNATURE

_KEPT = (INDEX, SIGNATURE, "minisign.pub")


def serials(directory: Path) -> list[int]:
    """The serials that are on disk, ascending."""
    if not directory.is_dir():
        return []
    return sorted(int(path.name) for path in directory.iterdir() if path.name.isdigit())


def prune(directory: Path, *, keep: int, keep_full: int) -> None:
    """Remove what is older than the last `keep` releases, and the full files of all but `keep_full`."""
    there = serials(directory)
    for serial in there[:-keep]:
        shutil.rmtree(directory / str(serial))
    for serial in there[-keep:-keep_full]:
        folder = directory / str(serial)
        if (folder / "entries.jsonl").exists():
            for path in folder.rglob("*"):
                if path.is_file() and path.name not in _KEPT and ".delta" not in path.name:
                    path.unlink()
