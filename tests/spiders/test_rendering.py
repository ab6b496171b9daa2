"""Pages seen in Debian's Chromium, which goes out through the crawl's own address rule."""

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.range import Running
from examples.range.hostile import serve_hostile, trespasses
from pipeline.artifacts import ArtifactStore
from pipeline.indicators import registrable_domain
from pipeline.settings import CrawlSettings, Settings
from spiders.egress import Egress
from spiders.extract import extract
from spiders.names.client import DnsClient
from spiders.names.facts import DnsReader
from spiders.names.servers import dns_servers
from spiders.readers import Readers
from spiders.rendering import render
from spiders.tab import document_of
from spiders.visit import MOBILE, Exchange, Hop, Visit
from tests.conftest import require_program
from tests.spiders.conftest import NOW, host, seen_by, url

SHELL = host("shell.example")


def test_a_page_that_is_made_by_scripts_is_seen_as_its_visitors_see_it(
    internet: Running, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl(chromium=require_program("chromium")))
    moving = host("mover.example")
    seen = seen_by([SHELL, moving, host("plain.example")], settings)
    assert seen[SHELL]["page.rendered"] is True
    assert seen[SHELL]["page"]["title"] == "会员中心"
    assert seen[SHELL]["page"]["forms"][0]["fields"][0]["meaning"] == "bank-card"
    assert seen[host("plain.example")]["page.rendered"] is False
    # Where only a browser is led is where the page was read, and a hop of its own.
    assert seen[moving]["http.final_url"] == "http://same-words.example/"
    assert [(hop["kind"], hop["url"]) for hop in seen[moving]["http.hops"]] == [
        ("start", "http://mover.example/"),
        ("rendered", "http://same-words.example/"),
    ]
    assert seen[moving]["page"]["url"] == "http://same-words.example/"
    store = ArtifactStore(settings.artifacts_url)
    (visit,) = store.visits_to(SHELL)
    (picture,) = (r for r in visit["records"] if r.get("kind") == "image/png")
    assert store.get(picture["sha256"]).startswith(b"\x89PNG")


def test_without_a_browser_the_page_says_that_it_was_not_rendered(
    internet: Running, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl(chromium="no-such-browser"))
    seen = seen_by([SHELL], settings)[SHELL]
    assert seen["page.rendered"] is False
    assert seen["page.unrendered"] == "no-browser"
    assert seen["page"]["needs_rendering"] is True
    assert seen["page"]["title"] == "App"


@pytest.fixture
def talkative(tmp_path: Path) -> Path:
    """A browser that only writes down how it was started."""
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\n{{ env; echo "$@"; }} > {tmp_path}/told\nexit 1\n')
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("user", "leave", "starts"), [(0, False, False), (0, True, True), (1000, False, True)]
)
def test_root_renders_only_where_a_setting_says_so(
    talkative: Path, monkeypatch: pytest.MonkeyPatch, user: int, leave: bool, starts: bool
) -> None:
    monkeypatch.setattr("spiders.rendering.os.geteuid", lambda: user)
    monkeypatch.setenv("FANZHA_DATABASE", "postgresql://fanzha:geheim-9999@db.example/fanzha")
    crawl = CrawlSettings(chromium=str(talkative), render_as_root=leave)
    (visit,) = asyncio.run(rendered(crawl, "http://a.example/"))
    assert visit.rendered is None
    told = talkative.with_name("told")
    assert told.exists() is starts
    if starts:
        assert "geheim" not in told.read_text()
        assert ("--no-sandbox" in told.read_text()) is (user == 0)


async def test_a_document_is_cut_within_the_browser_and_read_as_it_is() -> None:
    from playwright.async_api import async_playwright

    lying = (
        "<!doctype html><title>true</title><script>Object.defineProperty(Element.prototype, "
        "'outerHTML', {get() { return 'false'.repeat(1000) }})</script>"
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=require_program("chromium"), chromium_sandbox=os.geteuid() != 0
        )
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.set_content(lying)
        session = await context.new_cdp_session(tab)
        whole = await document_of(session, longest=10_000)
        assert whole == await tab.content()
        assert await document_of(session, longest=40) == whole[:40]
        await browser.close()


def visit_of(address: str) -> Visit:
    """A visit that ended at an address, as one that is to be rendered."""
    exchange = Exchange(address, NOW, None, (), 200, (), hashlib.sha256().hexdigest(), 0)
    page = extract(b"<div id=app></div>", url=address).to_json() | {"needs_rendering": True}
    visit = Visit((address,), (url(address),), MOBILE, 0)
    visit.hops, visit.state, visit.page = [Hop("start", exchange)], "ok", page
    return visit


async def rendered(crawl: CrawlSettings, *addresses: str) -> list[Visit]:
    visits = [visit_of(address) for address in addresses]
    async with (
        DnsClient(dns_servers(crawl.resolver)) as client,
        Egress(crawl, DnsReader(client, registrable_domain)) as egress,
        Readers(1) as readers,
    ):
        await render(visits, egress=egress, crawl=crawl, readers=readers)
    return visits


def test_what_the_browser_had_no_time_for_is_told() -> None:
    chromium = require_program("chromium")
    crawl = CrawlSettings(chromium=chromium, render_as_root=True, render_seconds=1e-9)
    visits = asyncio.run(rendered(crawl, "http://a.example/", "http://b.example/"))
    assert [visit.unrendered for visit in visits] == ["left-over", "left-over"]
    few = CrawlSettings(chromium="no-such-browser", render_pages=2)
    same, again, other = asyncio.run(
        rendered(few, "http://a.example/", "http://www.a.example/", "http://b.example/")
    )
    # One page of each domain comes first.
    assert (same.unrendered, other.unrendered) == ("no-browser", "no-browser")
    assert again.unrendered == "left-over"


@pytest.mark.timeout(180)
def test_a_hostile_page_reaches_nothing_inside_and_stops_nobody() -> None:
    chromium = require_program("chromium")
    with serve_hostile(now=datetime(2026, 3, 1, tzinfo=UTC)) as (running, visits):
        crawl = running.crawl(chromium=chromium, timeout=8, site_timeout=30)
        reaching, busy, late, download, plain = asyncio.run(
            rendered(
                crawl,
                "http://hostile.example/page/reach-in",
                "http://hostile.example/page/script",
                "http://hostile.example/page/late-script",
                "http://hostile.example/download/setup.exe",
                "http://hostile.example/page/plain",
            )
        )
        assert reaching.rendered is not None
        assert plain.rendered is not None
        assert "harmless" in plain.rendered["text"]
        # Its script was broken off, so that what else is on the page could be seen.
        assert busy.rendered is not None
        assert late.rendered is not None
        assert "shown first" in late.rendered["text"]
        # None of the fifty windows that it asked for was opened.
        assert [r.path for r in visits.requests].count("/page/script") == 1
        assert download.rendered is None or not download.rendered["text"]
        assert [r for r in visits.requests if r.path == "/page/reach-in"]
        assert not trespasses(visits)
