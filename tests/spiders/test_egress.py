"""The one way out: what a socket may be connected to is asked where the socket is made."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from examples.range.hostile import serve_hostile, trespasses
from pipeline.indicators import registrable_domain
from pipeline.settings import CrawlSettings
from spiders.addresses import own_addresses
from spiders.egress import Egress, FetchFailedError, failure_of
from spiders.names.client import DnsClient
from spiders.names.facts import DnsReader
from spiders.names.servers import dns_servers
from spiders.proxy import FilteringProxy
from spiders.urls import target_of
from tests.spiders.conftest import NOW

INSIDE = "127.0.0.1"
REBINDING = target_of("http://rebind.example/")


class Rebound(Egress):
    """A way out whose names lead inside between the check and the connection."""

    async def addresses(self, host: str) -> list[str]:
        return [INSIDE]


@pytest.mark.parametrize("way", ["crawl", "browser"])
async def test_a_name_that_leads_inside_after_the_check_is_not_connected_to(way: str) -> None:
    with serve_hostile(now=NOW) as (running, visits):
        crawl = running.crawl()
        async with (
            DnsClient(dns_servers(crawl.resolver)) as client,
            Rebound(crawl, DnsReader(client, registrable_domain)) as egress,
        ):
            if way == "crawl":
                with pytest.raises(aiohttp.ClientConnectionError) as raised:
                    async with egress.get(REBINDING, {}):
                        pass
                assert failure_of(raised.value).state == "refused-address"
            else:
                async with FilteringProxy(egress, limit=10_000, seconds=5) as proxy:
                    port = int(proxy.url.rpartition(":")[2])
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(b"GET http://rebind.example/ HTTP/1.1\r\n\r\n")
                    assert b"403" in await reader.readline()
                    writer.close()
                assert proxy.refused == ["http://rebind.example:80"]
        assert not trespasses(visits)
        assert not visits.requests


async def test_the_proxy_passes_on_so_much_for_one_page_and_no_more() -> None:
    with serve_hostile(now=NOW) as (running, _):
        crawl = running.crawl()
        async with (
            DnsClient(dns_servers(crawl.resolver)) as client,
            Egress(crawl, DnsReader(client, registrable_domain)) as egress,
            FilteringProxy(egress, limit=100_000, seconds=20) as proxy,
        ):
            port = int(proxy.url.rpartition(":")[2])
            came = 0
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET http://hostile.example/endless/body HTTP/1.1\r\n\r\n")
                came += len(await reader.read(-1))
                writer.close()
        assert 0 < came <= 100_000


def test_the_machine_s_own_addresses_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fib_trie").write_text(
        "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 93.184.215.14\n        /32 host LOCAL\n"
        "     |-- 93.184.215.255\n        /32 link BROADCAST\n"
    )
    (tmp_path / "if_inet6").write_text("24003200000000000000000000000001 02 40 00 80 eth0\n")
    assert own_addresses(tmp_path) == ("2400:3200::1", "93.184.215.14")
    assert own_addresses(tmp_path / "none") == ()
    monkeypatch.setattr("spiders.egress.own_addresses", lambda: ("93.184.215.14",))

    office = CrawlSettings(refuse_networks=("198.35.26.0/24",))
    for address in ("93.184.215.14", "::ffff:93.184.215.14", "198.35.26.96"):
        with pytest.raises(FetchFailedError, match="refused-address"):
            asyncio.run(_addresses(office, address))
    assert asyncio.run(_addresses(office, "93.184.215.15")) == ["93.184.215.15"]


async def _addresses(crawl: CrawlSettings, host: str) -> list[str]:
    async with DnsClient([]) as client:
        return await Egress(crawl, DnsReader(client, registrable_domain)).addresses(host)
