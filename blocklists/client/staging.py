"""The files of the next release, made by a delta or fetched whole, each verified before it counts."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from . import delta, trust
from .copies import LocalCopy, write_durably
from .refusals import Code, PullError
from .source import PIECE, MissingError, Source, pieces
from .trust import Index, Listed

INDEX, SIGNATURE = "index.json", "index.json.minisig"


@dataclass(frozen=True, slots=True)
class Step:
    """From the release that is enforced, if there is one, to a newer one."""

    source: Source
    copy: LocalCopy
    former: Index | None
    index: Index

    def former_file(self, name: str) -> tuple[Listed, Path] | None:
        """A file of the former release and where it lies."""
        if self.former is None or name not in self.former.files:
            return None
        return self.former.files[name], self.copy.path_of(self.former.serial, name)


def stage(step: Step, signature: bytes, chosen: Iterable[Listed]) -> tuple[int, int]:
    """Put the chosen files into place, unseen yet; gives how many came by delta and how many whole.

    A file that did not change is linked. Raises `PullError`; then nothing is left behind.
    """
    made = fetched = 0
    with step.copy.staging(step.index.serial) as draft:
        for listed in chosen:
            target = draft / listed.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if _linked(step, listed, target):
                continue
            if _by_delta(step, listed, target):
                made += 1
            else:
                _fetch(step, listed, target)
                fetched += 1
        write_durably(draft / SIGNATURE, signature)
        write_durably(draft / INDEX, step.index.raw)
    return made, fetched


def _linked(step: Step, listed: Listed, target: Path) -> bool:
    former = step.former_file(listed.name)
    if former is None or former[0].sha256 != listed.sha256:
        return False
    try:
        with former[1].open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != listed.sha256:
                return False
        target.hardlink_to(former[1])
    except FileNotFoundError:
        return False
    return True


def _by_delta(step: Step, listed: Listed, target: Path) -> bool:
    """Make the new file from the former one; False where it must be fetched whole."""
    former = step.former_file(listed.name)
    if former is None or step.former is None:
        return False
    path = f"/v1/releases/{step.index.serial}/{listed.name}/delta?from={step.former.serial}"
    limit = listed.size + former[0].size + trust.MAX_INDEX
    try:
        with step.source.open(path) as body, former[1].open("rb") as old:
            lines = _lines(body, limit=limit, seconds=step.source.deadline)
            delta.read_header(next(lines, b""))
            _write(target, delta.apply(old, lines), listed)
    except (MissingError, delta.DeltaError, FileNotFoundError):
        return False
    except PullError as error:
        if error.code is Code.NOT_ADMITTED:
            raise
        return False
    return True


def _lines(body: BinaryIO, *, limit: int, seconds: float) -> Iterator[bytes]:
    rest = b""
    for piece in pieces(body, limit=limit, seconds=seconds):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        raise delta.DeltaError("the delta ends in the middle of a line")


def _fetch(step: Step, listed: Listed, target: Path) -> None:
    try:
        with step.source.open(f"/v1/releases/{step.index.serial}/{listed.name}") as body:
            _write(target, pieces(body, limit=listed.size, seconds=step.source.deadline), listed)
    except MissingError as error:
        raise PullError(
            Code.UNREACHABLE,
            f"release {step.index.serial} names {listed.name}, and the source has none: {error}",
        ) from error


def _write(target: Path, content: Iterator[bytes], listed: Listed) -> None:
    """Write a file and verify it. Raises `PullError` where it is not what the index says."""
    seen, size = hashlib.sha256(), 0
    with target.open("wb", buffering=PIECE) as file:
        for piece in content:
            seen.update(piece)
            size += len(piece)
            file.write(piece)
    if size != listed.size:
        raise PullError(
            Code.REFUSED,
            f"{listed.name} should have {listed.size} bytes, and {size} came: truncated",
        )
    if seen.hexdigest() != listed.sha256:
        raise PullError(Code.REFUSED, f"{listed.name} is not what the signed index says (sha256)")
