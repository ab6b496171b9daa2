"""How files are put into fsspec's stores and taken out: whole or not at all, and many at once."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fsspec.implementations.local import LocalFileSystem


def write_whole(files: Any, path: str, content: bytes) -> None:
    """Write bytes so that they are there whole or not at all, also when the power fails."""
    put_whole(files, path, lambda draft: files.pipe_file(draft, content))


def put_whole(files: Any, path: str, put: Callable[[str], None]) -> None:
    """Have `put` write a file to the path it is given, and let it appear at `path` when it is whole."""
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    if not isinstance(files, LocalFileSystem):
        put(path)  # an object appears when all of it has arrived
        return
    draft = f"{path}.part"
    put(draft)
    with open(draft, "rb") as written:  # noqa: PTH123  fsspec's paths are texts
        os.fsync(written.fileno())
    files.mv(draft, path)


def write_many(files: Any, contents: Mapping[str, bytes]) -> None:
    """Write many small files; one that a kill cuts short is written again by whoever does it again."""
    if not isinstance(files, LocalFileSystem):
        # At once, because an object store takes as long for one of these as for all of them.
        files.pipe(dict(contents))
        return
    for path, content in contents.items():
        try:
            _write_small(path, content)
        except FileNotFoundError:
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            _write_small(path, content)


def _write_small(path: str, content: bytes) -> None:
    # Without fsspec's file objects, which take ten times as long as such a small file does.
    with open(path, "wb", buffering=0) as file:  # noqa: PTH123  two for every page crawled
        file.write(content)


def remove_many(files: Any, paths: Sequence[str]) -> None:
    """Remove files; what is gone already is no error."""
    if not isinstance(files, LocalFileSystem) and paths:
        with contextlib.suppress(FileNotFoundError):
            files.rm(list(paths))  # an object store takes a thousand at a time
            return
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            files.rm_file(path)


def last_written(files: Any, path: str) -> datetime | None:
    """When a file was last written; None where there is none."""
    try:
        at: datetime = files.modified(path)
    except FileNotFoundError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
