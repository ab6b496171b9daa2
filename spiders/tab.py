"""One page in the browser: opened through a proxy of its own, broken off where it spins, and read."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.settings import CrawlSettings
from spiders.egress import Egress
from spiders.proxy import FilteringProxy
from spiders.readers import Readers, ReadingFailedError
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import Exchange, Hop, PageFacts, Visit

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, CDPSession, Response
    from playwright.async_api import Page as Tab

_LOAD = 5.0
"""Seconds until a page whose document is there has loaded what belongs to it."""
_QUIET = 2.0
"""Seconds in which scripts may go on after the page has loaded."""
_ANSWER = 4.0
"""Seconds in which a page answers the browser; one whose script spins never does."""
_TO_READ = 2.5 * _ANSWER
"""Seconds in which its document is read: enough to break a script off first."""
_PULSE = 0.5
_PER_PAGE = 30_000_000
"""Bytes each way."""
_LONGEST_DOM = 2_000_000
_DOCUMENT = """(limit => {
    const kind = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
    return (kind + (document.documentElement?.outerHTML ?? "")).slice(0, limit);
})"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the browser made of a page."""

    page: PageFacts
    dom: bytes
    screenshot: bytes | None
    """PNG of the first screen."""
    moved: list[Hop]
    """Where the page's scripts went on to."""


async def see(
    browser: "Browser",
    visit: Visit,
    egress: Egress,
    crawl: CrawlSettings,
    readers: Readers,
    *,
    seconds: float,
) -> Seen:
    """Open the page that a visit ended at, and read what became of it within so many seconds.

    Raises playwright's `Error`, `TimeoutError`, and `ReadingFailedError`.
    """
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
    # Until the page is read, for what spins may begin after it has loaded.
    watch = asyncio.create_task(_stop_what_spins(session))
    try:
        with contextlib.suppress(Error):  # a page that never stops loading still shows something
            await tab.goto(final.url, wait_until="domcontentloaded", timeout=crawl.timeout * 1000)
            await tab.wait_for_load_state("load", timeout=_LOAD * 1000)
            await tab.wait_for_load_state("networkidle", timeout=_QUIET * 1000)
        async with asyncio.timeout(_TO_READ):
            html = await document_of(session, longest=_LONGEST_DOM)
    finally:
        watch.cancel()
    shot: bytes | None = None
    with contextlib.suppress(Error):
        shot = await tab.screenshot(type="png", timeout=_ANSWER * 1000)
    moved = _moved(moves, final)[: crawl.max_redirects]
    address = _address(tab.url) or final.url
    status = (moved[-1].exchange if moved else final).status
    page = await readers.ask("document", html, address, status)
    return Seen(page, html.encode("utf-8", "replace"), shot, moved)


async def _stop_what_spins(session: "CDPSession") -> None:
    """Whenever a page's script lets nobody speak to it, break it off and let the page run no more."""
    from playwright.async_api import Error

    with contextlib.suppress(Error):  # of a page that is gone
        while True:
            try:
                async with asyncio.timeout(_ANSWER):
                    await session.send("Runtime.evaluate", {"expression": "0"})
            except TimeoutError:
                await session.send("Runtime.terminateExecution")
                await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
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
