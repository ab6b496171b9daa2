"""Practice range: a lean HTTP/1.1 server whose answers may be bytes, or a conversation of any kind.

A well-kept server would refuse to send most of what a range must send (broken framing, endless
headers, resets), so this one writes bytes and keeps the rules only where the answer does.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

_MAX_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as far as a range cares for it."""

    method: str
    target: str
    """Path and query, as they were sent."""
    host: str
    """Host without port, in lower case; empty where none was sent."""
    headers: Mapping[str, str]
    secure: bool
    address: str
    """The address that was connected to."""
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def mobile(self) -> bool:
        """Whether the visitor presents itself as a phone."""
        return "Mobile" in self.headers.get("user-agent", "")


class Line:
    """One connection, for answers that are more than bytes."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.room = asyncio.Event()
        self.room.set()
        self.closed = asyncio.Event()

    async def send(self, data: bytes) -> None:
        """Send bytes and wait until there is room for more; raises `ConnectionError` once closed."""
        if self.closed.is_set():
            raise ConnectionResetError("the visitor hung up")
        self._transport.write(data)
        await self.room.wait()

    async def pause(self, seconds: float) -> None:
        """Wait; raises `ConnectionError` as soon as the visitor hangs up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closed.wait(), seconds)
            raise ConnectionResetError("the visitor hung up")

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        raw = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


Conversation = Callable[[Line], Awaitable[None]]
"""What is done with a connection instead of one plain answer; the connection is closed after it."""
Answer = bytes | Conversation
Site = Callable[[Request], Answer]


def response(
    body: bytes = b"",
    *,
    status: int = 200,
    content_type: str | None = "text/html",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole plain response, ready to be sent many times."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", "Server: range", f"Content-Length: {len(body)}"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(slots=True)
class Visits:
    """What was asked of a range: the last requests, for tests to look at."""

    keep: int = 10_000
    requests: list[Request] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if len(self.requests) < self.keep:
            self.requests.append(request)

    def to(self, host: str) -> list[Request]:
        """The requests that one host got, in order."""
        return [one for one in self.requests if one.host == host]


class Connection(asyncio.Protocol):
    """Reads requests, one after the other on a connection, and answers each in turn."""

    def __init__(self, site: Site, *, secure: bool, visits: Visits | None = None) -> None:
        self._site = site
        self._secure = secure
        self._visits = visits
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._line = Line(self._transport)
        name = transport.get_extra_info("sockname")
        self._address = str(name[0]) if name else ""

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.closed.set()
        self._line.room.set()

    def pause_writing(self) -> None:
        self._line.room.clear()

    def resume_writing(self) -> None:
        self._line.room.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > _MAX_HEAD:
            self._transport.abort()
            return
        while self._task is None and not self._transport.is_closing():
            request = self._next()
            if request is None:
                return
            self._answer(request)

    def _next(self) -> Request | None:
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        parts = first.split(" ")
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() else 0
        if len(parts) != 3:
            self._transport.write(response(b"", status=400))
            self._transport.close()
            return None
        if len(rest) < size:
            return None
        self._buffer = rest[size:]
        host = headers.get("host", "").lower()
        if not host.endswith("]"):
            host = host.rpartition(":")[0] if ":" in host else host
        return Request(parts[0], parts[1], host, headers, self._secure, self._address, rest[:size])

    def _answer(self, request: Request) -> None:
        if self._visits is not None:
            self._visits.note(request)
        answer = self._site(request)
        if isinstance(answer, bytes):
            if request.method == "HEAD":
                answer = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            self._transport.write(answer)
            if request.headers.get("connection", "").lower() == "close":
                self._transport.close()
        else:
            self._task = asyncio.ensure_future(self._converse(answer))

    async def _converse(self, conversation: Conversation) -> None:
        try:
            await conversation(self._line)
        except ConnectionError:
            pass  # the visitor hung up in the middle, as visitors of such sites should
        finally:
            self._transport.close()
