"""Deltas: how the lines of one release's file become those of a later one.

The first line names both sides:

    fanzha-delta/1 {"from":{"serial":41,"sha256":"…"},"list":"domains.txt","to":{"serial":42,"sha256":"…"}}

Then the old file is walked from its first line. `=N` keeps the next N lines, `-TEXT` says that the
next line is TEXT and goes (a tombstone: whoever has it must drop it), `+TEXT` puts a line in. What
comes out is the new file to the byte; whoever applies it checks the sha256 of both sides.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MARK = b"fanzha-delta/1 "


class DeltaError(ValueError):
    """A delta that does not fit the file that it was applied to."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a delta."""

    list: str
    from_serial: int
    from_sha256: str
    to_serial: int
    to_sha256: str


def read_header(line: bytes) -> Header:
    """Read the first line of a delta. Raises `DeltaError`."""
    try:
        if not line.startswith(MARK):
            raise ValueError("its first line is no header")
        value = json.loads(line[len(MARK) :])
        old, new = value["from"], value["to"]
        return Header(
            value["list"], int(old["serial"]), old["sha256"], int(new["serial"]), new["sha256"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DeltaError(f"this is no delta: {error}") from error


def write_header(header: Header) -> bytes:
    """The first line of a delta, with its line end."""
    value = {
        "list": header.list,
        "from": {"serial": header.from_serial, "sha256": header.from_sha256},
        "to": {"serial": header.to_serial, "sha256": header.to_sha256},
    }
    return MARK + json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def apply(old: BinaryIO, changes: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the new file, from the old file and a delta's lines after its header.

    Works line by line, so that neither file is ever held in memory. Raises `DeltaError`.
    """
    for number, line in enumerate(changes, start=2):
        sign, text = line[:1], line[1:]
        if sign == b"=":
            yield from _keep(old, text, number)
        elif sign == b"-":
            if old.readline() != text:
                raise DeltaError(f"line {number} of the delta removes a line that is not there")
        elif sign == b"+":
            yield text
        else:
            raise DeltaError(f"line {number} of the delta begins with {sign!r}")
    if old.readline():
        raise DeltaError("the delta ends before the old file does")


def _keep(old: BinaryIO, count: bytes, number: int) -> Iterator[bytes]:
    if not count.strip().isdigit() or len(count) > 12:
        raise DeltaError(f"line {number} of the delta keeps {count[:20]!r} lines")
    for _ in range(int(count)):
        line = old.readline()
        if not line:
            raise DeltaError(f"line {number} of the delta keeps lines that are not there")
        yield line
