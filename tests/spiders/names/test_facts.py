"""The `dns` observation of hosts on the range of tests/spiders/internet."""

import asyncio
from datetime import timedelta

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
    assert (failing.status, failing.wildcard, failing.dmarc) == ("servfail", None, None)
