"""Pages whose text exists only after scripts ran, seen in a real browser as the second stage."""

import asyncio
import contextlib
import logging
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.indicators import registrable_domain
from pipeline.settings import CrawlSettings
from spiders.chain import is_a_page, may_stay
from spiders.egress import Egress
from spiders.proxy import FilteringProxy
from spiders.readers import Readers, ReadingFailedError
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import Exchange, Hop, PageFacts, Visit

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, CDPSession, Response
    from playwright.async_api import Page as Tab

_log = logging.getLogger(__name__)

_AT_ONCE = 2
_LOAD = 5.0
"""Seconds until a page whose document is there has loaded what belongs to it."""
_QUIET = 2.0
"""Seconds in which scripts may go on after the page has loaded."""
_ANSWER = 4.0
"""Seconds in which a page answers the browser; one whose script spins never does."""
_PULSE = 0.5
_PER_PAGE = 30_000_000
"""Bytes each way."""
_LONGEST_DOM = 2_000_000
_NOWHERE = "http://127.0.0.1:9"
"""The proxy of whatever the browser asks beside its pages, each of which has one of its own."""
_INHERITED = ("PATH", "HOME", "LANG")
"""What the browser is told of our environment: where the database is, and by which key, is not among it."""
_DOCUMENT = """(limit => {
    const kind = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
    return (kind + (document.documentElement?.outerHTML ?? "")).slice(0, limit);
})"""
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What the browser made of a page."""

    page: PageFacts
    dom: bytes
    screenshot: bytes | None
    """PNG of the first screen."""
    moved: list[Hop]
    """Where the page's scripts went on to."""


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
                    seen = await _see(browser, visit, egress, crawl, readers, seconds=seconds)
                except (Error, TimeoutError, ReadingFailedError) as error:
                    _log.info("not rendered: %s (%s)", visit.indicators[0], type(error).__name__)
                    visit.unrendered = "failed"
                    return
            visit.rendered, visit.dom, visit.screenshot = seen.page, seen.dom, seen.screenshot
            visit.moved, visit.unrendered = seen.moved, None

        await asyncio.gather(*(one(visit) for visit in wanting))
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(_LOAD):
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


async def _see(
    browser: "Browser",
    visit: Visit,
    egress: Egress,
    crawl: CrawlSettings,
    readers: Readers,
    *,
    seconds: float,
) -> Seen:
    # A proxy of its own for each page: what one page loads is counted for no other.
    async with FilteringProxy(egress, limit=_PER_PAGE, seconds=seconds) as proxy:
        context = await browser.new_context(
            proxy={"server": proxy.url, "bypass": "<-loopback>"},
            user_agent=crawl.user_agent,
            viewport={"width": 412, "height": 915},
            device_scale_factor=1,
            is_mobile=True,
            has_touch=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=False,
            service_workers="block",
            ignore_https_errors=True,
        )
        try:
            async with asyncio.timeout(seconds):
                return await _look(context, visit, crawl, readers)
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_QUIET):
                    await context.close()


async def _look(
    context: "BrowserContext", visit: Visit, crawl: CrawlSettings, readers: Readers
) -> Seen:
    from playwright.async_api import Error

    tab = await context.new_page()
    # Now, for a page whose script spins lets nobody speak to it anew.
    session = await context.new_cdp_session(tab)
    context.on("page", _close_popup)
    final = visit.hops[-1].exchange
    moves: list[Response] = []

    def note(response: "Response") -> None:
        with contextlib.suppress(Error):  # of a frame that is gone
            if response.request.is_navigation_request() and response.frame == tab.main_frame:
                moves.append(response)

    tab.on("response", note)
    watch = asyncio.create_task(_stop_what_spins(session))
    try:
        with contextlib.suppress(Error):  # a page that never stops loading still shows something
            await tab.goto(final.url, wait_until="domcontentloaded", timeout=crawl.timeout * 1000)
            await tab.wait_for_load_state("load", timeout=_LOAD * 1000)
            await tab.wait_for_load_state("networkidle", timeout=_QUIET * 1000)
    finally:
        watch.cancel()
    async with asyncio.timeout(_ANSWER):
        html = await document_of(session, longest=_LONGEST_DOM)
    shot: bytes | None = None
    with contextlib.suppress(Error):
        shot = await tab.screenshot(type="png", timeout=_ANSWER * 1000)
    moved = _moved(moves, final)[: crawl.max_redirects]
    address = _address(tab.url) or final.url
    status = (moved[-1].exchange if moved else final).status
    page = await readers.ask("document", html, address, status)
    return Seen(page, html.encode("utf-8", "replace"), shot, moved)


async def _stop_what_spins(session: "CDPSession") -> None:
    """As soon as a page's script lets nobody speak to it, break it off and let the page run no more."""
    from playwright.async_api import Error

    with contextlib.suppress(Error):  # of a page that is gone
        while True:
            try:
                async with asyncio.timeout(_ANSWER):
                    await session.send("Runtime.evaluate", {"expression": "0"})
            except TimeoutError:
                await session.send("Runtime.terminateExecution")
                await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
                return
            await asyncio.sleep(_PULSE)


async def document_of(session: "CDPSession", *, longest: int) -> str:
    """The document of a tab as HTML, cut before it leaves the browser.

    Read in a world of its own, where the page's scripts have changed nothing. Raises playwright's
    `Error`, and `ReadingFailedError` where there is no document.
    """
    tree = await session.send("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame})
    told = await session.send(
        "Runtime.evaluate",
        {
            "expression": f"{_DOCUMENT}({longest})",
            "contextId": world["executionContextId"],
            "returnByValue": True,
        },
    )
    html = told["result"].get("value")
    if not isinstance(html, str):
        raise ReadingFailedError("the browser gave no document")
    return html


def _moved(moves: "Sequence[Response]", final: Exchange) -> list[Hop]:
    """The answers by which a page left the address it was opened at; the bodies are not kept."""
    found: list[Hop] = []
    for response in moves:
        address = _address(response.url)
        # The first answers are those of the address itself, which stands among the hops.
        if address is None or (not found and address == final.url):
            continue
        exchange = Exchange(
            url=address,
            at=final.at,
            ip=None,  # the browser sees its proxy's
            request_headers=(),
            status=response.status,
            headers=tuple(response.headers.items()),
            sha256="",
            size=0,
        )
        found.append(Hop("rendered", exchange))
    return found


def _address(shown: str) -> str | None:
    """An address of the browser's as one of ours: no fragment, no credentials; None for no web page."""
    try:
        return target_of(shown).url
    except (BadSchemeError, BadPortError):
        return None


async def _close_popup(tab: "Tab") -> None:
    if await tab.opener() is not None:
        await tab.close()
