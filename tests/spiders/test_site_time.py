"""One clock for all that is asked of a site."""

import asyncio
from pathlib import Path

from examples.range.webserver import Answer, Line, Request
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from spiders.site_time import SiteTime
from tests.spiders.conftest import seen_by, small_internet, url

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
LINKS = "".join(f"<a href=/login{n}>login</a>" for n in range(10))


async def test_time_counts_once_for_whatever_is_under_way_at_once() -> None:
    loop, time = asyncio.get_running_loop(), SiteTime()
    began = loop.time()
    with time.running():
        with time.running():
            await asyncio.sleep(0.05)
        assert time.used() >= 0.04
        await asyncio.sleep(0.05)
    used = time.used()
    assert 0.09 <= used <= loop.time() - began
    await asyncio.sleep(0.05)
    assert time.used() == used


async def drips(line: Line) -> None:
    await line.send(HEAD + f"<title>slow</title>{LINKS}".encode())
    while True:
        await line.send(b" ")
        await line.pause(0.1)


async def is_silent(line: Line) -> None:
    await line.pause(3600)


def test_a_site_that_drips_has_one_time_for_all_of_its_pages(tmp_path: Path) -> None:
    asked: list[str] = []

    def site(request: Request) -> Answer:
        asked.append(request.path)
        return drips

    slow = url("http://slow.example/")
    limits: dict[str, object] = {"timeout": 1.5, "site_timeout": 1.6, "further_pages": 10}
    with small_internet(site, {"slow.example": "127.0.1.1"}) as (running, _):
        settings = Settings(home=tmp_path, crawl=running.crawl(per_host=1, **limits))
        seen = seen_by([slow], settings)[slow]
    assert (seen["http.state"], seen["page"]["title"]) == ("ok", "slow")
    # The page itself takes the time but a tenth of a second: of twin, icon and further pages one fits in.
    assert len(asked) <= 2


def test_a_silent_name_is_not_waited_for_by_each_way_in(tmp_path: Path) -> None:
    asked: list[str] = []

    def site(request: Request) -> Answer:
        asked.append(request.host)
        return is_silent

    domain = Indicator(Kind.DOMAIN, "mute.example")
    hosts = dict.fromkeys(["mute.example", "www.mute.example"], "127.0.1.1")
    with small_internet(site, hosts) as (running, _):
        settings = Settings(home=tmp_path, crawl=running.crawl(timeout=0.5, site_timeout=0.6))
        assert seen_by([domain], settings)[domain]["http.state"] == "timeout"
    assert set(asked) == {"mute.example"}
