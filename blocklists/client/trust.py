"""What is believed about a release: its signature, its place in the chain, its age and its size."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from .refusals import Code, PullError

MAX_INDEX = 4_000_000
"""Bytes of an index; one of a hundred files has some 20,000."""
CLOCK_SKEW = timedelta(hours=1)

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A minisign public key: the publisher's, handed over once, by a way of its own."""

    id: bytes
    key: VerifyKey


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a release, as its signed index describes it."""

    name: str
    sha256: str
    size: int
    entries: int
    format: str
    """Its format's name (`hot-zone`); empty where the index names none."""


@dataclass(frozen=True, slots=True)
class Index:
    """The signed index of a release."""

    serial: int
    sha256: str
    """Of the index itself, as bytes."""
    at: datetime
    expires: datetime
    previous: tuple[int, str] | None
    files: dict[str, Listed]
    raw: bytes


def read_public_key(text: str) -> PublicKey:
    """Read a minisign public key: its base64 line, or a `.pub` file with a comment before it."""
    line = next((x for x in reversed(text.splitlines()) if x.strip()), "").strip()
    try:
        raw = base64.b64decode(line, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 42 or raw[:2] != b"Ed":
        raise PullError(
            Code.USAGE,
            f"expected a minisign public key (56 characters that begin with RW), and {line[:60]!r} came",
        )
    return PublicKey(raw[2:10], VerifyKey(raw[10:]))


def verify_signature(keys: Sequence[PublicKey], signed: bytes, signature: bytes) -> str:
    """Verify a minisign signature by one of the keys; gives its trusted comment. Raises `PullError`.

    Both of minisign's algorithms are understood: `ED`, over the BLAKE2b-512 of the bytes, and the
    older `Ed`, over the bytes themselves (https://jedisct1.github.io/minisign/#signature-format).
    """
    try:
        lines = signature.decode().splitlines()
        raw = base64.b64decode(lines[1], validate=True)
        comment = lines[2].removeprefix("trusted comment: ")
        whole = base64.b64decode(lines[3], validate=True)
    except (UnicodeDecodeError, IndexError, binascii.Error) as error:
        raise _refused("the signature is not in minisign's form") from error
    algorithm, key_id, value = raw[:2], raw[2:10], raw[10:]
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        yours = " or ".join(key.id[::-1].hex().upper() for key in keys)
        raise _refused(
            f"the release is signed with key {key_id[::-1].hex().upper()}, and you trust {yours}; ask"
            " the publisher, by another way, whether the key was changed"
        )
    if algorithm not in (b"ED", b"Ed"):
        raise _refused(f"the signature's algorithm {algorithm!r} is unknown")
    message = hashlib.blake2b(signed).digest() if algorithm == b"ED" else signed
    try:
        key.key.verify(message, value)
        key.key.verify(value + comment.encode(), whole)
    except (BadSignatureError, ValueError) as error:
        raise _refused("the signature does not match the index") from error
    return comment


def read_index(raw: bytes) -> Index:
    """Read an index. Raises `PullError` for what is none: a login page, half a file."""
    try:
        value: dict[str, Any] = json.loads(raw)
        files = {item["name"]: _listed(item) for item in value["files"]}
        previous = value["previous"]
        return Index(
            serial=int(value["serial"]),
            sha256=hashlib.sha256(raw).hexdigest(),
            at=_time(value["at"]),
            expires=_time(value["expires"]),
            previous=None if previous is None else (int(previous["serial"]), previous["sha256"]),
            files=files,
            raw=raw,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _refused(
            f"expected the index of a release, and something else came: {error!r}"
        ) from error


def check_age(index: Index, *, now: datetime) -> None:
    """Raise `PullError` for a release that has expired (a freeze) or comes from the future."""
    if index.expires <= now:
        raise PullError(
            Code.STALE,
            f"release {index.serial} expired at {index.expires:%Y-%m-%d %H:%M} UTC and no newer one is"
            " offered: the source is frozen, or your clock is wrong",
        )
    if index.at > now + CLOCK_SKEW:
        raise _refused(
            f"release {index.serial} is of {index.at:%Y-%m-%d %H:%M} UTC, later than your clock's"
            f" {now:%Y-%m-%d %H:%M}; set the clock"
        )


def check_not_older(index: Index, *, serial: int, sha256: str) -> None:
    """Raise `PullError` for a serial below the one we had (a rollback), or another content of it."""
    if index.serial < serial:
        raise _refused(
            f"the source offers release {index.serial}, and {serial} was here before: a rollback"
        )
    if index.serial == serial and index.sha256 != sha256:
        raise _refused(
            f"release {serial} differs from the release {serial} that was here before: two releases"
            " with one serial; tell the publisher"
        )


def _listed(item: dict[str, Any]) -> Listed:
    listed = Listed(
        name=item["name"],
        sha256=item["sha256"],
        size=int(item["size"]),
        entries=int(item["entries"]),
        format=str(item.get("format", "")),
    )
    if not _NAME.fullmatch(listed.name):
        raise ValueError(f"the file name {listed.name!r}")
    if not _SHA256.fullmatch(listed.sha256) or listed.size < 0:
        raise ValueError(f"the hash or size of {listed.name}")
    return listed


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text!r} without a zone")
    return at.astimezone(UTC)


def _refused(message: str) -> PullError:
    return PullError(Code.REFUSED, message)
