"""What a carrier left, a file or a folder → each file with its kind and mapping, and all of it taken in.

A file's kind is how its name begins, or what a mapping says of it. The mappings of a carrier lie in
`mappings/CARRIER/KIND.toml` under home, so that files which come by themselves are read as well.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.complainers import unite
from pipeline.feeds.contracts import CONTRACTS
from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping, load_mapping
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.take import take_in

SUFFIXES = {".csv", ".gz", ".zst", ".bz2", ".parquet", ".txt"}
"""What a feed file in a folder ends with; other files there are not looked at."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The files that came together, in the order in which they were taken in."""

    files: Sequence[tuple[str, Delivery]] = field(default_factory=tuple)
    """(name of the file, what became of it)."""

    def of(self, kind: str) -> list[Delivery]:
        return [delivery for _, delivery in self.files if delivery.kind == kind]

    @property
    def rows(self) -> int:
        return sum(delivery.rows for _, delivery in self.files)

    @property
    def rejected(self) -> int:
        return sum(delivery.rejected for _, delivery in self.files)

    @property
    def reasons(self) -> dict[str, int]:
        """Why rows were set aside, over all files, the most frequent first."""
        total: Counter[str] = Counter()
        for _, delivery in self.files:
            total.update(delivery.reasons)
        return dict(total.most_common())

    @property
    def unread(self) -> dict[str, int]:
        """Optional column → rows kept in which it could not be read, over all files."""
        total: Counter[str] = Counter()
        for _, delivery in self.files:
            total.update(delivery.unread)
        return dict(total.most_common())


def take_all(
    path: Path,
    *,
    shelf: Shelf,
    keys: Keyring,
    mappings: Path | None,
    guards: Guards,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Arrived:
    """Take a file, or every feed file of a folder, in; call records last.

    Raises `FanzhaError` where a file is no feed or a guard stops it; of that file nothing is kept,
    and the files before it stay: they are known when they come again.
    """
    taken = []
    for file, mapping in files_of(path, mappings):
        delivery = take_in(
            file, shelf=shelf, keys=keys, mapping=mapping, guards=guards, now=now, progress=progress
        )
        taken.append((file.name, delivery))
    unite(shelf)
    return Arrived(tuple(taken))


def files_of(path: Path, mappings: Path | None) -> list[tuple[Path, Mapping]]:
    """The feed files at `path` with how each is read, the slow feeds before the call records.

    `mappings` is a mapping file, a folder of `KIND.toml`, or None where the columns are the
    contract's. A single file whose name says nothing is call records, or what the mapping file says.
    Raises `FanzhaError` where a folder has no feed file or a mapping is none.
    """
    alone = load_mapping(mappings) if mappings is not None and not mappings.is_dir() else None
    known = _known(mappings, alone)
    if not path.is_dir():
        return [(path, alone or known[_kind(path.name, known) or "calls"])]
    found = [
        (file, known[kind])
        for file in sorted(path.iterdir())
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
        if (kind := _kind(file.name, known)) is not None
    ]
    if not found:
        raise FanzhaError(
            f"{path}: expected feed files whose names begin with {', '.join(CONTRACTS)}, or with what "
            "a mapping's `files` says (docs/feeds.md), and there is none"
        )
    return sorted(found, key=lambda item: item[1].kind == "calls")


def _known(mappings: Path | None, alone: Mapping | None) -> dict[str, Mapping]:
    """How each kind is read."""
    known = {kind: Mapping(kind) for kind in CONTRACTS}
    if alone is not None:
        known[alone.kind] = alone
    elif mappings is not None:
        for file in sorted(mappings.glob("*.toml")):
            mapping = load_mapping(file)
            if mapping.kind != file.stem:
                raise FanzhaError(
                    f"{file}: a mapping in a folder is named after its kind; it says "
                    f"{mapping.kind!r}, so call it {mapping.kind}.toml"
                )
            known[mapping.kind] = mapping
    return known


def _kind(name: str, known: dict[str, Mapping]) -> str | None:
    """The kind of a file by what a mapping says of names, or by how its own begins."""
    for kind, mapping in known.items():
        if any(fnmatch(name.lower(), pattern.lower()) for pattern in mapping.files):
            return kind
    return next((kind for kind in known if name.lower().startswith(kind)), None)
