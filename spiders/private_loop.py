"""An event loop and thread of its own for every batch, and Scrapy set up to run in it."""

import asyncio
import gc
import logging
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from pipeline.settings import Settings

T = TypeVar("T")

_OBJECTS = 7_000
"""New objects after which circles are looked for in a batch; Python's own number is 700."""
_WAITING = 4
"""Requests out at once, times `crawl.concurrency`: the rest waits for a turn, or for silent servers."""


class _Circles:
    """How often Python looks for objects that refer to one another; one for the process.

    A batch makes and keeps many objects, and to look through them again and again takes a tenth of its
    time. Batches may overlap: the last to end sets the process back to what it was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches = 0
        self._usual = gc.get_threshold()

    @contextmanager
    def seldom(self) -> Iterator[None]:
        """Look ten times as seldom as long as the block runs, unless somebody looks more seldom yet."""
        with self._lock:
            if not self._batches:
                self._usual = gc.get_threshold()
                if 0 < self._usual[0] < _OBJECTS:
                    gc.set_threshold(_OBJECTS, *self._usual[1:])
            self._batches += 1
        try:
            yield
        finally:
            with self._lock:
                self._batches -= 1
                if not self._batches:
                    gc.set_threshold(*self._usual)


_CIRCLES = _Circles()


class _Loop(uvloop.Loop):
    """A loop whose sockets are connected to addresses, never to names: our own DNS client looks those up.

    uvloop hands even an address to a thread to be looked up, which costs more than to connect.
    """

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """What a socket is told of an address. Raises `OSError` for a name."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.inet_pton(family, host)
        return [(family, type, proto, "", (host, port))]


def run_in_private_loop(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function in a loop and thread of its own, and give what it gives."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with _CIRCLES.seldom(), asyncio.Runner(loop_factory=_Loop) as runner:
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
        "LOG_FORMATTER": "spiders.quiet.NoLines",
        "STATS_CLASS": "spiders.quiet.NoStats",
        # One item task per response instead of a hundred: twice the pages per second.
        "CONCURRENT_ITEMS": 1,
        # Those that are worked on at once are counted by `spiders.turns.Places`.
        "CONCURRENT_REQUESTS": _WAITING * crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.per_host,
        # Scrapy 2.19 counts requests per slot only where there is a delay.
        "DOWNLOAD_DELAY": max(crawl.delay, 0.001),
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "SCHEDULER": "spiders.order.UrgentFirst",
        "DOWNLOADER": "spiders.order.DirectDownloader",
        "COOKIES_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }
