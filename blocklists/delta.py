"""Deltas: how the lines of a file in one release become those of the same file in a later one.

    fanzha-delta/1 {"from":{"serial":41,"sha256":"…"},"list":"domains.txt","to":{"serial":42,"sha256":"…"}}
    =1200
    -gone.example
    +new.example
    =840

The old file is walked from its first line: `=N` keeps N lines, `-TEXT` says that the next line is
TEXT and goes (a tombstone: whoever has it must drop it), `+TEXT` puts a line in. What comes out is
the new file to the byte. Deltas of successive releases compose into one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blocklists.difference import Change, changes
from pipeline.errors import FanzhaError

MARK = b"fanzha-delta/1 "


@dataclass(frozen=True, slots=True)
class Delta:
    """The way from one state of a file to another."""

    list: str
    """The file's name."""
    from_serial: int
    from_sha256: str
    to_serial: int
    to_sha256: str
    changes: tuple[Change, ...]

    def encode(self) -> bytes:
        """The delta as a file."""
        head = {
            "list": self.list,
            "from": {"serial": self.from_serial, "sha256": self.from_sha256},
            "to": {"serial": self.to_serial, "sha256": self.to_sha256},
        }
        lines = [MARK + json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"]
        for change in self.changes:
            lines.append(b"=%d\n" % change if isinstance(change, int) else b"".join(change))
        return b"".join(lines)


def decode(content: bytes) -> Delta:
    """Read a delta file. Raises `FanzhaError`."""
    first, *lines = content.splitlines(keepends=True) or [b""]
    try:
        head = json.loads(first.removeprefix(MARK)) if first.startswith(MARK) else {}
        old, new = head["from"], head["to"]
        changes = tuple(_read(line) for line in lines)
        return Delta(
            head["list"], old["serial"], old["sha256"], new["serial"], new["sha256"], changes
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FanzhaError(
            f"delta: expected a file that begins with {MARK.decode()!r} and lines of =, - and +, got "
            f"{first[:60]!r} ({error}); fetch it again, or fetch the full file"
        ) from error


def apply(old: Iterable[bytes], changes: Iterable[Change]) -> Iterator[bytes]:
    """The new lines from the old ones. Raises `FanzhaError` where the delta does not fit."""
    lines = iter(old)
    for change in changes:
        if isinstance(change, int):
            for _ in range(change):
                yield _next(lines)
        elif change[0] == b"+":
            yield change[1]
        elif _next(lines) != change[1]:
            raise _unfit(f"it removes {change[1][:60]!r}, and another line is there")
    if next(lines, None) is not None:
        raise _unfit("the file goes on where the delta ends")


def compose(deltas: Sequence[Delta]) -> Delta:
    """One delta that does what these do one after the other.

    Raises `FanzhaError` where one does not begin at what the one before it made.
    """
    if not deltas:
        raise FanzhaError("delta: expected one at least to compose, got none")
    while len(deltas) > 1:
        pairs = [deltas[n : n + 2] for n in range(0, len(deltas), 2)]
        deltas = [_joined(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return deltas[0]


def _joined(first: Delta, second: Delta) -> Delta:
    if first.to_sha256 != second.from_sha256:
        raise FanzhaError(
            f"delta: {second.list} of {second.from_serial} is not what the delta before it made "
            f"({first.to_serial}); fetch the full file"
        )
    changes = tuple(_merged(first.changes, second.changes))
    return Delta(
        second.list, first.from_serial, first.from_sha256, second.to_serial, second.to_sha256, changes
    )  # fmt: skip


def _merged(first: Iterable[Change], second: Iterable[Change]) -> Iterator[Change]:
    """The second's changes walk over what the first ones make."""
    made = _Feed(first)
    joined: list[Change] = []
    for change in second:
        if isinstance(change, int):
            joined += made.take(change)
        elif change[0] == b"+":
            joined.append(change)
        else:
            joined += made.drop(change[1])
    joined += made.rest()
    return _tidy(joined)


class _Feed:
    """The first delta's changes, taken as far as the second asks for their outcome."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes = iter(changes)
        self._kept = 0
        """Lines still to be kept of the change that was begun."""

    def take(self, count: int) -> list[Change]:
        """The changes that make the next `count` lines."""
        taken: list[Change] = []
        while count:
            if self._kept:
                part = min(self._kept, count)
                self._kept -= part
                count -= part
                taken.append(part)
                continue
            change = self._next()
            if isinstance(change, int):
                self._kept = change
            else:
                taken.append(change)
                count -= change[0] == b"+"
        return taken

    def drop(self, line: bytes) -> list[Change]:
        """The changes before the next line, which is `line` and goes."""
        taken: list[Change] = []
        while True:
            if self._kept:
                self._kept -= 1
                return [*taken, (b"-", line)]
            change = self._next()
            if isinstance(change, int):
                self._kept = change
            elif change[0] == b"+":
                if change[1] != line:
                    raise _unfit(f"it removes {line[:60]!r}, which was never there")
                return taken
            else:
                taken.append(change)

    def rest(self) -> list[Change]:
        """What is left: removals alone, since the second delta walks to the end."""
        left = list(self._changes)
        if self._kept or any(isinstance(c, int) or c[0] == b"+" for c in left):
            raise _unfit("the second ends before what the first one makes")
        return left

    def _next(self) -> Change:
        change = next(self._changes, None)
        if change is None:
            raise _unfit("the second goes on where what the first one makes ends")
        return change


def _tidy(changes: Iterable[Change]) -> Iterator[Change]:
    """Runs of kept lines in one; between them removals first, and what was undone left out."""
    kept = 0
    block: list[tuple[bytes, bytes]] = []
    for change in (*changes, 0):
        if not isinstance(change, int):
            block.append(change)
            continue
        for inner in _block(block):
            if isinstance(inner, int):
                kept += inner
                continue
            if kept:
                yield kept
                kept = 0
            yield inner
        block = []
        kept += change
    if kept:
        yield kept


def _block(block: Sequence[tuple[bytes, bytes]]) -> Iterable[Change]:
    """One run of removals and additions; a line that went and came back is kept."""
    gone = [line for sign, line in block if sign == b"-"]
    came = [line for sign, line in block if sign == b"+"]
    if set(gone) & set(came):
        return changes(b"".join(gone), b"".join(came))
    return [*((b"-", line) for line in gone), *((b"+", line) for line in came)]


def _read(line: bytes) -> Change:
    if line[:1] == b"=":
        return int(line[1:])
    if line[:1] in {b"-", b"+"}:
        return line[:1], line[1:]
    raise ValueError(f"a line that begins with {line[:1]!r}")


def _next(lines: Iterator[bytes]) -> bytes:
    line = next(lines, None)
    if line is None:
        raise _unfit("the file ends before the delta does")
    return line


def _unfit(why: str) -> FanzhaError:
    return FanzhaError(f"delta: it does not fit this file, since {why}; fetch the full file")
