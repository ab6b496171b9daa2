"""What is asked for next: begun visits before others, urgent ones first, and no domain more than its share."""

from collections import defaultdict
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.core.scheduler import BaseScheduler
from scrapy.http import Response
from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from spiders.site_spider import SiteSpider


class UrgentFirst(BaseScheduler):  # type: ignore[misc,unused-ignore]
    """Scrapy's scheduler of one batch: gives out the request of the highest priority whose slot has room.

    The spider's `first_requests` come in their order, when nothing of a visit that is under way waits.
    What finds its slot full stays here: in the downloader it would take a place from other domains.
    """

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._room: int = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._ready: list[tuple[int, int, Request]] = []
        self._held: defaultdict[str, list[tuple[int, int, Request]]] = defaultdict(list)
        """Slot → what waits for room in it, each a heap."""
        self._came = count()
        self._first: Iterator[Request] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> "UrgentFirst":
        """As Scrapy makes it."""
        return cls(crawler)

    def open(self, spider: "SiteSpider") -> None:  # type: ignore[override]
        """The visits of a spider can begin."""
        self._first = spider.first_requests()

    def has_pending_requests(self) -> bool:
        """Whether anything is left to be given out, now or later."""
        return bool(self._first is not None or self._ready or self._held)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request."""
        heappush(self._ready, (-request.priority, next(self._came), request))
        return True

    def next_request(self) -> Request | None:
        """The next request; None where all that are left wait for room in their slots."""
        for slot in [slot for slot in self._held if self._has_room(slot)]:
            heappush(self._ready, heappop(self._held[slot]))
            if not self._held[slot]:
                del self._held[slot]
        while self._ready or self._begin():
            entry = heappop(self._ready)
            slot = entry[2].meta["download_slot"]
            if self._has_room(slot):
                return entry[2]
            heappush(self._held[slot], entry)
        return None

    def _begin(self) -> bool:
        if self._first is None:
            return False
        request = next(self._first, None)
        if request is None:
            self._first = None
            return False
        return self.enqueue_request(request)

    def _has_room(self, slot: str) -> bool:
        known = self._crawler.engine.downloader.slots.get(slot)
        return known is None or len(known.active) < self._room


class DirectDownloader(Downloader):  # type: ignore[misc,unused-ignore]
    """Scrapy's slots and delays without the way through downloader middlewares: there are none."""

    def fetch(self, request: Request, *_: Any) -> "Deferred[Response | Request]":
        """The answer to a request, when its slot had its turn."""
        slot = self._get_slot(request)[1]
        self.active.add(request)
        slot.active.add(request)
        answer: Deferred[Any] = Deferred()

        def left(result: Any) -> Any:
            slot.active.remove(request)
            self.active.remove(request)
            return result

        answer.addBoth(left)
        slot.queue.append((request, answer))
        self._process_queue(slot)
        return answer
