"""Scrapy's download handler for http and https: one request through the egress, under limits."""

import asyncio
from collections import defaultdict
from typing import Any

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Response

from pipeline.settings import CrawlSettings
from spiders.decoding import BodyReader
from spiders.egress import Egress, FetchFailedError, failure_of
from spiders.site_time import SiteTime
from spiders.turns import Places, SilentError, Turn
from spiders.urls import BadPortError, BadSchemeError, Target, target_of
from spiders.visit import Visit

_DOMAIN = 10
"""Times `crawl.site_timeout` that the sites of one registrable domain may take of one batch in all."""
_IMPATIENT = 0.2
"""Of `crawl.timeout`, for another way in to begin to answer where one was not answered in time."""


class GuardedHandler(BaseDownloadHandler):
    """Downloads through the `egress` of the crawler's spider.

    A body that is too large, too slow or breaks off is given as far as it came, with the flag
    `length`, `time` or `disconnect` (the words of WARC-Truncated). Every failure before the body is
    a `FetchFailedError`.
    """

    lazy = False

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._egress: Egress = crawler.spider.egress
        self._crawl: CrawlSettings = crawler.spider.crawl
        self._places = Places(self._crawl.concurrency)
        self._domains: defaultdict[str, SiteTime] = defaultdict(SiteTime)

    async def download_request(self, request: Request) -> Response:
        """The answer to one request, within what time it and its site have left.

        Names are looked up in the site's time; what it waits for its turn is not the site's doing.
        """
        visit: Visit = request.meta["visit"]
        time, domain = visit.time, self._domains[request.meta["download_slot"]]
        try:
            target = target_of(request.url)
            if not visit.whole.begun and domain.used() > _DOMAIN * self._crawl.site_timeout:
                raise FetchFailedError("not-visited", "its domain had its time")
            with time:
                turn = await self._turn(target.host, time)
            async with turn:
                full = self._patience(request)
                seconds = turn.seconds(target.host, full)
                async with self._places.one():
                    with time, domain:
                        return await self._counted(turn, request, target, seconds, full)
        except SilentError as error:
            raise FetchFailedError("timeout", "it keeps silent") from error
        except BadSchemeError as error:
            raise FetchFailedError("bad-scheme", str(error)) from error
        except BadPortError as error:
            raise FetchFailedError("refused-address", str(error)) from error

    async def _turn(self, host: str, time: SiteTime) -> Turn:
        seconds = self._seconds(time)
        if (known := self._egress.known_turn(host)) is not None:
            return known
        try:
            async with asyncio.timeout(seconds):
                return await self._egress.turn(host)
        except TimeoutError as error:
            raise FetchFailedError("dns-error", "no answer in time") from error

    def _seconds(self, time: SiteTime) -> float:
        """How long a request may take. Raises `FetchFailedError` where its site had all its time."""
        left = self._crawl.site_timeout - time.used()
        if left <= 0:
            raise FetchFailedError("timeout", "its site had its time")
        return min(self._crawl.timeout, left)

    def _patience(self, request: Request) -> float:
        """The seconds for a request; less for a way in after others let it run out."""
        full = self._seconds(request.meta["visit"].time)
        return full if request.meta["patient"] else min(full, _IMPATIENT * self._crawl.timeout)

    async def _counted(
        self, turn: Turn, request: Request, target: Target, seconds: float, full: float
    ) -> Response:
        try:
            response = await self._download(request, target, seconds)
        except FetchFailedError as error:
            turn.ended(target.host, in_time=error.state != "timeout")
            if error.state == "timeout" and seconds < full:
                raise FetchFailedError("not-visited", "others keep its address busy") from error
            raise
        turn.ended(target.host, in_time="time" not in response.flags)
        return response

    async def _download(self, request: Request, target: Target, seconds: float) -> Response:
        headers: dict[str, str] = request.meta["headers"]
        began = asyncio.get_running_loop().time()
        # Who begins to answer is not silent, and has all the time that others have.
        left = self._crawl.site_timeout - request.meta["visit"].time.used()
        deadline = began + max(seconds, min(self._crawl.timeout, left))
        try:
            async with asyncio.timeout_at(began + seconds) as limit:
                async with self._egress.get(target, headers) as answer:
                    # From here on a lack of time cuts the body and fails nothing.
                    limit.reschedule(None)
                    return await self._read(request, answer, deadline)
        except Exception as error:
            raise failure_of(error) from error

    async def _read(self, request: Request, answer: Any, deadline: float) -> Response:
        reader = BodyReader(answer.headers.get("Content-Encoding", ""), limit=self._crawl.max_bytes)
        flags: list[str] = []
        try:
            # A small body has come with its head: nothing is waited for.
            async with asyncio.timeout_at(None if answer.content.is_eof() else deadline):
                async for chunk in answer.content.iter_any():
                    reader.feed(chunk)
                    if reader.full:
                        flags.append("length")
                        break
        except TimeoutError:
            flags.append("time")
        except (aiohttp.ClientError, OSError, ValueError):
            flags.append("disconnect")
        if flags:
            answer.close()
        request.meta["sent"] = [
            (str(name), value) for name, value in answer.request_info.headers.items()
        ]
        request.meta["peer"] = answer.peer
        request.meta["raw_headers"] = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers
        ]
        return Response(
            request.url,
            status=answer.status,
            headers=Headers(),
            body=reader.body,
            flags=flags,
            certificate=answer.certificate,
        )

    async def close(self) -> None:
        """Let go of the egress, which outlives the crawl; who opened it closes it."""
        del self._egress, self._domains, self._places
