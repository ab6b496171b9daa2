"""A small DNS client (RFC 1035, 6891): many questions in flight over few UDP sockets.

dnspython encodes the names and parses the records; this module matches answers to questions. An answer counts
only if id, question, address and port are those of the question; what is lost is asked again, and
what does not fit into a datagram is asked over TCP.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

_WAITS = (0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
"""Seconds that each try waits: with 5 % of packets lost, all six fail once in some ten millions."""
_EDNS_BYTES = 1232  # DNS flag day 2020: the largest answer that no path has to fragment
_SOCKETS = 4
_BUFFER = 4 << 20
_HEAD = bytes.fromhex("0000 0100 0001 0000 0000 0001")
"""Id, recursion desired, one question, one additional record."""
_TAIL = bytes.fromhex("0001 0001 00 0029") + _EDNS_BYTES.to_bytes(2, "big") + bytes(6)
"""Type A, class IN, and an OPT record without options (RFC 6891, 6.1.2)."""
_FIXED = struct.Struct("!HHIH")
"""Type, class, TTL and length of a record (RFC 1035, 4.1.3)."""
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question."""

    status: str
    """`noerror`, `nxdomain`, `servfail` (also refused and broken answers) or `timeout`."""
    records: tuple[tuple[int, dns.rdata.Rdata], ...] = ()
    """TTL and data of the answer section, CNAMEs first as they came."""

    def of(self, rdtype: dns.rdatatype.RdataType) -> list[Any]:
        """The records of one type, in the order of the answer."""
        return [rdata for _, rdata in self.records if rdata.rdtype == rdtype]


TIMEOUT = Answer("timeout")
SERVFAIL_ANSWER = Answer("servfail")
NO_SUCH_NAME = Answer("nxdomain")


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
        wires = [_question(name, rdtype) for name, rdtype in questions]
        async with self._turn:
            sent = [self._send(self.servers[0], one, _WAITS[0]) if one else None for one in wires]
            answers: list[Answer | None] = [
                await self._first(one) if one else NO_SUCH_NAME for one in sent
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

    async def _ask(self, question: "_Question", *, tried: int = 0) -> Answer:
        last = TIMEOUT
        for attempt, wait in list(enumerate(_WAITS))[tried:]:
            server = self.servers[attempt % len(self.servers)]
            try:
                data = await self._send(server, question, wait)
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
        self, server: tuple[str, int], question: "_Question", wait: float
    ) -> "asyncio.Future[bytes]":
        """Ask once; the future has the datagram that answers, or fails after `wait` seconds."""
        loop = asyncio.get_running_loop()
        # One reading of the kernel's randomness for socket and id.
        dice = int.from_bytes(os.urandom(3), "big")
        one = self._sockets[server][dice % _SOCKETS]
        ident = dice >> 8
        while ident in one.waiting:
            ident = secrets.randbits(16)
        future: asyncio.Future[bytes] = loop.create_future()
        one.waiting[ident] = (question.section, future)
        timer = loop.call_later(wait, _give_up, future)

        def settle(_: object) -> None:
            timer.cancel()
            del one.waiting[ident]

        future.add_done_callback(settle)
        if one.transport is None:
            future.set_exception(OSError("socket is closed"))
        else:
            self.asked += 1
            one.transport.sendto(ident.to_bytes(2, "big") + question.wire[2:])
        return future


def _give_up(future: "asyncio.Future[bytes]") -> None:
    if not future.done():
        future.set_exception(TimeoutError())


@dataclass(frozen=True, slots=True)
class _Question:
    wire: bytes
    section: bytes


def _question(name: str, rdtype: str) -> _Question | None:
    """A question on the wire; None for a name that cannot exist: a label of 64 letters, an empty one."""
    try:
        wire = _wire_of(name)
    except dns.exception.DNSException:
        return None
    end = wire.index(b"\0", 12) + 1
    kind = int(dns.rdatatype.from_text(rdtype)).to_bytes(2, "big")
    wire = wire[:end] + kind + wire[end + 2 :]
    return _Question(wire, wire[12 : end + 4])


@lru_cache(maxsize=4096)  # a name is asked for several types, one after the other
def _wire_of(name: str) -> bytes:
    """The question for a name's A records in dnspython's encoding; other types differ in two bytes."""
    return _HEAD + (dns.name.from_text(name).to_wire() or b"") + _TAIL


def read_answer(data: bytes) -> Answer:
    """The answer section of a message; authority and additional sections are not even parsed."""
    status = {NOERROR: "noerror", NXDOMAIN: "nxdomain"}.get(data[3] & 0x0F, "servfail")
    if data[6:8] == b"\0\0" or status == "servfail":
        return Answer(status)
    try:
        return Answer(status, tuple(_records(data)))
    except (dns.exception.DNSException, ValueError, IndexError, struct.error):
        return SERVFAIL_ANSWER


def _records(data: bytes) -> Iterator[tuple[int, dns.rdata.Rdata]]:
    """TTL and data of each record; owners are stepped over, for they are ours or an alias's."""
    at = _after_name(data, 12) + 4
    for _ in range(int.from_bytes(data[6:8], "big")):
        at = _after_name(data, at)
        rdtype, rdclass, ttl, length = _FIXED.unpack_from(data, at)
        at += _FIXED.size
        # Records of other classes have the same types with other contents: an A of Chaosnet has no
        # address. Nobody asked for them.
        if rdclass == dns.rdataclass.IN:
            yield ttl, dns.rdata.from_wire(rdclass, rdtype, data, at, length)
        at += length


def _after_name(data: bytes, at: int) -> int:
    while size := data[at]:
        if size >= 0xC0:  # a pointer ends a name (RFC 1035, 4.1.4)
            return at + 2
        at += 1 + size
    return at + 1


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
