"""Files, folders and standard input → numbered lines of text, in memory that does not grow.

Compressed or not (gzip, RFC 1952), in any encoding of `pipeline.intake.encodings`; a line that is
longer than allowed is passed over as it streams by and never held.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import FanzhaError
from pipeline.intake.encodings import DECIDES, byte_order_mark, detect, detect_later, refuse_binary

_CHUNK = 1 << 18
_SHOWN = 200
"""Bytes of an overlong line that are kept, for the rejects file."""

OnBytes = Callable[[int], None]
"""Called with the number of compressed bytes that were read since the last call."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, numbered from 1; `flaw` is a slug where it cannot be read."""

    number: int
    text: str
    flaw: str | None = None


def files_of(path: Path) -> list[Path]:
    """A file itself, or the files below a folder in the order of their names, hidden ones left out.

    Raises `FanzhaError` where nothing is there.
    """
    if path.is_dir():
        found = sorted(
            p
            for p in path.rglob("*")
            if p.is_file() and not any(s.startswith(".") for s in p.relative_to(path).parts)
        )
        if not found:
            raise FanzhaError(f"{path}: expected a folder with files of reports, and it is empty")
        return found
    if not path.exists():
        raise FanzhaError(f"{path}: no such file or folder; check the path")
    return [path]


def lines_of(
    stream: BinaryIO, name: str, *, max_line: int, on_bytes: OnBytes | None = None
) -> Iterator[Line]:
    """The lines of an open binary stream; `name` says in errors which file it is.

    Raises `FanzhaError` where it is empty, binary, in an unknown encoding, or a damaged gzip file.
    """
    try:
        chunks = _chunks(stream, on_bytes)
        head = next(chunks, b"")
        if not head:
            raise FanzhaError(f"{name}: expected rows of reports, and the file is empty")
        mark = byte_order_mark(head)
        if mark is None:
            refuse_binary(head, name)
            chunks = chain([head], chunks)
        elif mark[1] == "utf-8":
            chunks = chain([head.removeprefix(codecs.BOM_UTF8)], chunks)
        else:
            chunks = _as_utf8(chain([head[len(codecs.BOM_UTF16) :]], chunks), mark[1])
        yield from _decoded(_split(chunks, max_line), name, "utf-8" if mark else None)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FanzhaError(
            f"{name}: the gzip file is damaged or cut off ({error}); what was read until there is "
            "stored, so get it anew and take it in again"
        ) from error


def _chunks(stream: BinaryIO, on_bytes: OnBytes | None) -> Iterator[bytes]:
    """The decompressed bytes, in pieces."""
    source = io.BufferedReader(_Counted(stream, on_bytes), _CHUNK)
    if source.peek(2)[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=source) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                yield chunk
        return
    while chunk := source.read(_CHUNK):
        yield chunk


class _Counted(io.RawIOBase):
    """A stream that says how much was read of it."""

    def __init__(self, stream: BinaryIO, on_bytes: OnBytes | None) -> None:
        self._stream = stream
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        if self._on_bytes:
            self._on_bytes(len(data))
        return len(data)


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8, so that lines can be cut at bytes; what is damaged shows as U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", True).encode("utf-8", "replace")


_Piece = tuple[bytes, bool]
"""A line; False where it was too long, and only its beginning is there."""


def _split(chunks: Iterator[bytes], max_line: int) -> Iterator[_Piece]:
    """Lines at LF, or at CR where the file begins with CR and no LF, as old spreadsheets write.

    Whatever the encoding: in none of them is such a byte part of another character.
    """
    rest, passing = b"", False
    first = next(chunks, b"")
    end = b"\r" if b"\r" in first[:-1] and b"\n" not in first else b"\n"
    for chunk in chain([first], chunks):
        *whole, rest = (rest + chunk).split(end) if not passing else chunk.split(end)
        for line in whole:
            if passing:
                passing = False
            else:
                yield (line, True) if len(line) <= max_line else (line[:_SHOWN], False)
        if passing:
            rest = b""
        elif len(rest) > max_line:
            yield rest[:_SHOWN], False
            rest, passing = b"", True
    if rest and not passing:
        yield (rest, True) if len(rest) <= max_line else (rest[:_SHOWN], False)


def _decoded(pieces: Iterator[_Piece], name: str, encoding: str | None) -> Iterator[Line]:
    """The lines as text. Where no encoding is given, it is told by the first lines beyond ASCII.

    Many files begin with thousands of lines of ASCII, which say nothing of what comes behind them.
    """
    number = 0
    while block := _block(pieces):
        told = encoding
        if told is None:
            beyond = [line for line, whole in block if whole and not line.isascii()]
            told = "utf-8"
            if beyond:
                told = detect_later(beyond) if number else detect(beyond, name)
            encoding = told if len(beyond) >= DECIDES else None
        for line, whole in block:
            number += 1
            yield _line(number, line, whole, told)


def _block(pieces: Iterator[_Piece]) -> list[_Piece]:
    """The next lines, of as many bytes as are read at a time."""
    block, size = [], 0
    for piece in pieces:
        block.append(piece)
        size += len(piece[0]) + 1
        if size >= _CHUNK:
            break
    return block


def _line(number: int, line: bytes, whole: bool, encoding: str) -> Line:
    try:
        text = line.removesuffix(b"\r").decode(encoding)
    except UnicodeDecodeError:
        text = line.decode(encoding, "backslashreplace")
        return Line(number, text, "bad-encoding" if whole else "line-too-long")
    return Line(number, text, None if whole else "line-too-long")
