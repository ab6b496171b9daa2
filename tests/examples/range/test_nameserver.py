"""The range's name server, asked by dnspython as the crawler asks it."""

import random

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.range.nameserver import Names
from pipeline.errors import FanzhaError
from tests.examples.conftest import Ask


def texts(answer: dns.message.Message) -> list[str]:
    return [rdata.to_text() for rrset in answer.answer for rdata in rrset]


@pytest.mark.parametrize(
    ("name", "rdtype", "expected"),
    [
        ("shop.example", "A", ["127.0.0.1", "127.0.0.5"]),
        ("SHOP.Example", "MX", ["10 mail.shop.example."]),
        ("shop.example", "TXT", ['"v=spf1 -all"']),
        ("shop.example", "CAA", ['0 issue "ca.example"']),
        ("shop.example", "NS", ["ns1.park.example."]),
        ("ns1.park.example", "A", ["127.0.0.1"]),
        ("anything.shop.example", "A", ["127.0.0.5"]),
        ("deep.er.shop.example", "A", ["127.0.0.5"]),
        ("x7.tenants.example", "A", ["127.0.0.1"]),
        ("alias.example", "A", ["shop.example.", "127.0.0.1", "127.0.0.5"]),
    ],
)
def test_records_of_every_kind(ask: Ask, name: str, rdtype: str, expected: list[str]) -> None:
    for tcp in (False, True):
        answer = ask(name, rdtype, tcp=tcp)
        assert sorted(texts(answer)) == sorted(expected)
        assert answer.flags & dns.flags.AA


def test_no_such_name_and_no_such_record_are_told_apart(ask: Ask) -> None:
    missing = ask("nowhere.example")
    assert missing.rcode() == dns.rcode.NXDOMAIN
    assert missing.authority[0].rdtype == dns.rdatatype.SOA
    empty = ask("old.example", "CAA")
    assert empty.rcode() == dns.rcode.NOERROR
    assert not empty.answer
    assert empty.authority[0].name.to_text() == "old.example."
    assert ask("mail.nowhere.other").rcode() == dns.rcode.NXDOMAIN


def test_names_misbehave_as_the_manifest_says(ask: Ask) -> None:
    assert ask("www.failing.example").rcode() == dns.rcode.SERVFAIL
    assert ask("gone.example").rcode() == dns.rcode.NXDOMAIN
    with pytest.raises(dns.exception.Timeout):
        ask("silent.example", timeout=0.5)


def test_edns_is_answered_with_edns(ask: Ask) -> None:
    assert ask("shop.example", edns=0).edns == 0
    assert ask("shop.example", edns=-1).edns == -1


def test_an_answer_too_long_for_udp_is_truncated_and_whole_over_tcp() -> None:
    names = Names()
    names.add("long.example", ['@ TXT "' + "x" * 250 + '"', '@ TXT "' + "y" * 250 + '"'])
    query = dns.message.make_query("long.example", "TXT", use_edns=False).to_wire()
    short = dns.message.from_wire(names.reply(query) or b"")
    assert short.flags & dns.flags.TC
    assert not short.answer
    assert len(texts(dns.message.from_wire(names.reply(query, udp=False) or b""))) == 2


def test_the_asked_share_of_questions_is_lost() -> None:
    names = Names(loss=0.25, seed=7)
    names.add("a.example", ["@ A 127.0.0.1"])
    query = dns.message.make_query("a.example", "A").to_wire()
    lost = sum(names.reply(query) is None for _ in range(4000))
    dice = random.Random(7)
    assert lost == sum(dice.random() < 0.25 for _ in range(4000))
    assert names.reply(query, udp=False) is not None


def test_a_name_may_give_another_address_each_time() -> None:
    names = Names()
    names.take_turns("rebind.example", [["127.0.0.1"], ["10.0.0.1"]])
    query = dns.message.make_query("rebind.example", "A").to_wire()
    told = [texts(dns.message.from_wire(names.reply(query) or b"")) for _ in range(3)]
    assert told == [["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]]


def test_a_loop_of_aliases_ends() -> None:
    names = Names()
    names.add("a.example", ["@ CNAME b.example."])
    names.add("b.example", ["@ CNAME a.example."])
    query = dns.message.make_query("a.example", "A").to_wire()
    answer = dns.message.from_wire(names.reply(query) or b"")
    assert set(texts(answer)) == {"a.example.", "b.example."}


def test_a_line_that_is_no_record_is_named() -> None:
    with pytest.raises(FanzhaError, match="MX ten"):
        Names().add("a.example", ["@ MX ten mail"])


@given(st.binary(max_size=300))
def test_no_bytes_can_break_it(query: bytes) -> None:
    names = Names()
    names.add("example", ["@ A 127.0.0.1"])
    answer = names.reply(query)
    assert answer is None or answer[:2] == query[:2]
