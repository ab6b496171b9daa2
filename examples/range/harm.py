"""Practice range: how harmful answers are made: bombs, streams without end, exact broken bytes."""

import asyncio
import functools
import random
import zlib
from collections.abc import Callable

import brotli
import zstandard

from examples.range.webserver import Conversation, Line, response

BOMB_BYTES = 64 << 20
"""What a bomb unpacks to."""
_BLOCK = 1 << 20
HTML = "text/html; charset=utf-8"


def _packed(name: str) -> bytes:
    zeros = bytes(_BLOCK)
    if name == "br":
        packer = brotli.Compressor(quality=4)
        parts: list[bytes] = [packer.process(zeros) for _ in range(BOMB_BYTES // _BLOCK)]
        return b"".join([*parts, packer.finish()])
    if name == "zstd":
        stream = zstandard.ZstdCompressor().compressobj()
        return (
            b"".join(stream.compress(zeros) for _ in range(BOMB_BYTES // _BLOCK)) + stream.flush()
        )
    wbits = {"gzip": 31, "deflate": 15}[name]
    deflate = zlib.compressobj(6, zlib.DEFLATED, wbits)
    return b"".join(deflate.compress(zeros) for _ in range(BOMB_BYTES // _BLOCK)) + deflate.flush()


@functools.cache
def _bomb(name: str, layers: int) -> bytes:
    body = _packed(name)
    for _ in range(layers - 1):
        body = zlib.compress(body, 9, 31)
    encoding = ", ".join([name] * layers)
    return response(body, content_type=HTML, headers={"Content-Encoding": encoding})


def bomb(name: str, layers: int = 1) -> Conversation:
    """A response that unpacks to `BOMB_BYTES`, packed once more for each further layer."""

    async def send(line: Line) -> None:
        await line.send(await asyncio.to_thread(_bomb, name, layers))  # packing takes a while

    return send


def stream(head: bytes, more: Callable[[], bytes], pause: float = 0.0) -> Conversation:
    """Send a head, then more and more until the visitor hangs up."""

    async def flow(line: Line) -> None:
        await line.send(head)
        while True:
            await line.send(more())
            await line.pause(pause)

    return flow


def written(*parts: bytes, reset: bool = False) -> Conversation:
    """Send exact bytes and close, or reset."""

    async def write(line: Line) -> None:
        for part in parts:
            await line.send(part)
        if reset:
            await line.pause(0.05)  # lets what was sent arrive before the reset
            line.reset()

    return write


def page(body: str, head: str = "") -> bytes:
    """A page in UTF-8."""
    text = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return response(text.encode(), content_type=HTML)


def noise(size: int) -> bytes:
    """The same noise every time."""
    return random.Random(size).randbytes(size)  # noqa: S311  not a secret


def header(**headers: str) -> bytes:
    """A small page under further headers; `_` in a name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return response(b"<p>page</p>", headers=named)


def download(name: str, kind: str) -> Conversation:
    """4 GB under a file name."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {4 << 30}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return stream(head.encode(), lambda: bytes(_BLOCK))


def redirect(location: str, status: int = 302) -> bytes:
    """A redirect, of whatever kind."""
    return response(status=status, headers={"Location": location})
