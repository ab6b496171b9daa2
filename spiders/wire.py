"""The messages between a crawl and its readers: `marshal` on the way there, JSON on the way back.

What a reader says is data, even of one that a page took over: JSON and lengths, which can be wrong and can
do nothing. `marshal`, whose own documentation warns of it, is for what comes from us.
"""

import json
import marshal
from typing import Any

HEAD = 4
"""Bytes before each message that say its length."""
LONGEST = 256_000_000
"""Bytes of one message; `crawl.max_bytes` of one answer, its page and its records are far less."""
_BYTES = "bytes"


class GarbledError(Exception):
    """A message that no reader of ours sends."""


def asked(message: Any) -> bytes:
    """A question to a reader, with its length before it."""
    data = marshal.dumps(message)
    return len(data).to_bytes(HEAD, "big") + data


def question(data: bytes) -> Any:
    """What a reader was asked."""
    return marshal.loads(data)  # noqa: S302  from our starter


def told(message: Any) -> bytes:
    """A reader's answer, with its length before it: tuples, lists, bytes, and what JSON can say.

    Bytes stand after the JSON, in their order, and their lengths in their places.
    """
    blobs: list[bytes] = []
    text = json.dumps(_without_bytes(message, blobs), ensure_ascii=False, separators=(",", ":"))
    words = text.encode("utf-8", "surrogatepass")
    length = HEAD + len(words) + sum(map(len, blobs))
    heads = length.to_bytes(HEAD, "big") + len(words).to_bytes(HEAD, "big")
    return b"".join([heads, words, *blobs])


def answer(data: bytes) -> tuple[bool, Any]:
    """Whether a task was done, and what came of it; tuples come as lists. Raises `GarbledError`."""
    end = HEAD + int.from_bytes(data[:HEAD], "big")
    try:
        done, result = json.loads(data[HEAD:end])
        return bool(done), _with_bytes(result, _Blobs(data, end))
    except (ValueError, TypeError, RecursionError) as error:
        raise GarbledError(type(error).__name__) from error


class _Blobs:
    """What stands after the JSON, cut piece by piece."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def next(self, size: int) -> bytes:
        if not 0 <= size <= len(self._data) - self._at:
            raise ValueError(f"{size} bytes of {len(self._data) - self._at}")
        self._at += size
        return self._data[self._at - size : self._at]


def _without_bytes(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, bytes):
        blobs.append(value)
        return {_BYTES: len(value)}
    if isinstance(value, tuple | list):
        return [_without_bytes(one, blobs) for one in value]
    return value


def _with_bytes(value: Any, blobs: _Blobs) -> Any:
    if isinstance(value, list):
        return [_with_bytes(one, blobs) for one in value]
    if isinstance(value, dict) and len(value) == 1 and _BYTES in value:
        return blobs.next(value[_BYTES])
    return value
