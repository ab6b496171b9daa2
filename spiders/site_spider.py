"""The Scrapy spider of one batch: follows each site's hops as a victim's browser would."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from pipeline.settings import CrawlSettings
from spiders.decoding import ACCEPT_ENCODING
from spiders.egress import Egress, FetchFailedError
from spiders.extract import Page, extract
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import MOBILE, Exchange, Hop, Visit

_log = logging.getLogger(__name__)

_REDIRECTS = {301, 302, 303, 307, 308}
_COMES_BACK = {429, 502, 503, 504}
_RETRY_STATES = {"connect-error", "dns-error"}
_BACKOFF = (0.5, 2.0)
"""Seconds before the second and third try."""
_MOST_COOKIES = 30
_COOKIE = re.compile(r"\s*([!-:<>-~]{1,200})=([!-:<-~]{0,2000})")
"""Name and value of a Set-Cookie header, in characters that cannot break a request."""
_REFRESH_WITHIN = 10.0
"""A page that moves on later than this is meant to be read first."""


def request_headers(crawl: CrawlSettings, profile: str) -> dict[str, str]:
    """What a profile says of itself, in the order in which Chromium says it."""
    return {
        "User-Agent": crawl.user_agent if profile == MOBILE else crawl.desktop_user_agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
        "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.6",
        "Accept-Encoding": ACCEPT_ENCODING,
    }


class SiteSpider(Spider):
    """Fills in the visits it is given; yields no items."""

    name = "sites"

    def __init__(
        self,
        *,
        visits: Sequence[Visit],
        egress: Egress,
        crawl: CrawlSettings,
        clock: Callable[[], datetime],
        slot_of: Callable[[str], str],
        on_first: Callable[[Visit], None],
    ) -> None:
        super().__init__()
        self.visits = visits
        self.egress = egress
        self.crawl = crawl
        self._clock = clock
        self._slot_of = slot_of
        self._on_first = on_first

    async def start(self) -> AsyncIterator[Request]:
        for visit in self.visits:
            yield self._request(visit, visit.urls[0], "start")

    def _request(self, visit: Visit, url: str, kind: str) -> Request:
        loop = asyncio.get_running_loop()
        left = self.crawl.site_timeout
        if visit.started is not None:
            left -= loop.time() - visit.started
        headers = request_headers(self.crawl, visit.profile)
        cookies = visit.cookies.get(target_of(url).host)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return Request(
            url,
            headers=headers,
            callback=self.parse,
            errback=self.failed,
            # Sites in the order given, and the next hop of one before the first of another.
            priority=(1_000_000 if visit.hops else 0) - visit.order,
            dont_filter=True,
            meta={
                "visit": visit,
                "kind": kind,
                "download_slot": self._slot_of(url),
                "download_timeout": max(0.1, min(self.crawl.timeout, left)),
                "verbatim_url": True,
                "headers": headers,
                "cookies": dict(cookies or {}),
            },
        )

    def parse(self, response: Response) -> list[Request]:
        """One answer: record the hop, then go on to the next one or end the visit."""
        return self._guarded(response.meta["visit"], self._answered(response))

    def failed(self, failure: Any) -> list[Request]:
        """No answer: try again, try the next way in, or end the visit."""
        return self._guarded(failure.request.meta["visit"], self._unanswered(failure))

    def _guarded(self, visit: Visit, steps: Iterator[Request]) -> list[Request]:
        """One page that we cannot read is set aside; it must not cost the others of the batch."""
        try:
            return list(steps)
        except Exception:  # noqa: BLE001  whatever it is, it is this page's alone
            _log.exception("could not read %s; its visit is given up", visit.indicators[0])
            visit.state = "http-error"
            return []

    def _answered(self, response: Response) -> Iterator[Request]:
        visit: Visit = response.meta["visit"]
        self._begin(visit)
        exchange = self._exchange(response)
        _keep_cookies(visit, exchange)
        visit.hops.append(Hop(response.meta["kind"], exchange))
        if (
            response.status in _COMES_BACK
            and visit.attempt < len(_BACKOFF)
            and self._in_time(visit)
        ):
            visit.hops.pop()
            yield from self._again(visit, response.meta["kind"], response.url)
            return
        following = self._next(visit, exchange)
        if following is None:
            visit.state = _ended(exchange)
        else:
            yield from self._follow(visit, *following)

    def _unanswered(self, failure: Any) -> Iterator[Request]:
        error = failure.value
        request = failure.request
        visit: Visit = request.meta["visit"]
        self._begin(visit)
        if not isinstance(error, FetchFailedError):
            raise error
        visit.page = None
        if error.state in _RETRY_STATES and visit.attempt < 1 and self._in_time(visit):
            yield from self._again(visit, request.meta["kind"], request.url)
            return
        others = (
            visit.urls[visit.urls.index(request.url) + 1 :] if request.url in visit.urls else ()
        )
        if others and not visit.hops and error.state != "refused-address" and self._in_time(visit):
            visit.state = visit.state or error.state
            visit.attempt = 0
            yield self._request(visit, others[0], "start")
            return
        # Where no way in worked, what the first one met says most.
        visit.state = error.state if visit.hops else visit.state or error.state

    def _begin(self, visit: Visit) -> None:
        if visit.started is None:
            visit.started = asyncio.get_running_loop().time()
            self._on_first(visit)

    def _in_time(self, visit: Visit) -> bool:
        now = asyncio.get_running_loop().time()
        return visit.started is None or now - visit.started < self.crawl.site_timeout

    def _again(self, visit: Visit, kind: str, url: str) -> Iterator[Request]:
        visit.attempt += 1
        yield self._request(visit, url, kind)

    def _exchange(self, response: Response) -> Exchange:
        flags = response.flags
        sent = response.meta["headers"]
        return Exchange(
            url=response.url,
            at=self._clock(),
            ip=str(response.ip_address) if response.ip_address else None,
            request_headers=tuple(sent.items()),
            cookies=tuple(response.meta["cookies"].items()),
            status=response.status,
            headers=tuple(response.meta["raw_headers"]),
            body=response.body,
            truncated=flags[0] if flags else None,
            certificate=response.certificate,
        )

    def _next(self, visit: Visit, exchange: Exchange) -> tuple[str, str] | None:
        """Kind and address of the next hop, if this answer leads to one."""
        location = header(exchange, "location")
        if exchange.status in _REDIRECTS and location:
            visit.page = None
            return "http", location
        page = visit.page = read_page(exchange)
        if page is None:
            return None
        refresh = page.meta_refresh
        if refresh and refresh.url and refresh.seconds <= _REFRESH_WITHIN:
            return "meta", refresh.url
        if page.script_redirect:
            return "js", page.script_redirect
        if page.iframe_shell:
            return "iframe", page.iframe_shell
        return None

    def _follow(self, visit: Visit, kind: str, address: str) -> Iterator[Request]:
        base = visit.hops[-1].exchange.url
        try:
            target = target_of(address, base)
        except BadSchemeError:
            # A page that sends its visitors to an app (`weixin:`, `itms-services:`) is the last one.
            visit.state = "bad-scheme" if kind == "http" else "ok"
            return
        except BadPortError:
            visit.state = "refused-address"
            return
        cookies = visit.cookies.get(target.host, {})
        # A site may send a visitor to the same page again, now with a cookie (it once does).
        known = [hop for hop in visit.hops if hop.exchange.url == target.url and hop.kind == kind]
        looped = any(dict(hop.exchange.cookies) == cookies for hop in known)
        if looped or (kind != "http" and target.url == base):
            # A frame or refresh that leads back shows the page itself; a redirect shows nothing.
            visit.state = "too-many-redirects" if kind == "http" else "ok"
        elif len(visit.hops) > self.crawl.max_redirects:
            visit.state = "too-many-redirects"
        elif not self._in_time(visit):
            visit.state = "timeout"
        else:
            visit.attempt = 0
            yield self._request(visit, target.url, kind)


def _keep_cookies(visit: Visit, exchange: Exchange) -> None:
    jar = visit.cookies.setdefault(target_of(exchange.url).host, {})
    for name, value in exchange.headers:
        if name.lower() == "set-cookie" and len(jar) < _MOST_COOKIES:
            pair = _COOKIE.match(value)
            if pair:
                jar[pair[1]] = pair[2]


def header(exchange: Exchange, name: str) -> str | None:
    """The first header of a name in lower case."""
    return next((value for key, value in exchange.headers if key.lower() == name), None)


def read_page(exchange: Exchange) -> Page | None:
    """The page in an answer; None where it is no text."""
    kind = (header(exchange, "content-type") or "").lower()
    head = exchange.body[:512].lstrip()
    textual = "html" in kind or "text/" in kind or "xml" in kind
    if not textual and not head.startswith(b"<") and not (not kind and b"\0" not in head):
        return None
    return extract(exchange.body, url=exchange.url, status=exchange.status, content_type=kind)


def _ended(exchange: Exchange) -> str:
    if exchange.truncated == "length":
        return "too-large"
    if exchange.truncated == "time":
        return "timeout"
    return "ok"
