"""A proxy on loopback through which a browser goes out: the crawl's own address rule for every byte."""

import asyncio
import contextlib
from urllib.parse import urlsplit

from spiders.egress import Egress, FetchFailedError
from spiders.urls import BadPortError, BadSchemeError, Target, target_of

_HEAD_LIMIT = 65_536
_PIECE = 65_536
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_FAILED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


class FilteringProxy:
    """Use with `async with`; `url` is what the browser is given.

    It resolves names by the crawl's DNS client, connects to permitted addresses only, puts a
    range's ports for 80 and 443, and passes on at most `limit` bytes each way in all: it is one page's.
    """

    def __init__(self, egress: Egress, *, limit: int, seconds: float) -> None:
        self._egress = egress
        self._left = {True: limit, False: limit}
        self._seconds = seconds
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []
        """What was asked for and may not be visited."""

    async def __aenter__(self) -> "FilteringProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD_LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("FilteringProxy is used outside `async with`")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._lines.add(task)
        try:
            # Also of the end of the page this is for: whoever cancels waits for it.
            with contextlib.suppress(
                TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                async with asyncio.timeout(self._seconds):
                    await self._converse(reader, writer)
        finally:
            if task is not None:
                self._lines.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line, _, rest = head.partition(b"\r\n")
            method, address, _ = line.decode("latin-1").split(" ")
            target = _target(method, address)
        except (asyncio.LimitOverrunError, ValueError):
            writer.write(_REFUSED)
            return
        try:
            far_reader, far_writer = await self._egress.connect(target)
        except FetchFailedError as error:
            if error.state == "refused-address":
                self.refused.append(f"{target.scheme}://{target.host}:{target.port}")
            writer.write(_REFUSED if error.state == "refused-address" else _FAILED)
            return
        try:
            if method == "CONNECT":
                writer.write(_OPEN)
            else:
                far_writer.write(_to_origin(method, address, rest))
            await asyncio.gather(
                self._pass_on(reader, far_writer, out=True),
                self._pass_on(far_reader, writer, out=False),
            )
        finally:
            far_writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, out: bool
    ) -> None:
        while piece := await reader.read(_PIECE):
            self._left[out] -= len(piece)
            if self._left[out] < 0:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            with contextlib.suppress(OSError):
                writer.write_eof()


def _target(method: str, address: str) -> Target:
    """Where a request wants to go. Raises `ValueError` for what is not http(s) or a bad port."""
    try:
        return target_of(f"https://{address}/" if method == "CONNECT" else address)
    except (BadSchemeError, BadPortError) as error:
        raise ValueError(str(error)) from error


def _to_origin(method: str, address: str, headers: bytes) -> bytes:
    """The head of a request as a site expects it: path only, one request per connection."""
    parts = urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [
        line
        for line in headers.split(b"\r\n")
        if line and not line.lower().startswith((b"proxy-", b"connection:"))
    ]
    head = [f"{method} {path} HTTP/1.1".encode("latin-1", "replace"), *kept, b"Connection: close"]
    return b"\r\n".join(head) + b"\r\n\r\n"
