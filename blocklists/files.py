"""The files of a release on disk: written once, hashed and compressed as they are written.

A file whose bytes are those of the release before is a hard link to it: a release holds every file,
and costs the disk only what has changed. Nothing that a carrier can see changes until `switch`.
"""

import errno
import fcntl
import hashlib
import mmap
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import zstandard

from pipeline.errors import FanzhaError
from pipeline.nouns import Json

COMPRESSED = (".gz", ".zst")
_GZIP_LEVEL = 1
_ZSTD_LEVEL = 1
"""Both chosen for CPU: a million entries in every format are some 1.3 GB of text. On lists, zstd 1 is
smaller than zstd 3, and gzip 1 a tenth larger than gzip 4 at two thirds of its time."""
_SYNCING = 8
"""Files that wait for the disk at once: one after the other, each would wait for all before it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that lies in the draft of a release."""

    name: str
    size: int
    sha256: str
    lines: int
    packed: tuple[tuple[str, str, int], ...]
    """Ending, sha256 and size of each compressed copy."""

    def item(self) -> Json:
        """What an index says of a file, whatever is in it."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "packed": {
                ending: {"sha256": sha256, "size": size} for ending, sha256, size in self.packed
            },
        }


def write(folder: Path, name: str, pieces: Iterable[bytes]) -> Written:
    """Write one file with its compressed copies; the same pieces give the same bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    hasher, size, lines = hashlib.sha256(), 0, 0
    # Neither holds a time or a name, so that the bytes depend on the content alone.
    gzip = zlib.compressobj(_GZIP_LEVEL, wbits=31)
    zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()
    with ExitStack() as open_files:
        plain = open_files.enter_context(path.open("wb"))
        packed, dense = (
            open_files.enter_context(_Hashed(Path(f"{path}{ending}"))) for ending in COMPRESSED
        )
        for piece in pieces:
            size += len(piece)
            lines += piece.count(b"\n")
            hasher.update(piece)
            plain.write(piece)
            packed.write(gzip.compress(piece))
            dense.write(zstd.compress(piece))
        packed.write(gzip.flush())
        dense.write(zstd.flush())
    copies = tuple(
        (ending, copy.sha256, copy.size)
        for ending, copy in zip(COMPRESSED, (packed, dense), strict=True)
    )
    return Written(name, size, hasher.hexdigest(), lines, copies)


class _Hashed:
    """A file that is hashed as it is written. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hasher = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> "_Hashed":
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        self._hasher.update(piece)
        self.size += len(piece)
        self._file.write(piece)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._hasher.hexdigest()


def link(folder: Path, name: str, before: Path) -> None:
    """Take a file and its compressed copies over from the release before."""
    for ending in ("", *COMPRESSED):
        source, target = Path(f"{before / name}{ending}"), Path(f"{folder / name}{ending}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
                raise
            shutil.copy2(source, target)


@contextmanager
def content(path: Path) -> Iterator[bytes | mmap.mmap]:
    """What is in a file, mapped and not read."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def write_small(path: Path, content: bytes) -> None:
    """Write a small file that has no compressed copies."""
    path.write_bytes(content)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until no other process publishes into a folder, and keep others waiting meanwhile.

    The kernel ends the turn of a process that dies. Raises `FanzhaError` where the folder cannot be
    written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".publishing").open("ab")
    except OSError as error:
        raise FanzhaError(
            f"releases: {folder} cannot be written to ({error.strerror}); make room or mend the "
            "rights, and run it again: nothing was published"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def draft(folder: Path, serial: int) -> Iterator[Path]:
    """An empty folder to build a release in, taken away again when the build fails.

    Raises `FanzhaError` where the disk is full or cannot be written; nothing is published then.
    """
    path = folder / f".{serial}.draft"
    try:
        # One that a killed run has left behind is of no use: its files may be half-written.
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        yield path
    except OSError as error:
        raise FanzhaError(
            f"release {serial}: cannot be written to {folder} ({error.strerror or error}); make room "
            "or mend the rights, and run it again: nothing was published"
        ) from error
    finally:
        shutil.rmtree(path, ignore_errors=True)


def settle(path: Path, target: Path) -> None:
    """Give a finished draft its name, once every byte of it is on the disk."""
    inside = [*path.rglob("*"), path]
    # What has more than one name was brought to the disk by the release that wrote it.
    fresh = [p for p in inside if p.is_file() and p.stat().st_nlink == 1]
    with ThreadPoolExecutor(_SYNCING) as threads:
        for _ in threads.map(_sync, fresh):
            pass
    for folder in inside:
        if folder.is_dir():
            _sync(folder)
    path.rename(target)
    _sync(target.parent)


def switch(folder: Path, serial: int) -> None:
    """Point `latest` to a release, at once and for everybody."""
    fresh = folder / ".latest"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(str(serial))
    fresh.replace(folder / "latest")
    _sync(folder)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
