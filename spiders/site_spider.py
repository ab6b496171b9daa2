"""The Scrapy spider of one batch: follows each site's hops as a victim's browser would."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from pipeline.settings import CrawlSettings
from spiders.answers import Answer, Answers
from spiders.chain import (
    EndOfChainError,
    asides,
    cookie_header,
    keep_cookies,
    may_stay,
    next_hop,
)
from spiders.decoding import ACCEPT_ENCODING
from spiders.egress import Egress, FetchFailedError
from spiders.evidence_file import EvidenceFile
from spiders.readers import Readers
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import DESKTOP, MOBILE, Hop, Visit

_log = logging.getLogger(__name__)

_COMES_BACK = {429, 502, 503, 504}
_RETRY_STATES = {"connect-error", "dns-error"}
_BACKOFF = (0.5,)
"""Seconds before each further try. What needs longer to come back is for the next re-check."""
_SITE_BODIES = 10
"""Largest bodies that one site may fill in all; what it has more is not asked for."""
_BRANCHES = 4
"""Branches of one visit: pages beside the one at the end of its hops."""
_EXTRAS = {"further", "icon"}
_WORTH_A_SECOND_LOOK = {"ok", "too-large"}


def request_headers(crawl: CrawlSettings, profile: str) -> dict[str, str]:
    """What a profile says of itself, in the order in which Chromium says it."""
    return {
        "User-Agent": crawl.user_agent if profile == MOBILE else crawl.desktop_user_agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
        "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.6",
        "Accept-Encoding": ACCEPT_ENCODING,
    }


class SiteSpider(Spider):
    """Fills in the visits it is given; yields no items.

    `on_first` is called when a visit has its first answer, `on_end` when nothing more will come of it.
    """

    name = "sites"

    def __init__(
        self,
        *,
        visits: Sequence[Visit],
        egress: Egress,
        readers: Readers,
        evidence: EvidenceFile,
        crawl: CrawlSettings,
        clock: Callable[[], datetime],
        slot_of: Callable[[str], str],
        on_first: Callable[[Visit], None],
        on_end: Callable[[Visit], None],
    ) -> None:
        super().__init__()
        self.visits = visits
        self.egress = egress
        self.crawl = crawl
        self._answers = Answers(readers, evidence, clock)
        self._slot_of = slot_of
        self._on_first = on_first
        self._on_end = on_end

    async def start(self) -> AsyncIterator[Request]:
        """Nothing beside what the scheduler takes of `first_requests`, when there is room."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def first_requests(self) -> Iterator[Request]:
        """The first request of every visit, the most urgent first."""
        for visit in self.visits:
            yield self._request(visit, visit.urls[0], "start")

    def closed(self, _reason: str) -> None:
        """Let go of the batch.

        Scrapy's parts refer to one another in circles: what a spider holds would stay in memory until
        Python looks for those, which is after some more batches.
        """
        del self.visits, self.egress, self._answers, self._on_first, self._on_end

    async def parse(self, response: Response) -> AsyncIterator[Request]:
        """One answer: record it, then go on to the next hop or end the visit."""
        visit: Visit = response.meta["visit"]
        kind: str = response.meta["kind"]
        if response.status in _COMES_BACK and self._may_retry(visit, kind):
            yield await self._again(visit, response.url, kind)
            return
        self._begin(visit)
        answer = await self._answers.read(visit, kind, response)
        for following in self._guarded(visit, self._answered(visit, kind, answer)):
            yield following

    async def failed(self, failure: Any) -> AsyncIterator[Request]:
        """No answer: try again, try the next way in, or end the visit."""
        request, error = failure.request, failure.value
        visit: Visit = request.meta["visit"]
        kind: str = request.meta["kind"]
        state = error.state if isinstance(error, FetchFailedError) else None
        if state in _RETRY_STATES and self._may_retry(visit, kind):
            yield await self._again(visit, request.url, kind)
            return
        for following in self._guarded(visit, self._unanswered(request, error)):
            yield following

    def _guarded(self, visit: Visit, steps: Iterator[Request]) -> Iterator[Request]:
        """One page that we cannot read is set aside; it must not cost the others of the batch."""
        try:
            yield from steps
        except Exception:  # noqa: BLE001  whatever it is, it is this page's alone
            _log.exception("could not read %s; its visit is given up", visit.indicators[0])
            visit.state = visit.state or "unreadable"
            self._finish(visit)

    def _answered(self, visit: Visit, kind: str, answer: Answer) -> Iterator[Request]:
        exchange, page = answer.exchange, answer.page
        visit.whole.received += exchange.size
        if kind == "further":
            visit.further += [page] if page is not None else []
            self._settle(visit)
            return
        if kind == "icon":
            if answer.icon is not None and visit.page is not None and visit.page["favicon"]:
                visit.page["favicon"]["hash"] = answer.icon
            self._settle(visit)
            return
        keep_cookies(visit, exchange)
        visit.hops.append(Hop(kind, exchange))
        visit.page = page
        if not answer.readable:
            visit.state = "unreadable"
            yield from self._end(visit)
            return
        try:
            following, target = next_hop(visit, max_redirects=self.crawl.max_redirects)
        except EndOfChainError as end:
            visit.state = end.state
            yield from self._branches(visit, None)
            yield from self._end(visit)
            return
        yield from self._branches(visit, target.url)
        if not self._in_time(visit):
            # Every hop was answered, only slowly: that is no site that does not answer.
            visit.state = "too-many-redirects"
            yield from self._end(visit)
            return
        if self._had_its_fill(visit):
            visit.state = "too-large"
            yield from self._end(visit)
            return
        visit.attempt = 0
        yield self._request(visit, target.url, following)

    def _unanswered(self, request: Request, error: BaseException) -> Iterator[Request]:
        visit: Visit = request.meta["visit"]
        self._begin(visit)
        if not isinstance(error, FetchFailedError):
            raise error
        if request.meta["kind"] in _EXTRAS:
            self._settle(visit)
            return
        visit.page = None
        others = visit.urls[visit.urls.index(request.url) + 1 :] if not visit.hops else ()
        if others and error.state != "refused-address" and self._in_time(visit):
            # Where no way in works, what the first one met says most.
            visit.state = visit.state or error.state
            visit.attempt = 0
            visit.patient = visit.patient and error.state not in {"timeout", "not-visited"}
            yield self._request(visit, others[0], "start")
            return
        visit.state = error.state if visit.hops else visit.state or error.state
        yield from self._end(visit)

    def _end(self, visit: Visit) -> Iterator[Request]:
        """The chain of hops is at its end: look at what belongs to the site, then finish."""
        if visit.parent is None and visit.state in _WORTH_A_SECOND_LOOK:
            extras = self._extras(visit)
            visit.pending += len(extras)
            yield from extras
        self._settle(visit.whole)

    def _branches(self, visit: Visit, taken: str | None) -> Iterator[Request]:
        """Look also where else a page leads, and keep in mind that a browser may stay at one we leave."""
        whole = visit.whole
        if visit is whole.twin or visit.page is None:
            return
        if taken is not None and may_stay(visit.page) and len(whole.branches) < _BRANCHES:
            left = self._branch(whole, visit.hops[-1].exchange.url)
            left.hops.append(Hop("left", visit.hops[-1].exchange))
            left.page, left.state, left.ended = visit.page, "ok", True
        known = {hop.exchange.url for part in whole.parts for hop in part.hops}
        known |= {url for part in whole.branches for url in part.urls}
        for kind, target in asides(visit, taken):
            if target.url not in known and len(whole.branches) < _BRANCHES and self._in_time(visit):
                whole.pending += 1
                yield self._request(self._branch(whole, target.url), target.url, kind)

    def _branch(self, whole: Visit, url: str) -> Visit:
        branch = Visit((url,), whole.indicators, MOBILE, whole.order, parent=whole)
        branch.time, branch.cookies, branch.begun = whole.time, whole.cookies, True
        whole.branches.append(branch)
        return branch

    def _extras(self, visit: Visit) -> list[Request]:
        page, final = visit.page, visit.final
        if page is None or final is None or page["state"] == "dead" or self._had_its_fill(visit):
            return []
        found: list[Request] = []
        if self.crawl.second_look:
            start = visit.hops[0].exchange.url
            visit.twin = Visit((start,), visit.indicators, DESKTOP, visit.order, parent=visit)
            visit.twin.time, visit.twin.begun = visit.time, True
            found.append(self._request(visit.twin, start, "start"))
        if self.crawl.icons and page["favicon"] is not None:
            found += self._extra(visit, page["favicon"]["url"], "icon")
        for address in page["further"][: self.crawl.further_pages]:
            if address != final.url:
                found += self._extra(visit, address, "further")
        return found

    def _extra(self, visit: Visit, address: str, kind: str) -> list[Request]:
        try:
            target = target_of(address)
        except (BadSchemeError, BadPortError):
            return []
        visit.asked.append(target.url)
        return [self._request(visit, target.url, kind)]

    def _settle(self, visit: Visit) -> None:
        visit.pending -= 1
        if visit.pending <= 0:
            self._finish(visit)

    def _finish(self, visit: Visit) -> None:
        whole = visit.whole
        if not whole.ended:
            whole.ended = True
            self._on_end(whole)

    def _request(self, visit: Visit, url: str, kind: str) -> Request:
        headers = request_headers(self.crawl, visit.profile)
        cookie = cookie_header(visit, target_of(url))
        if cookie:
            headers["Cookie"] = cookie
        return Request(
            url,
            callback=self.parse,
            errback=self.failed,
            # Sites in the order given, and the next hop of one before the first of another.
            priority=(1_000_000 if visit.begun else 0) - visit.order,
            dont_filter=True,
            meta={
                "visit": visit,
                "kind": kind,
                "headers": headers,
                "download_slot": self._slot_of(url),
                "patient": visit.patient or bool(visit.hops),
                "verbatim_url": True,
            },
        )

    def _begin(self, visit: Visit) -> None:
        if not visit.begun:
            visit.begun = True
            self._on_first(visit)

    def _in_time(self, visit: Visit) -> bool:
        return visit.time.used() < self.crawl.site_timeout

    def _had_its_fill(self, visit: Visit) -> bool:
        return visit.whole.received > _SITE_BODIES * self.crawl.max_bytes

    def _may_retry(self, visit: Visit, kind: str) -> bool:
        return kind not in _EXTRAS and visit.attempt < len(_BACKOFF) and self._in_time(visit)

    async def _again(self, visit: Visit, url: str, kind: str) -> Request:
        self._begin(visit)
        await asyncio.sleep(_BACKOFF[visit.attempt])
        visit.attempt += 1
        return self._request(visit, url, kind)
