"""Content codings undone under a limit: a bomb gives its first bytes and no more (RFC 9110 8.4)."""

import zlib
from collections.abc import Callable
from typing import Any

import brotli
import zstandard

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_STEP = 65_536
_MAX_CODINGS = 2
"""More layers than anybody has a use for; a chain of them is a bomb."""
_IDLE_WORK = 512 * 1024
_WORK_PER_BYTE = 2
"""How many bytes all layers together may take in: so many for nothing, and so many in each layer for
every byte that comes out. What is meant to be read is smaller the further out; layers full of empty
blocks take in any number of bytes, made by the next layer of almost none, and give nothing."""


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self._wbits = wbits
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        if not self._begun and data:
            self._begun = True
            # "deflate" is zlib by the standard and raw deflate in the wild.
            if self._wbits == zlib.MAX_WBITS and data[0] & 0x0F != 8:
                self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._inner.decompress(self._inner.unconsumed_tail + data, room)

    def more(self) -> bool:
        return bool(self._inner.unconsumed_tail)


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._gave = False

    def feed(self, data: bytes, room: int) -> bytes:
        piece = bytes(self._inner.process(data, output_buffer_limit=room))
        self._gave = bool(piece)
        return piece

    def more(self) -> bool:
        # `can_accept_more_data` tells of input that is held back, and not of output that is.
        return self._gave or not self._inner.can_accept_more_data()


class _Zstd:
    """zstandard has no output limit for pushed data, so it is pushed in small pieces."""

    def __init__(self) -> None:
        # RFC 8878 3.1.1.1.2: 8 MB is the window every decoder should support, and enough for pages.
        self._inner: Any = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj(
            write_size=_STEP
        )
        self._left = b""

    def feed(self, data: bytes, room: int) -> bytes:
        data, parts, size = self._left + data, [], 0
        at = 0
        while at < len(data) and size < room:
            # Blocks of one repeated byte (RFC 8878 3.1.1.2) turn 4 bytes into 128 KiB: what comes
            # of 128 bytes is 4 MiB at the very most.
            piece = self._inner.decompress(data[at : at + 128])
            parts.append(piece)
            size += len(piece)
            at += 128
        self._left = data[at:]
        return b"".join(parts)

    def more(self) -> bool:
        return bool(self._left)


_DECODERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
    "br": _Brotli,
    "zstd": _Zstd,
}


class BodyReader:
    """Takes the bytes of a body as they come; `body` never grows beyond `limit` bytes."""

    def __init__(self, content_encoding: str, *, limit: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name and name != "identity"]
        known = len(names) <= _MAX_CODINGS and all(name in _DECODERS for name in names)
        # Codings are listed in the order they were applied, so the last is undone first.
        self._chain = [_DECODERS[name]() for name in reversed(names)] if known else []
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._work = 0
        self.full = False
        """True once there is more than the limit, or too much work for what came of it."""
        self.broken = False
        """True where the coding was not what the header said; what came so far is kept."""

    def feed(self, data: bytes) -> None:
        """Take further bytes of the body."""
        self._push(data, 0)

    def _push(self, data: bytes, depth: int) -> None:
        if self.full or self.broken:
            return
        if depth == len(self._chain):
            room = self._limit - self._size
            self._parts.append(data[:room])
            self._size += min(len(data), room)
            self.full = len(data) > room
            return
        self._work += len(data)
        if self._work > _IDLE_WORK + _WORK_PER_BYTE * len(self._chain) * self._size:
            self.full = True
            return
        decoder = self._chain[depth]
        try:
            piece = decoder.feed(data, _STEP)
            self._push(piece, depth + 1)
            while not self.full and decoder.more():
                piece = decoder.feed(b"", _STEP)
                self._push(piece, depth + 1)
                if not piece:
                    break
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError):
            self.broken = True
            if not self._parts:
                # Some servers name a coding and do not use it; browsers show nothing, we keep it.
                self._parts.append(data[: self._limit])

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)
