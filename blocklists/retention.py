"""Old releases: the last ones whole, those before without full files, the oldest as links of the chain.

Deltas from any serial that still has them lead to the latest release. Index and signature of every
release stay for ever, so that the hash chain can be walked from the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blocklists.shelf import INDEX, SIGNATURE

_LINK = frozenset({INDEX, SIGNATURE, "minisign.pub"})
"""What is kept of a release for ever: some 30 kB, with half a year of MISP events 100 kB."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What retention leaves of the releases on a shelf, by their serials, ascending."""

    serials: Sequence[int]
    keep: int
    """How many of the last keep their deltas."""
    keep_full: int
    """How many of the last keep everything."""

    @property
    def linked(self) -> Sequence[int]:
        """Those of which only index and signature are kept."""
        return self.serials[: -self.keep]

    @property
    def thinned(self) -> Sequence[int]:
        """Those that keep their deltas, and no full files."""
        return self.serials[-self.keep : -self.keep_full]


def serials(directory: Path) -> list[int]:
    """The serials that are on disk, ascending."""
    if not directory.is_dir():
        return []
    return sorted(int(path.name) for path in directory.iterdir() if path.name.isdigit())


def is_delta(name: str) -> bool:
    """Whether a file of a release is a delta, or a compressed copy of one."""
    return name.removesuffix(".gz").removesuffix(".zst").endswith(".delta")


def prune(directory: Path, *, keep: int, keep_full: int) -> None:
    """Take away the deltas behind the last `keep` releases, and full files behind `keep_full`."""
    keeping = Keeping(serials(directory), keep, keep_full)
    for serial in _to_do(directory, keeping.linked, deltas=True):
        _strip(directory / str(serial), deltas=True)
    for serial in _to_do(directory, keeping.thinned, deltas=False):
        _strip(directory / str(serial), deltas=False)


def _to_do(directory: Path, serials: Sequence[int], *, deltas: bool) -> list[int]:
    """Those from which something is to be taken, oldest first.

    Looked for from the newest on: behind one that is done, all are, since it goes by age.
    """
    found: list[int] = []
    for serial in reversed(serials):
        if not any(_goes(path, deltas=deltas) for path in (directory / str(serial)).rglob("*")):
            break
        found.append(serial)
    return found[::-1]


def _strip(folder: Path, *, deltas: bool) -> None:
    inside = sorted(folder.rglob("*"), reverse=True)
    for path in inside:
        if _goes(path, deltas=deltas):
            path.unlink()
    for path in inside:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _goes(path: Path, *, deltas: bool) -> bool:
    return path.is_file() and path.name not in _LINK and (deltas or not is_delta(path.name))
