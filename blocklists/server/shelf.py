"""The releases on disk, as the download service sees them: `latest` is resolved once per request.

A release directory is immutable and `latest` is switched atomically by its writer, so a request
that has resolved a serial can never meet a mixture of two releases. Only names that the signed
index lists can be opened, which leaves path traversal nothing to work with.
"""

import hashlib
import json
import os
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import FanzhaError

INDEX = "index.json"
SIGNATURE = "index.json.minisig"
SUFFIXES = {"zstd": ".zst", "gzip": ".gz"}
"""Content coding → suffix of the file that holds it, the best first."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?", re.ASCII)
_SERIAL = re.compile(r"[0-9]{1,12}", re.ASCII)


class ShelfError(FanzhaError):
    """A release that is absent, gone, or not what its index says; the service answers 404 or 500."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of a release, as its index describes it."""

    name: str
    list: str
    sha256: str
    size: int
    entries: int
    packed: dict[str, int]
    """Ending of each compressed copy whose size the index says → that size in bytes."""
    profile: str | None = None
    """The profile of carriers for whom it was made; None for everybody's."""
    delta: "ListedFile | None" = None
    """What makes it from the same file of the release before."""


@dataclass(frozen=True, slots=True)
class ShelvedRelease:
    """One release directory with its index read; every value is fixed for ever."""

    serial: int
    folder: Path
    at: datetime
    expires: datetime
    index: bytes
    sha256: str
    """Sha256 of the index as bytes: what a receipt names and the next release chains to."""
    previous: tuple[int, str] | None
    files: dict[str, ListedFile]


def read_release(folder: Path) -> ShelvedRelease:
    """Read the index of a release directory. Raises `ShelfError` where it is absent or malformed."""
    try:
        raw = (folder / INDEX).read_bytes()
    except OSError as error:
        raise ShelfError(
            f"release {folder.name} is not here ({error.strerror}); ask for another"
        ) from error
    try:
        index = json.loads(raw)
        files = {}
        for item in index["files"]:
            listed = _listed(item)
            files[listed.name] = listed
        serial = int(index["serial"])
        if str(serial) != folder.name:
            raise ValueError(f"serial {serial} in a folder named {folder.name}")
        return ShelvedRelease(
            serial=serial,
            folder=folder,
            at=_time(index["at"]),
            expires=_time(index["expires"]),
            index=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            previous=_previous(index.get("previous")),
            files=files,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ShelfError(
            f"the index of release {folder.name} cannot be used: {error!r}; publish a new release"
        ) from error


class Shelf:
    """The folder of releases. Holds the indexes read last; opens nothing when it is made."""

    def __init__(self, folder: Path, *, remember: int = 64) -> None:
        self.folder = folder
        self._latest = str(folder / "latest")
        self._known: OrderedDict[int, ShelvedRelease] = OrderedDict()
        self._remember = remember
        self._serials: tuple[int, list[int]] = (-1, [])
        """Those on the shelf when the first was the newest."""

    def latest_serial(self) -> int:
        """The serial that `latest` points to now. Raises `ShelfError` before the first release."""
        try:
            name = os.readlink(self._latest).rpartition("/")[2]  # noqa: PTH115 - the hot path
        except OSError as error:
            raise ShelfError("no release has been published yet; try again later") from error
        if not _SERIAL.fullmatch(name):
            raise ShelfError(f"`latest` should point to a serial, and points to {name!r}")
        return int(name)

    def latest(self) -> ShelvedRelease:
        """The release that carriers should have now."""
        return self.release(self.latest_serial())

    def release(self, serial: int) -> ShelvedRelease:
        """The release of this serial. Raises `ShelfError` where it was never made or is gone."""
        known = self._known.get(serial)
        if known is None:
            known = read_release(self.folder / str(serial))
            self._known[serial] = known
            if len(self._known) > self._remember:
                self._known.popitem(last=False)
        return known

    def serials(self) -> list[int]:
        """Every serial on the shelf up to `latest`, ascending; one being built is not among them."""
        last = self.latest_serial()
        if self._serials[0] != last:
            # Every release ever made has a folder: after a year, that is some hundred thousand.
            names = (entry.name for entry in os.scandir(self.folder) if entry.is_dir())
            there = sorted(int(n) for n in names if _SERIAL.fullmatch(n) and int(n) <= last)
            self._serials = last, there
        return self._serials[1]


def open_listed(release: ShelvedRelease, name: str) -> tuple[int, os.stat_result]:
    """Open a file of a release for reading, following no link; gives the descriptor and its facts.

    Raises `FileNotFoundError` where it is not there.
    """
    handle = os.open(release.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    return handle, os.fstat(handle)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text!r} without a zone")
    return at.astimezone(UTC)


def _listed(item: dict[str, Any], *, of: str | None = None) -> ListedFile:
    if not _NAME.fullmatch(item["name"]):
        raise ValueError(f"the file name {item['name']!r}")
    delta = item.get("delta")
    return ListedFile(
        name=item["name"],
        list=item.get("list", item["name"]),
        sha256=item["sha256"],
        size=int(item["size"]),
        entries=int(item["entries"] if of is None else 0),
        packed={ending: int(copy["size"]) for ending, copy in item.get("packed", {}).items()},
        profile=item.get("profile"),
        delta=None if delta is None else _listed(delta, of=item["name"]),
    )


def _previous(value: Any) -> tuple[int, str] | None:
    return None if value is None else (int(value["serial"]), str(value["sha256"]))
