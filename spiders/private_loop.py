"""An event loop and thread of its own for every batch, and Scrapy set up to run in it."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from pipeline.settings import Settings

T = TypeVar("T")

_WAITING = 4
"""Requests out at once, times `crawl.concurrency`: the rest waits for a turn, or for silent servers."""


def run_in_private_loop(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function in a loop and thread of its own, and give what it gives."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                result.append(runner.run(make()))
        except BaseException as error:  # noqa: BLE001  handed on to the caller's thread
            failure.append(error)

    # Scrapy tells every step to a log that nobody configured; sites' failures are facts, not logs.
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    thread = threading.Thread(target=run, name="fanzha-crawl", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """Scrapy as a scheduler with politeness, and nothing else: no middleware, no extensions.

    Redirects, retries and decoding are ours, because each of them is evidence.
    """
    crawl = settings.crawl
    handler = "spiders.handler.GuardedHandler"
    return {
        # Twisted's reactor cannot be started twice in a process; without it Scrapy runs in any loop.
        "TWISTED_REACTOR_ENABLED": False,
        # Not in `_BASE`: reactorless Scrapy fills that in with handlers that check no address.
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "ftp": None,
            "file": None,
            "data": None,
            "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        # One item task per response instead of a hundred: twice the pages per second.
        "CONCURRENT_ITEMS": 1,
        # Those that are worked on at once are counted by `spiders.turns.Places`.
        "CONCURRENT_REQUESTS": _WAITING * crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.per_host,
        # Scrapy 2.19 counts requests per slot only where there is a delay.
        "DOWNLOAD_DELAY": max(crawl.delay, 0.001),
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "COOKIES_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }
