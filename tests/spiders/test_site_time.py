"""One clock for all that is asked of a site."""

import asyncio
from pathlib import Path

from classifiers.domains import judge
from examples.range.webserver import Answer, Line, Request
from pipeline.nouns import Evidence, Indicator, Kind, Label
from pipeline.settings import Settings
from spiders.site_time import SiteTime
from spiders.urls import Target, target_of
from tests.spiders.conftest import NOW, host, html, seen_by, small_internet, url

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
LINKS = "".join(f"<a href=/login{n}>login</a>" for n in range(10))


async def test_time_counts_once_for_whatever_is_under_way_at_once() -> None:
    loop, time = asyncio.get_running_loop(), SiteTime()
    began = loop.time()
    with time:
        with time:
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


def test_a_silent_domain_is_not_waited_for_as_long_by_each_way_in(tmp_path: Path) -> None:
    asked: list[str] = []

    def site(request: Request) -> Answer:
        asked.append(request.host)
        return is_silent

    domain = Indicator(Kind.DOMAIN, "mute.example")
    hosts = dict.fromkeys(["mute.example", "www.mute.example"], "127.0.1.1")
    with small_internet(site, hosts) as (running, _):
        settings = Settings(home=tmp_path, crawl=running.crawl(timeout=2.0, site_timeout=2.4))
        assert seen_by([domain], settings)[domain]["http.state"] == "timeout"
    # 2 seconds for the first way in; what is left of 2.4 seconds for the second; nothing for `www`.
    assert set(asked) == {"mute.example"}


async def begins_at_once_and_ends_late(line: Line) -> None:
    await line.send(HEAD + b"<title>la")
    await line.pause(0.8)
    await line.send(b"te</title>")


def test_another_way_in_that_begins_to_answer_is_given_the_time_to_end(tmp_path: Path) -> None:
    asked: list[str] = []

    def site(request: Request) -> Answer:
        asked.append(request.host)
        return is_silent if len(asked) == 1 else begins_at_once_and_ends_late

    domain = Indicator(Kind.DOMAIN, "late.example")
    hosts = dict.fromkeys(["late.example", "www.late.example"], "127.0.1.1")
    with small_internet(site, hosts) as (running, _):
        # The second way in must begin within four tenths of a second.
        limits: dict[str, object] = {"timeout": 2.0, "second_look": False, "icons": False}
        settings = Settings(home=tmp_path, crawl=running.crawl(**limits))
        seen = seen_by([domain], settings)[domain]
    assert (seen["http.state"], seen["page"]["title"]) == ("ok", "late")


def test_silent_neighbours_keep_nobody_from_being_asked(tmp_path: Path) -> None:
    names = [f"h{n}.example" for n in range(80)]

    def site(request: Request) -> Answer:
        return is_silent if request.host.startswith("h") else html("<title>here</title>")

    asked = [url(f"http://{name}/") for name in [*names, "neighbour.example"]]
    with small_internet(site, {one.host: "127.0.1.1" for one in map(_target, asked)}) as (run, _):
        crawl = run.crawl(timeout=2.5, site_timeout=25, per_address=40)
        seen = seen_by(asked, Settings(home=tmp_path, crawl=crawl))
    assert seen[asked[-1]]["http.state"] == "ok"
    states = [one["http.state"] for one in list(seen.values())[:-1]]
    assert set(states) <= {"timeout", "not-visited"}


def _target(one: Indicator) -> Target:
    return target_of(one.value)


def test_what_there_was_no_time_for_is_not_called_dead() -> None:
    neighbours = Evidence(host("h.example"), NOW, {"http.state": "not-visited"})
    (verdict,) = judge([neighbours], now=NOW)
    assert verdict.label is Label.UNKNOWN
