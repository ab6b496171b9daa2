"""The DNS client against the range's name server, and against one that lies."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import dns.message
import dns.rdatatype
import pytest

from examples.range.hostile import serve_hostile
from examples.range.listening import served
from examples.range.many import host_name, many
from pipeline.errors import FanzhaError
from spiders.names.client import DnsClient
from spiders.names.messages import Answer, read_answer
from spiders.names.servers import dns_servers

STARTED = datetime(2026, 3, 1, tzinfo=UTC)


async def ask(server: str, *questions: tuple[str, str]) -> list[Answer]:
    async with DnsClient(dns_servers(server)) as client:
        return list(await asyncio.gather(*(client.ask(*question) for question in questions)))


def test_failures_are_told_apart() -> None:
    with serve_hostile(now=STARTED) as (running, _):
        answers = asyncio.run(
            ask(
                running.resolver,
                ("hostile.example", "A"),
                ("hostile.example", "MX"),
                ("no-such.example", "A"),
                ("failing-names.example", "A"),
                ("mute-names.example", "A"),
                ("a..b", "A"),
                ("l" * 64 + ".example", "A"),
                ("circle.example", "A"),
            )
        )
    assert [answer.status for answer in answers] == [
        "noerror",
        "noerror",
        "nxdomain",
        "servfail",
        "timeout",
        "nxdomain",
        "nxdomain",
        answers[-1].status,
    ]
    assert [r.address for r in answers[0].of(dns.rdatatype.A)] == ["127.0.1.1"]
    assert answers[1].records == ()
    assert answers[-1].of(dns.rdatatype.A) == []


def test_what_does_not_fit_into_a_datagram_comes_over_tcp() -> None:
    with serve_hostile(now=STARTED) as (running, _):
        (answer,) = asyncio.run(ask(running.resolver, ("long-txt.example", "TXT")))
    assert len(answer.of(dns.rdatatype.TXT)) == 240


def test_nothing_is_lost_when_packets_are() -> None:
    internet = many(300)
    internet.names.loss = 0.05
    questions = [(host_name(n), kind) for n in range(300) for kind in ("A", "MX", "TXT")]
    with served(internet, now=STARTED) as (running, _):
        answers = asyncio.run(ask(running.resolver, *questions))
    assert {answer.status for answer in answers} == {"noerror"}
    assert all(answer.records for answer in answers)


Lie = Callable[[bytes], list[bytes]]


class _Liar(asyncio.DatagramProtocol):
    def __init__(self, lie: Lie) -> None:
        self._lie = lie

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for answer in self._lie(data):
            self._transport.sendto(answer, addr)  # type: ignore[attr-defined]


def _right(query: bytes, address: str = "127.0.1.1") -> bytes:
    message = dns.message.make_response(dns.message.from_wire(query))
    name = message.question[0].name
    message.answer = [dns.rrset.from_text(name, 60, "IN", "A", address)]
    return message.to_wire()


LIES: dict[str, Lie] = {
    "another id": lambda q: [bytes([q[0] ^ 1]) + _right(q, "6.6.6.6")[1:], _right(q)],
    "another question": lambda q: [
        _right(q, "6.6.6.6").replace(b"\x05asked", b"\x05other"),
        _right(q),
    ],
    "a question": lambda q: [q, _right(q)],
    "noise": lambda q: [b"", b"\xff" * 11, b"\x00" * 600, _right(q)],
    "another letter case": lambda q: [_right(q).replace(b"\x05asked", b"\x05AsKeD")],
}


@pytest.mark.parametrize("lie", LIES)
def test_only_the_answer_to_the_question_counts(lie: str) -> None:
    async def run() -> Answer:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Liar(LIES[lie]), local_addr=("127.0.0.1", 0)
        )
        port = transport.get_extra_info("sockname")[1]
        (answer,) = await ask(f"127.0.0.1:{port}", ("asked.example", "A"))
        transport.close()
        return answer

    assert [r.address for r in asyncio.run(run()).of(dns.rdatatype.A)] == ["127.0.1.1"]


def test_a_broken_answer_is_a_failure_and_no_crash() -> None:
    query = dns.message.make_query("asked.example", "A").to_wire()
    whole = _right(query)
    for end in range(12, len(whole)):
        assert read_answer(whole[:end]).status in {"noerror", "servfail"}
    for at in range(2, len(whole)):
        read_answer(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])


@pytest.mark.parametrize("other", ["CH", "HS"])
def test_records_of_other_classes_are_passed_over(other: str) -> None:
    query = dns.message.make_query("asked.example", "A").to_wire()
    message = dns.message.from_wire(_right(query))
    owner, data = (
        message.question[0].name,
        "relay.example. 4" if other == "CH" else r"\# 4 7f000009",
    )
    message.answer.insert(0, dns.rrset.from_text(owner, 60, other, "A", data))
    answer = read_answer(message.to_wire())
    assert [r.address for r in answer.of(dns.rdatatype.A)] == ["127.0.1.1"]


def test_a_closed_port_is_not_waited_for() -> None:
    (answer,) = asyncio.run(ask("127.0.0.1:1", ("asked.example", "A")))
    assert answer.status == "servfail"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_a_resolver_setting(written: str, read: tuple[str, int]) -> None:
    assert dns_servers(written) == [read]


def test_a_wrong_resolver_setting_is_told() -> None:
    with pytest.raises(FanzhaError, match=r"crawl\.resolver"):
        dns_servers("dns.example")
