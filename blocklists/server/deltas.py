"""Deltas between any two releases on the shelf: `GET /v1/…/NAME/delta?from=SERIAL`.

Each release holds, beside a file that changed, its delta from the release before. What lies further
apart is composed from those steps in a thread, once, and kept for the others who ask the same.
"""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import zstandard

from blocklists.server.bodies import Answer
from blocklists.server.conditions import preferred_codings
from blocklists.server.consumers import Consumer
from blocklists.server.downloads import Asked, Found, not_for_you, send_listed
from blocklists.server.problems import problem
from blocklists.server.shelf import ListedFile, Shelf, ShelfError, ShelvedRelease
from pipeline.errors import FanzhaError

if TYPE_CHECKING:
    from blocklists.delta import Delta

MAX_STEPS = 2016
"""Releases that one delta may span: a week at five minutes."""
MAX_KEPT = 64 * 1024 * 1024
"""Bytes of composed deltas that one worker keeps."""


class NoDeltaError(FanzhaError):
    """There is no delta between these two; the client takes the full file."""


@dataclass(frozen=True, slots=True)
class Step:
    """One release's delta of a file from the release before it."""

    release: ShelvedRelease
    file: ListedFile
    delta: ListedFile


def steps_between(shelf: Shelf, release: ShelvedRelease, name: str, start: int) -> list[Step]:
    """The deltas that lead from release `start` to `release`, oldest first; none where nothing changed.

    Raises `NoDeltaError` where the way is broken: a release is gone, or a file is new.
    """
    if not start < release.serial <= start + MAX_STEPS:
        raise NoDeltaError(
            f"expected from= below {release.serial} by at most {MAX_STEPS}, and {start} came; take the"
            " full file"
        )
    steps = []
    while release.serial > start:
        listed = release.files.get(name)
        if listed is None:
            raise NoDeltaError(f"release {release.serial} has no {name}; take the full file")
        try:
            before = shelf.release(release.previous[0] if release.previous else 0)
        except ShelfError as error:
            raise NoDeltaError(f"{error}; take the full file") from error
        old = before.files.get(name)
        if old is None or old.sha256 != listed.sha256:
            if listed.delta is None:
                raise NoDeltaError(
                    f"{name} was made anew in release {release.serial}; take the full file"
                )
            steps.append(Step(release, listed, listed.delta))
        release = before
    if release.serial != start:
        raise NoDeltaError(f"release {start} was never published; take the full file")
    return steps[::-1]


class Deltas:
    """Answers requests for deltas; composes one at a time, and keeps what was asked for last."""

    def __init__(self, folder: Path) -> None:
        # Of its own, since it is read in a thread; a long walk must not push out the newest indexes.
        self._shelf = Shelf(folder, remember=256)
        self._kept: OrderedDict[tuple[int, int, str, str], bytes] = OrderedDict()
        self._size = 0
        self._turn = asyncio.Lock()

    async def serve(
        self, asked: Asked, consumer: Consumer, query: bytes, headers: Mapping[bytes, bytes]
    ) -> Found:
        """The delta of a file from the release that the query names, or a refusal."""
        release, name = asked.release, asked.name
        listed = release.files.get(name)
        if listed is None or not consumer.may_have(name, listed.profile):
            return not_for_you(asked)
        start = _start(query)
        try:
            if start is None:
                raise NoDeltaError("expected delta?from=SERIAL, the release that you have")
            if listed.delta is not None and release.previous and release.previous[0] == start:
                return send_listed(asked, listed.delta, headers)
            coding = preferred_codings(headers.get(b"accept-encoding", b""))[0]
            body = await self._body(release, name, start, coding)
        except FanzhaError as error:
            return Found(problem(404, str(error)), f"{name}.delta", release.serial)
        fields = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"vary", b"accept-encoding"),
            (b"fanzha-serial", str(release.serial).encode()),
            (
                b"cache-control",
                b"private, max-age=3600" if asked.by_serial else b"private, no-cache",
            ),
        ]
        if coding != "identity":
            fields.append((b"content-encoding", coding.encode()))
        note: dict[str, object] = {"from": start}
        return Found(Answer(200, fields, body), f"{name}.delta", release.serial, coding, note)

    async def _body(self, release: ShelvedRelease, name: str, start: int, coding: str) -> bytes:
        key = (start, release.serial, name, coding)
        async with self._turn:
            body = self._kept.get(key)
            if body is not None:
                self._kept.move_to_end(key)
                return body
            body = await asyncio.to_thread(self._make, release, name, start, coding)
            self._kept[key] = body
            self._size += len(body)
            while self._size > MAX_KEPT:
                self._size -= len(self._kept.popitem(last=False)[1])
            return body

    def _make(self, release: ShelvedRelease, name: str, start: int, coding: str) -> bytes:
        steps = steps_between(self._shelf, release, name, start)
        body = composed(steps).encode()
        if len(body) > steps[-1].file.size // 2:
            raise NoDeltaError("the changes are half the file; take the full file")
        if coding == "zstd":
            return zstandard.compress(body)
        return gzip.compress(body, compresslevel=4, mtime=0) if coding == "gzip" else body


def _start(query: bytes) -> int | None:
    value = parse_qs(query.decode("latin-1")).get("from", [""])[0]
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None


def composed(steps: Sequence[Step]) -> "Delta":
    """One delta that does what these steps do. Raises `NoDeltaError` where there are none."""
    # Its columns are a heavy import, which a service that composes nothing does without.
    from blocklists.delta import compose as join
    from blocklists.delta import decode

    if not steps:
        raise NoDeltaError("nothing changed between the two; keep your file")
    try:
        return join(
            [decode((step.release.folder / step.delta.name).read_bytes()) for step in steps]
        )
    except OSError as error:
        raise NoDeltaError("a step is no longer on the shelf; take the full file") from error
