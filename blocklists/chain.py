"""Verify what is on disk: every index signed, chained to the first, and true to its files."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from blocklists.retention import Keeping, is_delta, serials
from blocklists.shelf import INDEX, SIGNATURE, read_index
from pipeline.errors import FanzhaError
from pipeline.nouns import Json
from pipeline.settings import Settings
from pipeline.signatures import Signer, verify


@dataclass(frozen=True, slots=True)
class Checked:
    """One release, verified."""

    serial: int
    sha256: str
    files: int
    """How many of its files are on disk, each with the size and hash that the index says."""
    thinned: int
    """How many retention has taken away."""


def trusted_keys(settings: Settings) -> list[str]:
    """The public key that releases are signed with, and those that they were signed with before."""
    return [Signer.from_file(settings.release_key).public, *settings.release.former_keys]


def walk(
    directory: Path,
    *,
    public: Sequence[str],
    keep: int,
    keep_full: int,
    since: int | None = None,
) -> Iterator[Checked]:
    """Verify the releases from the first that was ever made, or from a serial, to the newest.

    `public` are the keys that are trusted: the publisher's, and those it had before. `keep` and
    `keep_full` are those of the settings: what is missing must be what retention takes away by
    them. Raises `FanzhaError` at the first release that is wrong, saying what it should be.
    """
    there = [serial for serial in serials(directory) if serial >= (since or 0)]
    if not there:
        raise FanzhaError(
            f"release: {directory} holds none to verify; run `fanzha release build` first, or name "
            "the folder by --directory"
        )
    keeping = Keeping(serials(directory), keep, keep_full)
    linked, thinned = set(keeping.linked), set(keeping.thinned)
    before: tuple[int, str] | None = None
    for serial in there:
        index, sha256 = _index(directory / str(serial), serial, public)
        said = index["previous"]
        follows = None if said is None else (said["serial"], said["sha256"])
        if follows != before and not (before is None and since is not None):
            expected = "no release" if before is None else f"serial {before[0]}, sha256 {before[1]}"
            raise _wrong(
                serial,
                f"it follows {said}, expected {expected}: the chain is broken, or begins elsewhere "
                "(--since walks from a serial)",
            )
        before = serial, sha256
        yield _files(
            directory / str(serial), index, sha256,
            may_miss_full=serial in thinned or serial in linked, may_miss_deltas=serial in linked,
        )  # fmt: skip


def _index(folder: Path, serial: int, public: Sequence[str]) -> tuple[Json, str]:
    index = read_index(folder)
    if index is None or not (folder / SIGNATURE).is_file():
        raise _wrong(serial, "its index or its signature is missing")
    raw = (folder / INDEX).read_bytes()
    comment = _verified(public, raw, (folder / SIGNATURE).read_bytes())
    if index["serial"] != serial or f"serial:{serial} " not in comment:
        raise _wrong(serial, f"its index is that of serial {index['serial']} ({comment})")
    return index, hashlib.sha256(raw).hexdigest()


def _verified(public: Sequence[str], content: bytes, signature: bytes) -> str:
    """The comment of a signature by any of the keys; the last one's refusal where none is right."""
    for key in public[:-1]:
        with suppress(FanzhaError):
            return verify(key, content, signature)
    return verify(public[-1], content, signature)


def _files(
    folder: Path, index: Json, sha256: str, *, may_miss_full: bool, may_miss_deltas: bool
) -> Checked:
    serial = index["serial"]
    files = thinned = 0
    for name, said in _promised(index):
        path = folder / name
        if not path.is_file():
            if not (may_miss_deltas if is_delta(name) else may_miss_full):
                raise _wrong(
                    serial, f"{name} is missing, and retention keeps it (release.keep, keep_full)"
                )
            thinned += 1
            continue
        found = _sha256(path)
        if found != said:
            raise _wrong(serial, f"{name} has sha256 {found}, expected {said}: it was changed")
        files += 1
    return Checked(serial, sha256, files, thinned)


def _promised(index: Json) -> Iterator[tuple[str, str]]:
    """Every file that an index names, with its sha256: full ones, deltas, compressed copies."""
    for item in index["files"]:
        for file in (item, item["delta"]) if "delta" in item else (item,):
            yield file["name"], file["sha256"]
            for ending, copy in file.get("packed", {}).items():
                yield file["name"] + ending, copy["sha256"]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(serial: int, why: str) -> FanzhaError:
    return FanzhaError(
        f"release {serial}: {why}; take it off the shelf and restore it from a copy that verifies"
    )
