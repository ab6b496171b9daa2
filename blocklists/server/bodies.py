"""Sending: small answers whole, files in pieces that a slow reader may take all its time for.

Pieces that are in the page cache are read in place; what is not is read in a thread, so that a cold
disk never stops the other connections.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PIECE = 256 * 1024
"""Bytes read and handed to the connection at a time: what one slow reader holds in memory."""

_NO_WAIT = getattr(os, "RWF_NOWAIT", None)  # Linux


@dataclass(frozen=True, slots=True)
class FileBody:
    """Bytes `start` to `stop` of an open file; whoever sends it closes it."""

    handle: int
    start: int
    stop: int

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.handle)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as a value: status, headers without `content-length`, and a body."""

    status: int
    headers: Headers
    body: bytes | FileBody = b""

    @property
    def size(self) -> int:
        """Length of the body in bytes."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.stop - self.body.start


async def send_answer(
    answer: Answer, *, head: bool, stall: float, receive: Receive, send: Send
) -> int:
    """Send an answer; gives how many bytes of its body were handed to the connection.

    A reader that takes nothing for `stall` seconds is let go. `head` leaves the body out (HEAD).
    """
    body = answer.body
    headers = answer.headers
    if answer.status != 304:
        headers = [*headers, (b"content-length", str(answer.size).encode())]
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if head or isinstance(body, bytes):
            sent = b"" if head or not isinstance(body, bytes) else body
            await send({"type": "http.response.body", "body": sent})
            return len(sent)
        return await _send_file(body, stall=stall, receive=receive, send=send)
    finally:
        if isinstance(body, FileBody):
            body.close()


async def _send_file(body: FileBody, *, stall: float, receive: Receive, send: Send) -> int:
    at = body.start
    gone = asyncio.ensure_future(_until_gone(receive)) if body.stop - at > PIECE else None
    try:
        while True:
            piece = await _read(body.handle, at, min(PIECE, body.stop - at))
            more = at + len(piece) < body.stop
            if not piece and more:
                raise OSError("the file ended before its time")  # the connection is then cut
            async with asyncio.timeout(stall):
                await send({"type": "http.response.body", "body": piece, "more_body": more})
            at += len(piece)
            await asyncio.sleep(0)  # a fast reader lets the others have their turn
            if not more or (gone is not None and gone.done()):
                return at - body.start
    except TimeoutError:
        return at - body.start
    finally:
        if gone is not None:
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(handle: int, at: int, size: int) -> bytes:
    if _NO_WAIT is not None:
        piece = bytearray(size)
        try:
            if os.preadv(handle, [piece], at, _NO_WAIT) == size:
                return piece  # type: ignore[return-value] # a connection takes any buffer
        except OSError:  # not cached, or a file system that cannot say
            pass
    return await asyncio.to_thread(os.pread, handle, size, at)
