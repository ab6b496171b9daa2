"""Verify what is on disk: every index signed, chained to the one before, and true to its files."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blocklists.retention import serials
from blocklists.shelf import INDEX, SIGNATURE, read_index
from blocklists.sign import verify
from pipeline.errors import FanzhaError


@dataclass(frozen=True, slots=True)
class Checked:
    """One release, verified."""

    serial: int
    sha256: str
    files: int
    """How many of its files are on disk, each with the size and hash that the index says."""
    thinned: int
    """How many retention has taken away."""


def walk(directory: Path, *, public: str, since: int = 0) -> Iterator[Checked]:
    """Verify the releases from the oldest that is on disk, or from a serial, to the newest.

    Raises `FanzhaError` at the first that is wrong, saying what it should be.
    """
    there = [serial for serial in serials(directory) if serial >= since]
    if not there:
        raise FanzhaError(
            f"release: {directory} holds none to verify; run `fanzha release build` first, or name "
            "the folder by --directory"
        )
    before: tuple[int, str] | None = None
    for serial in there:
        checked = _check(directory / str(serial), serial, public, before)
        before = serial, checked.sha256
        yield checked


def _check(folder: Path, serial: int, public: str, before: tuple[int, str] | None) -> Checked:
    index = read_index(folder)
    raw = (folder / INDEX).read_bytes() if index else b""
    if index is None or not (folder / SIGNATURE).is_file():
        raise _wrong(serial, "its index or its signature is missing")
    comment = verify(public, raw, (folder / SIGNATURE).read_bytes())
    if index["serial"] != serial or f"serial:{serial} " not in comment:
        raise _wrong(serial, f"its index is that of serial {index['serial']} ({comment})")
    if before is not None:
        said = index["previous"]
        if said is None or (said["serial"], said["sha256"]) != before:
            raise _wrong(
                serial,
                f"it follows {said}, expected serial {before[0]} with sha256 {before[1]}: the chain "
                "is broken",
            )
    files = thinned = 0
    for item in [*index["files"], *(i["delta"] for i in index["files"] if "delta" in i)]:
        path = folder / item["name"]
        if not path.is_file():
            thinned += 1
            continue
        found = _sha256(path)
        if found != item["sha256"]:
            raise _wrong(
                serial,
                f"{item['name']} has sha256 {found}, expected {item['sha256']}: it was changed",
            )
        files += 1
    return Checked(serial, hashlib.sha256(raw).hexdigest(), files, thinned)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(serial: int, why: str) -> FanzhaError:
    return FanzhaError(
        f"release {serial}: {why}; take it off the shelf and restore it from a copy that verifies"
    )
