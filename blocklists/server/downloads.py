"""The hot path of the service: one GET under `/v1/` from request to answer, without frameworks.

/v1/releases                      serials on the shelf and the latest
/v1/latest/NAME                   a file of the newest release
/v1/releases/SERIAL/NAME          the same of a given release, cacheable for ever
…/NAME.gz, …/NAME.zst             the packed copies as files of their own
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from blocklists.server import conditions
from blocklists.server.bodies import Answer, FileBody, Headers
from blocklists.server.consumers import Consumer
from blocklists.server.problems import problem
from blocklists.server.shelf import (
    INDEX,
    SIGNATURE,
    SUFFIXES,
    ListedFile,
    Shelf,
    ShelfError,
    ShelvedRelease,
    open_listed,
)

_TYPES = {
    "json": b"application/json",
    "jsonl": b"application/x-ndjson",
    "csv": b"text/csv; charset=utf-8",
    "gz": b"application/gzip",
    "zst": b"application/zstd",
    "sql": b"application/sql",
}
_TEXT = b"text/plain; charset=utf-8"
_PATH = re.compile(r"/v1/(?:latest|releases/([0-9]{1,12}))/(.+)", re.ASCII | re.DOTALL)
_NOT_THIS_COPY = (410, 500)
"""A packed copy that is gone or damaged: the plain file may be there."""
_FOR_EVER = (b"cache-control", b"private, max-age=31536000, immutable")
_ASK_AGAIN = (b"cache-control", b"private, no-cache")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the path names: a release, a file's name in it, and whether it was asked for by serial."""

    release: ShelvedRelease
    name: str
    by_serial: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A file to send: who may have it, what it is called in the audit log, and its validators."""

    answer: Answer
    name: str
    serial: int
    coding: str = "identity"
    note: dict[str, object] = field(default_factory=dict)


def locate(shelf: Shelf, path: str) -> Asked | None:
    """Read a path and resolve its release, once; None where the path is no download.

    Raises `ShelfError` where the release is not there.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    serial = match[1]
    release = shelf.latest() if serial is None else shelf.release(int(serial))
    return Asked(release, match[2], by_serial=serial is not None)


def serve(asked: Asked, consumer: Consumer, headers: Mapping[bytes, bytes]) -> Found:
    """The answer to a request for a file: 200, 206, 304, or a refusal as problem details."""
    release, name = asked.release, asked.name
    if name in (INDEX, SIGNATURE):
        return _signed_part(asked, headers)
    base, coding = _unpacked(release, name)
    listed = release.files.get(base)
    if listed is None or not consumer.may_have(base, listed.profile):
        # One answer for both: a name that is not yours is not confirmed to exist.
        return not_for_you(asked)
    if coding is not None:
        return _send(asked, listed, coding, headers, as_file=True)
    return send_listed(asked, listed, headers)


def send_listed(asked: Asked, listed: ListedFile, headers: Mapping[bytes, bytes]) -> Found:
    """A file of a release in the coding that the client likes best."""
    *packed, plain = conditions.preferred_codings(headers.get(b"accept-encoding", b""))
    for coding in packed:
        found = _send(asked, listed, coding, headers, as_file=False)
        if found.answer.status not in _NOT_THIS_COPY:
            return found
    return _send(asked, listed, plain, headers, as_file=False)


def not_for_you(asked: Asked) -> Found:
    """The refusal of a file that is not there, or not meant for who asks."""
    have = "index.json lists those it has"
    return _refused(
        asked,
        404,
        f"release {asked.release.serial} has no file {asked.name[:100]!r} for you; {have}",
    )


def list_releases(shelf: Shelf) -> Answer:
    """The serials on the shelf, ascending, as JSON."""
    try:
        text = {"latest": shelf.latest_serial(), "serials": shelf.serials()}
    except ShelfError as error:
        return problem(404, str(error))
    body = json.dumps(text).encode() + b"\n"
    return Answer(200, [(b"content-type", b"application/json"), _ASK_AGAIN], body)


def _unpacked(release: ShelvedRelease, name: str) -> tuple[str, str | None]:
    if name not in release.files:
        for coding, suffix in SUFFIXES.items():
            base = name.removesuffix(suffix)
            if base != name and base in release.files:
                return base, coding
    return name, None


def _signed_part(asked: Asked, headers: Mapping[bytes, bytes]) -> Found:
    release = asked.release
    body = release.index
    if asked.name == SIGNATURE:
        try:
            body = (release.folder / SIGNATURE).read_bytes()
        except OSError:
            return _refused(asked, 404, f"release {release.serial} carries no signature")
    etag = b'"%s-%s"' % (asked.name.encode(), release.sha256.encode())
    fields = _validators(asked, etag)
    if _unchanged(headers, etag, release.at):
        return Found(Answer(304, fields), asked.name, release.serial)
    fields += [*_facts(release), (b"content-type", _type(asked.name))]
    return Found(Answer(200, fields, body), asked.name, release.serial)


def _send(
    asked: Asked, listed: ListedFile, coding: str, headers: Mapping[bytes, bytes], *, as_file: bool
) -> Found:
    release, name = asked.release, listed.name
    plain = coding == "identity"
    etag = b'"%s"' % (listed.sha256 if plain else f"{listed.sha256}-{coding}").encode()
    fields = _validators(asked, etag)
    if not as_file:
        fields.append((b"vary", b"accept-encoding"))
    if _unchanged(headers, etag, release.at):
        return Found(Answer(304, fields), name, release.serial, coding)
    fields += [*_facts(release), (b"content-type", _type(asked.name if as_file else name))]
    if not (plain or as_file):
        fields.append((b"content-encoding", coding.encode()))
    on_disk = name if plain else name + SUFFIXES[coding]
    try:
        handle, facts = open_listed(release, on_disk)
    except FileNotFoundError:
        detail = f"release {release.serial} keeps no {on_disk} any more; take latest, or a delta"
        return _refused(asked, 410, detail)
    except OSError:
        return _damaged(asked, name)
    size = listed.size if plain else listed.packed.get(SUFFIXES[coding], facts.st_size)
    if facts.st_size != size:
        FileBody(handle, 0, 0).close()
        return _damaged(asked, name)
    answer = Answer(200, fields, FileBody(handle, 0, facts.st_size))
    return _whole_or_part(Found(answer, name, release.serial, coding), etag, headers)


def _whole_or_part(whole: Found, etag: bytes, headers: Mapping[bytes, bytes]) -> Found:
    asked_range = headers.get(b"range")
    only_if = headers.get(b"if-range")
    body = whole.answer.body
    if asked_range is None or not (only_if is None or only_if == etag):
        return whole
    if not isinstance(body, FileBody):
        return whole
    try:
        part = conditions.byte_range(asked_range, body.stop)
    except conditions.UnsatisfiableRangeError:
        body.close()
        size = (b"content-range", b"bytes */%d" % body.stop)
        detail = f"expected a range inside {body.stop} bytes, and {asked_range[:50]!r} came"
        return replace(whole, answer=problem(416, detail, [size]))
    if part is None:
        return whole
    span = b"bytes %d-%d/%d" % (part.start, part.stop - 1, body.stop)
    piece = FileBody(body.handle, part.start, part.stop)
    answer = Answer(206, [*whole.answer.headers, (b"content-range", span)], piece)
    return replace(whole, answer=answer, note={"range": [part.start, part.stop]})


def _unchanged(headers: Mapping[bytes, bytes], etag: bytes, at: datetime) -> bool:
    tags = headers.get(b"if-none-match")
    if tags is not None:
        return conditions.matches(tags, etag)
    since = headers.get(b"if-modified-since")
    return since is not None and conditions.unchanged_since(since, at)


def _validators(asked: Asked, etag: bytes) -> Headers:
    """The headers that a 304 carries too (RFC 9110 §15.4.5), and no more than those."""
    serial = str(asked.release.serial)
    headers = [(b"etag", etag), (b"fanzha-serial", serial.encode())]
    if asked.by_serial:
        return [*headers, _FOR_EVER]
    where = f"/v1/releases/{serial}/{asked.name}".encode()
    return [*headers, _ASK_AGAIN, (b"content-location", where)]


def _facts(release: ShelvedRelease) -> Headers:
    return [
        (b"last-modified", _http_time(release.at)),
        (b"accept-ranges", b"bytes"),
        (b"x-content-type-options", b"nosniff"),
    ]


@lru_cache(maxsize=64)
def _http_time(at: datetime) -> bytes:
    return format_datetime(at, usegmt=True).encode()


def _type(name: str) -> bytes:
    return _TYPES.get(name.rpartition(".")[2], _TEXT)


def _damaged(asked: Asked, name: str) -> Found:
    serial = asked.release.serial
    return _refused(asked, 500, f"{name} of release {serial} is damaged on our side; take another")


def _refused(asked: Asked, status: int, detail: str) -> Found:
    return Found(problem(status, detail), asked.name[:200], asked.release.serial)
