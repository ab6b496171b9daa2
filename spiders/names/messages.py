"""Messages of DNS (RFC 1035, 6891): a question on the wire, and the answer section that came of it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

_EDNS_BYTES = 1232  # DNS flag day 2020: the largest answer that no path has to fragment
_HEAD = bytes.fromhex("0000 0100 0001 0000 0000 0001")
"""Id, recursion desired, one question, one additional record."""
_TAIL = bytes.fromhex("0001 0001 00 0029") + _EDNS_BYTES.to_bytes(2, "big") + bytes(6)
"""Type A, class IN, and an OPT record without options (RFC 6891, 6.1.2)."""
_FIXED = struct.Struct("!HHIH")
"""Type, class, TTL and length of a record (RFC 1035, 4.1.3)."""
_WHOLE = {dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.TXT, dns.rdatatype.CAA}
"""Types whose records have no compressed names in them."""
_SHORT = 256
"""Bytes of a record that is worth remembering."""
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


class Question(NamedTuple):
    """A question whose id is still to be put in."""

    wire: bytes
    section: bytes
    """Name, type and class: what an answer repeats."""


def question_of(name: str, rdtype: str) -> Question | None:
    """A question on the wire; None for a name that cannot exist: a label of 64 letters, an empty one."""
    try:
        wire = _wire_of(name)
    except dns.exception.DNSException:
        return None
    end = wire.index(b"\0", 12) + 1
    wire = wire[:end] + _kind(rdtype) + wire[end + 2 :]
    return Question(wire, wire[12 : end + 4])


@lru_cache
def _kind(rdtype: str) -> bytes:
    return int(dns.rdatatype.from_text(rdtype)).to_bytes(2, "big")


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
            if rdtype in _WHOLE and length <= _SHORT and at + length <= len(data):
                yield ttl, _whole(rdtype, data[at : at + length])
            else:
                yield ttl, dns.rdata.from_wire(rdclass, rdtype, data, at, length)
        at += length


@lru_cache(maxsize=4096)  # many sites share their addresses and policies
def _whole(rdtype: dns.rdatatype.RdataType, data: bytes) -> dns.rdata.Rdata:
    """A record that stands for itself: of a type that refers to no other part of the message."""
    return dns.rdata.from_wire(dns.rdataclass.IN, rdtype, data, 0, len(data))


def _after_name(data: bytes, at: int) -> int:
    while size := data[at]:
        if size >= 0xC0:  # a pointer ends a name (RFC 1035, 4.1.4)
            return at + 2
        at += 1 + size
    return at + 1
