"""The `dns` observation of hosts on the range of tests/spiders/internet."""

import asyncio
from datetime import timedelta

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from examples.range import Running
from examples.range.hostile import serve_hostile
from pipeline.indicators import registrable_domain
from spiders.names.client import DnsClient
from spiders.names.facts import DnsFacts, DnsReader
from spiders.names.servers import dns_servers
from tests.spiders.conftest import NOW


def facts(internet: Running, *hosts: str) -> list[DnsFacts]:
    async def run() -> list[DnsFacts]:
        async with DnsClient(dns_servers(internet.resolver)) as client:
            reader = DnsReader(client, registrable_domain)
            return list(await asyncio.gather(*(reader.facts(host) for host in hosts)))

    return asyncio.run(run())


def test_the_full_set(internet: Running) -> None:
    (plain,) = facts(internet, "plain.example")
    assert plain == DnsFacts(
        status="noerror",
        a=["127.0.0.31"],
        aaaa=[],
        cname=[],
        ns=["ns1.plain.example", "ns2.plain.example"],
        ns_a=["127.0.0.1"],
        mx=["10 mail.plain.example"],
        txt=["v=spf1 -all"],
        soa=plain.soa,
        caa=['0 issue "ca.example"'],
        ttl=300,
        wildcard=False,
        spf=True,
        dmarc=True,
    )
    assert plain.soa
    assert plain.soa[0].startswith("ns1.plain.example.")


def test_what_belongs_to_the_domain_is_told_of_its_hosts(internet: Running) -> None:
    host, domain = facts(internet, "www.plain.example", "plain.example")
    assert host.mx == domain.mx
    assert host.a == ["127.0.0.31"]


def test_an_alias_shows_its_chain(internet: Running) -> None:
    (alias,) = facts(internet, "alias.example")
    assert (alias.cname, alias.a) == (["plain.example"], ["127.0.0.31"])


def test_aliases_that_run_in_a_circle_are_no_missing_name() -> None:
    with serve_hostile(now=NOW) as (running, _):
        circle, chain = facts(running, "circle.example", "long-chain.example")
    assert (circle.status, circle.a) == ("loop", [])
    assert set(circle.cname) == {"circle.example", "circle2.example"}
    assert chain.status == "noerror"


def test_what_a_domain_said_is_not_asked_again_within_minutes(internet: Running) -> None:
    async def asked(minutes: int) -> tuple[int, DnsFacts]:
        async with DnsClient(dns_servers(internet.resolver)) as client:
            at = NOW + timedelta(days=400, minutes=minutes)
            told = await DnsReader(client, registrable_domain, now=at).facts("plain.example")
            return client.asked, told

    (first, known), (second, again), (third, _) = (asyncio.run(asked(n)) for n in (0, 4, 10))
    assert (first, second, third) == (11, 2, 11)  # the addresses are asked every time
    assert again == known


def test_nothing_and_failure_are_told_apart(internet: Running) -> None:
    nothing, failing = facts(internet, "no-such.example", "broken-dns.example")
    assert (nothing.status, nothing.wildcard) == ("nxdomain", False)
    assert (nothing.ns, nothing.mx, nothing.txt, nothing.caa) == ([], [], [], [])
    assert (nothing.ns_a, nothing.spf, nothing.dmarc) == ([], False, False)
    assert (failing.status, failing.wildcard, failing.dmarc) == ("servfail", None, None)
    assert (failing.ns, failing.ns_a, failing.soa) == (None, None, None)
    assert (failing.mx, failing.txt, failing.spf, failing.caa) == (None, None, None, None)


class _HalfMute(asyncio.DatagramProtocol):
    """A name server that fails at MX and TXT alone."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        said = dns.message.make_response(dns.message.from_wire(data))
        name, kind = said.question[0].name, said.question[0].rdtype
        if kind in {dns.rdatatype.MX, dns.rdatatype.TXT}:
            said.set_rcode(dns.rcode.SERVFAIL)
        elif (str(name), kind) == ("half.example.", dns.rdatatype.A):
            said.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "127.0.0.9"))
        self._transport.sendto(said.to_wire(), addr)  # type: ignore[attr-defined]


def test_a_question_that_nobody_answers_leaves_its_facts_unknown_and_no_others() -> None:
    async def run() -> DnsFacts:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(_HalfMute, ("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        async with DnsClient(dns_servers(f"127.0.0.1:{port}")) as client:
            told = await DnsReader(client, registrable_domain).facts("half.example")
        transport.close()
        return told

    told = asyncio.run(run())
    assert (told.status, told.a, told.caa, told.ns) == ("noerror", ["127.0.0.9"], [], [])
    assert (told.mx, told.txt, told.spf, told.dmarc) == (None, None, None, None)
    assert told.to_json()["mx"] is None


async def test_who_gives_up_takes_the_answer_from_nobody(internet: Running) -> None:
    async with DnsClient(dns_servers(internet.resolver)) as client:
        reader = DnsReader(client, registrable_domain)
        hurried, patient = (asyncio.create_task(reader.addresses("plain.example")) for _ in "ab")
        await asyncio.sleep(0)
        hurried.cancel()
        assert await patient == ("noerror", ["127.0.0.31"])
