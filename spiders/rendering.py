"""Pages whose text exists only after scripts ran, seen in a real browser as the second stage."""

import asyncio
import contextlib
import logging
import os
import shutil
from collections import Counter
from collections.abc import Sequence

from pipeline.indicators import registrable_domain
from pipeline.settings import CrawlSettings
from spiders.chain import is_a_page, may_stay
from spiders.egress import Egress
from spiders.readers import Readers, ReadingFailedError
from spiders.tab import see
from spiders.urls import target_of
from spiders.visit import Visit

_log = logging.getLogger(__name__)

_AT_ONCE = 2
_TO_CLOSE = 5.0
"""Seconds."""
_NOWHERE = "http://127.0.0.1:9"
"""The proxy of whatever the browser asks beside its pages, each of which has one of its own."""
_INHERITED = ("PATH", "HOME", "LANG")
"""What the browser is told of our environment: where the database is, and by which key, is not among it."""
_ARGUMENTS = (
    # Loopback too goes through the proxy: what a page may reach there, the address rule says.
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--mute-audio",
)


def browser_path(crawl: CrawlSettings) -> str | None:
    """Where Chromium is; None where it is not installed, or would run as root without leave to."""
    path = shutil.which(crawl.chromium)
    if path is not None and os.geteuid() == 0 and not crawl.render_as_root:
        _log.warning(
            "nothing is rendered: Chromium has no sandbox as root; run the crawl as another user, or, on "
            "a practice range, set `crawl.render_as_root`"
        )
        return None
    return path


async def render(
    visits: Sequence[Visit], *, egress: Egress, crawl: CrawlSettings, readers: Readers
) -> None:
    """See the visits that need it in a browser, and set their `rendered`, `dom` and `screenshot`.

    Does nothing where Chromium is not installed or must not run as root. A page that kills or stops the browser stays
    unrendered; nothing that a page does raises.
    """
    wanting = _by_turns([part for visit in visits for part in visit.parts if wants_rendering(part)])
    for part in wanting:
        part.unrendered = "left-over"
    wanting = wanting[: crawl.render_pages]
    path = browser_path(crawl) if wanting else None
    if path is None:
        for part in wanting:
            part.unrendered = "no-browser"
        return
    from playwright.async_api import Error, async_playwright

    turn = asyncio.Semaphore(_AT_ONCE)
    ends = asyncio.get_running_loop().time() + crawl.render_seconds
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=path,
                # Chromium cannot build its sandbox as root; everybody else gets it.
                chromium_sandbox=os.geteuid() != 0,
                args=list(_ARGUMENTS),
                # Playwright lets every page open windows, and what they run stops the page as well.
                ignore_default_args=["--disable-popup-blocking"],
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
                proxy={"server": _NOWHERE},
            )
        except Error as error:
            _log.warning("%s does not start, so nothing is rendered: %s", path, error.message[:300])
            for part in wanting:
                part.unrendered = "no-browser"
            return

        async def one(visit: Visit) -> None:
            async with turn:
                seconds = min(crawl.site_timeout, ends - asyncio.get_running_loop().time())
                if seconds <= 0:
                    return
                try:
                    seen = await see(browser, visit, egress, crawl, readers, seconds=seconds)
                except (Error, TimeoutError, ReadingFailedError) as error:
                    _log.info("not rendered: %s (%s)", visit.indicators[0], type(error).__name__)
                    visit.unrendered = "failed"
                    return
            visit.rendered, visit.dom, visit.screenshot = seen.page, seen.dom, seen.screenshot
            visit.moved, visit.unrendered = seen.moved, None

        await asyncio.gather(*(one(visit) for visit in wanting))
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(_TO_CLOSE):
                await browser.close()


def _by_turns(wanting: Sequence[Visit]) -> list[Visit]:
    """One page of each registrable domain before the second of any, otherwise in their order."""
    had: Counter[str] = Counter()
    places = []
    for visit in wanting:
        host = target_of(visit.hops[-1].exchange.url).host
        domain = registrable_domain(host) or host
        places.append(had[domain])
        had[domain] += 1
    return [visit for _, visit in sorted(zip(places, wanting, strict=True), key=lambda one: one[0])]


def wants_rendering(visit: Visit) -> bool:
    """Whether a visit saw a page that is not there before its scripts ran, or that its scripts may leave."""
    page = visit.page
    if visit.state != "ok" or page is None:
        return False
    return bool(page["needs_rendering"]) or (not is_a_page(page) and may_stay(page))
