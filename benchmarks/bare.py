"""A bare Scrapy spider: the least that fetches the sites of a range, for comparison with the crawl."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import aiohttp.abc
import uvloop
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner

from examples.range.many import address_of
from examples.range.running import Running
from pipeline.settings import Settings
from spiders.private_loop import scrapy_settings


def usual(running: Running) -> dict[str, Any]:
    """Scrapy as it comes, with the crawl's concurrency."""
    crawl = running.crawl()
    return {
        "TWISTED_REACTOR_ENABLED": False,
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.per_host,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }


def lean(running: Running) -> dict[str, Any]:
    """Scrapy without middlewares and extensions, as the crawl itself runs it."""
    settings = scrapy_settings(Settings(crawl=running.crawl(delay=0.001)))
    for ours in ("DOWNLOAD_HANDLERS", "SCHEDULER", "DOWNLOADER"):
        del settings[ours]
    return settings


def bare(addresses: Sequence[str], running: Running, settings: dict[str, Any], *, uv: bool) -> int:
    """Fetch every address and keep nothing; says how many were answered with 200."""
    got = 0

    class Bare(Spider):  # type: ignore[misc,unused-ignore]
        name = "bare"

        async def start(self):  # type: ignore[no-untyped-def]
            for address in addresses:
                yield Request(running.url(address), dont_filter=True)

        def parse(self, response):  # type: ignore[no-untyped-def]
            nonlocal got
            got += response.status == 200

    async def run() -> None:
        await AsyncCrawlerRunner(settings).crawl(Bare)

    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    with (
        patch("aiohttp.connector.DefaultResolver", _Told),
        asyncio.Runner(loop_factory=uvloop.new_event_loop if uv else None) as runner,
    ):
        runner.run(run())
    return got


class _Told(aiohttp.abc.AbstractResolver):
    """Knows the range's addresses by itself, so that the bare spider pays nothing for names."""

    def __init__(self, **_: object) -> None:
        pass

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [
            aiohttp.abc.ResolveResult(
                hostname=host,
                host=address_of(host),
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held here."""
