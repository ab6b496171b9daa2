"""A small DNS client (RFC 1035, 6891): many questions in flight over few UDP sockets.

`spiders.names.messages` knows what questions and answers look like; this module matches one to the other.
An answer counts only if id, question, address and port are those of the question; what is lost is asked
again, and what does not fit into a datagram is asked over TCP.
"""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Sequence
from typing import Any

from spiders.names.messages import (
    NO_SUCH_NAME,
    SERVFAIL_ANSWER,
    TIMEOUT,
    Answer,
    Question,
    question_of,
    read_answer,
)

_WAITS = (0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
"""Seconds that each try waits: with 5 % of packets lost, all six fail once in some ten millions."""
_SOCKETS = 4
_BUFFER = 4 << 20


class _Socket(asyncio.DatagramProtocol):
    """One connected UDP socket: the kernel drops what comes from another address or port."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[bytes, asyncio.Future[bytes]]] = {}
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: object) -> None:
        if len(data) < 12 or not data[2] & 0x80:
            return
        waited = self.waiting.get(int.from_bytes(data[:2], "big"))
        if waited is None:
            return
        question, future = waited
        # Servers may answer in other letter case; the question itself must be ours (RFC 5452).
        asked = data[12 : 12 + len(question)]
        if (asked == question or asked.lower() == question.lower()) and not future.done():
            future.set_result(data)

    def error_received(self, exc: Exception) -> None:
        # A closed port answers with ICMP: nothing will come, so nobody need wait for it.
        for _, future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionRefusedError(str(exc)))


class DnsClient:
    """Asks one or more servers. Open it with `async with`; it belongs to one event loop."""

    def __init__(self, servers: list[tuple[str, int]], *, in_flight: int = 60) -> None:
        self.servers = servers
        self._turn = asyncio.Semaphore(in_flight)
        self._sockets: dict[tuple[str, int], list[_Socket]] = {}
        self.asked = 0
        """Datagrams sent, tries included."""

    async def __aenter__(self) -> "DnsClient":
        loop = asyncio.get_running_loop()
        for server in self.servers:
            family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
            self._sockets[server] = []
            for _ in range(_SOCKETS):
                udp = socket.socket(family, socket.SOCK_DGRAM)
                udp.setblocking(False)
                udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                # An unbound socket gets a random port from the kernel (RFC 5452).
                udp.connect(server)
                _, protocol = await loop.create_datagram_endpoint(_Socket, sock=udp)
                self._sockets[server].append(protocol)
        return self

    async def __aexit__(self, *_: object) -> None:
        for sockets in self._sockets.values():
            for one in sockets:
                if one.transport is not None:
                    one.transport.close()

    async def ask(self, name: str, rdtype: str) -> Answer:
        """The answer to one question; never raises for anything a server or network may do."""
        return (await self.ask_all([(name, rdtype)]))[0]

    async def ask_all(self, questions: Sequence[tuple[str, str]]) -> list[Answer]:
        """The answers to questions that are asked at once, names and types, in their order.

        All go out before the first answer is waited for. What the first try does not settle, which
        is little, is asked again by itself.
        """
        wires = [question_of(name, rdtype) for name, rdtype in questions]
        async with self._turn:
            with _Sent(_WAITS[0]) as sent:
                futures = [self._send(self.servers[0], one, sent) if one else None for one in wires]
                answers: list[Answer | None] = [
                    await self._first(one) if one else NO_SUCH_NAME for one in futures
                ]
        # Outside of the turn: servers that keep silent must not hold up the others.
        open_ = [n for n, answer in enumerate(answers) if answer is None]
        again = (self._ask(one, tried=1) for n in open_ if (one := wires[n]) is not None)
        for n, answer in zip(open_, await asyncio.gather(*again), strict=True):
            answers[n] = answer
        return [answer or TIMEOUT for answer in answers]

    async def _first(self, sent: "asyncio.Future[bytes]") -> Answer | None:
        """What a first try gave; None where it must be tried again, or in another way."""
        try:
            data = await sent
        except (TimeoutError, OSError):
            return None
        answer = None if data[2] & 0x02 else read_answer(data)
        if answer is not None and answer.status == "servfail" and len(self.servers) > 1:
            return None
        return answer

    async def _ask(self, question: Question, *, tried: int = 0) -> Answer:
        last = TIMEOUT
        for attempt, wait in list(enumerate(_WAITS))[tried:]:
            server = self.servers[attempt % len(self.servers)]
            try:
                with _Sent(wait) as sent:
                    data = await self._send(server, question, sent)
                if data[2] & 0x02:  # TC: the rest is to be had over TCP
                    data = await _over_tcp(server, question.wire, wait * 2)
                answer = read_answer(data)
            except TimeoutError:
                continue
            except (OSError, EOFError):
                last = SERVFAIL_ANSWER
                continue
            if answer.status != "servfail":
                return answer
            last = answer
            if len(self.servers) == 1:
                return last
        return last

    def _send(
        self, server: tuple[str, int], question: Question, sent: "_Sent"
    ) -> "asyncio.Future[bytes]":
        """Ask once; the future has the datagram that answers, or fails as `sent` says."""
        # One reading of the kernel's randomness for socket and id.
        dice = int.from_bytes(os.urandom(3), "big")
        one = self._sockets[server][dice % _SOCKETS]
        ident = dice >> 8
        while ident in one.waiting:
            ident = secrets.randbits(16)
        future = sent.waits_for(one, ident, question)
        if one.transport is None:
            future.set_exception(OSError("socket is closed"))
        else:
            self.asked += 1
            one.transport.sendto(ident.to_bytes(2, "big") + question.wire[2:])
        return future


class _Sent:
    """Questions that went out together, which have one time: use with `with`, then send.

    What has no answer when the time is over fails with `TimeoutError`; after the block none is waited for.
    """

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._places: list[tuple[dict[int, Any], int, asyncio.Future[bytes]]] = []

    def __enter__(self) -> "_Sent":
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._wait, self._give_up)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for waiting, ident, _future in self._places:
            del waiting[ident]

    def waits_for(self, line: _Socket, ident: int, question: Question) -> "asyncio.Future[bytes]":
        """The future for the answer to a question that is sent over `line`."""
        future: asyncio.Future[bytes] = self._loop.create_future()
        line.waiting[ident] = (question.section, future)
        self._places.append((line.waiting, ident, future))
        return future

    def _give_up(self) -> None:
        for _, _, future in self._places:
            if not future.done():
                future.set_exception(TimeoutError())


async def _over_tcp(server: tuple[str, int], wire: bytes, wait: float) -> bytes:
    async with asyncio.timeout(wait):
        reader, writer = await asyncio.open_connection(*server)
        try:
            ident = secrets.token_bytes(2)
            writer.write(len(wire).to_bytes(2, "big") + ident + wire[2:])
            await writer.drain()
            size = int.from_bytes(await reader.readexactly(2), "big")
            data = await reader.readexactly(size)
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await writer.wait_closed()
    if len(data) < 12 or data[:2] != ident:
        raise OSError("answer over TCP does not fit the question")
    return data
