"""Scrapy's download handler for http and https: one request through the egress, under limits."""

import asyncio
from ipaddress import ip_address
from typing import Any

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Response

from pipeline.settings import CrawlSettings
from spiders.decoding import BodyReader
from spiders.egress import Egress, FetchFailedError, failure_of
from spiders.site_time import SiteTime
from spiders.turns import SilentError, Turn
from spiders.urls import BadPortError, BadSchemeError, Target, target_of


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

    async def download_request(self, request: Request) -> Response:
        """The answer to one request, within what time it and its site have left.

        Names are looked up in the site's time; what it waits for its turn is not the site's doing.
        """
        time: SiteTime = request.meta["visit"].time
        try:
            target = target_of(request.url)
            with time.running():
                turn = await self._turn(target.host, time)
            async with turn:
                with time.running():
                    return await self._counted(turn, request, target)
        except SilentError as error:
            raise FetchFailedError("timeout", "its address keeps silent") from error
        except BadSchemeError as error:
            raise FetchFailedError("bad-scheme", str(error)) from error
        except BadPortError as error:
            raise FetchFailedError("refused-address", str(error)) from error

    async def _turn(self, host: str, time: SiteTime) -> Turn:
        try:
            async with asyncio.timeout(self._seconds(time)):
                return await self._egress.turn(host)
        except TimeoutError as error:
            raise FetchFailedError("dns-error", "no answer in time") from error

    def _seconds(self, time: SiteTime) -> float:
        """How long a request may take. Raises `FetchFailedError` where its site had all its time."""
        left = self._crawl.site_timeout - time.used()
        if left <= 0:
            raise FetchFailedError("timeout", "its site had its time")
        return min(self._crawl.timeout, left)

    async def _counted(self, turn: Turn, request: Request, target: Target) -> Response:
        seconds = self._seconds(request.meta["visit"].time)
        try:
            response = await self._download(request, target, seconds)
        except FetchFailedError as error:
            turn.ended(in_time=error.state != "timeout")
            raise
        turn.ended(in_time="time" not in response.flags)
        return response

    async def _download(self, request: Request, target: Target, seconds: float) -> Response:
        headers: dict[str, str] = request.meta["headers"]
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline) as limit:
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
            async with asyncio.timeout_at(deadline):
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
            ip_address=ip_address(answer.peer) if answer.peer else None,
        )

    async def close(self) -> None:
        """The egress outlives the crawl; who opened it closes it."""
