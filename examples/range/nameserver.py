"""Practice range: an authoritative name server on loopback, over UDP and TCP (RFC 1034, 1035, 6891).

Zones are read and kept as dnspython reads them; what is asked often is answered from bytes made
once, so that a benchmark measures the asker. Names can misbehave: fail, keep silent, lose packets,
or give another answer each time.
"""

import asyncio
import random
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.zone

from pipeline.errors import FanzhaError

MOODS = ("servfail", "refused", "nxdomain", "timeout")
"""How a name can misbehave as a whole, with everything below it."""

_OPT = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"  # EDNS version 0, 1232 bytes (DNS flag day 2020)
_PLAIN_LIMIT = 512  # RFC 1035 4.2.1: an answer over UDP to somebody who does not speak EDNS
_CNAME, _SOA, _A, _AAAA = 5, 6, 1, 28
_CHAIN = 8

Wires = Mapping[int, Sequence[tuple[int, bytes]]]
"""Type → (TTL, rdata as bytes) of one name."""


def name_wire(name: str) -> bytes:
    """A name as it goes over the wire, in lower case."""
    return dns.name.from_text(name.lower()).to_wire() or b""


@dataclass(slots=True)
class Names:
    """Every name that a range answers for. Filled before it is served, not after."""

    loss: float = 0.0
    """Share of UDP questions that are lost, 0 to 1."""
    seed: int = 1
    _records: dict[bytes, dict[int, list[tuple[int, bytes]]]] = field(default_factory=dict)
    _existing: set[bytes] = field(default_factory=set)
    _moods: dict[bytes, str] = field(default_factory=dict)
    _turns: dict[bytes, list[list[str]]] = field(default_factory=dict)
    _asked: dict[bytes, int] = field(default_factory=dict)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311  a reproducible loss, not a secret

    def add(self, origin: str, lines: Iterable[str]) -> None:
        """Add records as lines of a zone file (RFC 1035 section 5), names relative to `origin`.

        Raises `FanzhaError` where one is no record.
        """
        text = "\n".join(lines)
        try:
            zone = dns.zone.from_text(
                f"$TTL 300\n{text}\n", origin=origin, relativize=False, check_origin=False
            )
        except (dns.exception.DNSException, ValueError) as error:
            raise FanzhaError(
                f"expected lines of a zone file below {origin}, such as `@ MX 10 mail`; "
                f"got {text!r} ({error}); mend them in the manifest"
            ) from error
        for name, rdataset in zone.iterate_rdatasets():
            wire = (name.to_wire() or b"").lower()
            node = self._records.setdefault(wire, {})
            known = node.setdefault(int(rdataset.rdtype), [])
            records = [(rdataset.ttl, rdata.to_wire() or b"") for rdata in rdataset]
            known.extend(record for record in records if record not in known)
            while wire not in self._existing:
                self._existing.add(wire)
                wire = wire[1 + wire[0] :] or b"\0"

    def has(self, name: str, rdtype: str) -> bool:
        """Whether a name has records of a type of its own (no wildcard)."""
        return int(dns.rdatatype.from_text(rdtype)) in self._records.get(name_wire(name), {})

    def misbehave(self, name: str, mood: str) -> None:
        """Make a name, and all below it, answer with one of `MOODS`."""
        self._moods[name_wire(name)] = mood

    def take_turns(self, name: str, answers: Sequence[Sequence[str]]) -> None:
        """Give another list of addresses at each question for A (TTL 0); the last one stays."""
        self._turns[name_wire(name)] = [list(one) for one in answers]
        self.add(name, ["@ TXT turns"])

    def reply(self, query: bytes, *, udp: bool = True) -> bytes | None:
        """The answer to a question, both as bytes; None where the server keeps silent."""
        if len(query) < 17 or query[2] & 0x80:  # no question, or itself an answer
            return None
        end = 12
        while query[end]:
            end += 1 + query[end]
            if query[end:] == b"" or end > 267:
                return None
        end += 1
        if udp and self.loss and self._dice.random() < self.loss:
            return None
        owner, rdtype = query[12:end].lower(), int.from_bytes(query[end : end + 2], "big")
        mood = self._mood(owner) if self._moods else None
        if mood == "timeout":
            return None
        edns = query[11] > 0
        if mood is None:
            rcode, answers, authority = self._answer(owner, rdtype)
        else:
            rcode, answers, authority = int(dns.rcode.from_text(mood)), [], []
        flags = dns.flags.QR | dns.flags.AA | dns.flags.RA | ((query[2] & 1) << 8) | rcode
        body = b"".join(answers) + b"".join(authority) + (_OPT if edns else b"")
        size = 12 + len(query[12 : end + 4]) + len(body)
        if udp and size > (1232 if edns else _PLAIN_LIMIT):
            flags |= dns.flags.TC
            answers, authority, body = [], [], _OPT if edns else b""
        counts = (1, len(answers), len(authority), int(edns))
        header = (
            query[:2] + flags.to_bytes(2, "big") + b"".join(n.to_bytes(2, "big") for n in counts)
        )
        return header + query[12 : end + 4] + body

    def _mood(self, owner: bytes) -> str | None:
        at = 0
        while owner[at]:
            if mood := self._moods.get(owner[at:]):
                return mood
            at += 1 + owner[at]
        return None

    def _answer(self, owner: bytes, rdtype: int) -> tuple[int, list[bytes], list[bytes]]:
        """(rcode, answer section, authority section), CNAMEs followed as a resolver would."""
        answers: list[bytes] = []
        label = b"\xc0\x0c"  # a pointer to the name in the question
        for _ in range(_CHAIN):
            node = self._node(owner)
            if node is None:
                return int(dns.rcode.NXDOMAIN), answers, self._soa(owner)
            found = self._turn(owner) if rdtype == _A and owner in self._turns else node.get(rdtype)
            if found:
                answers += [_record(label, rdtype, ttl, data) for ttl, data in found]
                return int(dns.rcode.NOERROR), answers, []
            if _CNAME not in node:
                break
            ttl, target = node[_CNAME][0]
            answers.append(_record(label, _CNAME, ttl, target))
            owner, label = target.lower(), target
        return int(dns.rcode.NOERROR), answers, self._soa(owner)

    def _node(self, owner: bytes) -> Wires | None:
        """The records of a name, of the wildcard that covers it (RFC 4592), or None: no such name."""
        if owner in self._existing:
            return self._records.get(owner, {})
        at = 0
        while owner[at]:
            at += 1 + owner[at]
            if owner[at:] in self._existing:
                return self._records.get(b"\x01*" + owner[at:])
        return None

    def _turn(self, owner: bytes) -> list[tuple[int, bytes]]:
        turn = self._asked.get(owner, 0)
        self._asked[owner] = turn + 1
        answers = self._turns[owner]
        return [(0, socket.inet_aton(one)) for one in answers[min(turn, len(answers) - 1)]]

    def _soa(self, owner: bytes) -> list[bytes]:
        at = 0
        while True:
            for ttl, data in self._records.get(owner[at:], {}).get(_SOA, ()):
                return [_record(owner[at:], _SOA, ttl, data)]
            if not owner[at]:
                return []
            at += 1 + owner[at]


def _record(owner: bytes, rdtype: int, ttl: int, data: bytes) -> bytes:
    head = (
        rdtype.to_bytes(2, "big") + b"\0\1" + ttl.to_bytes(4, "big") + len(data).to_bytes(2, "big")
    )
    return owner + head + data


class Datagrams(asyncio.DatagramProtocol):
    """The UDP side of a name server."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (answer := self._names.reply(data)) is not None:
            self._transport.sendto(answer, addr)


async def answer_stream(
    names: Names, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """The TCP side: questions with their length before them, until the asker hangs up (RFC 7766)."""
    try:
        while True:
            size = int.from_bytes(await reader.readexactly(2), "big")
            answer = names.reply(await reader.readexactly(size), udp=False)
            if answer is None:
                await reader.read()  # silence until the asker gives up
                break
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the asker hung up; nothing is owed to it
    finally:
        writer.close()
