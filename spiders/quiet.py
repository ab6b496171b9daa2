"""Scrapy without its running commentary: parts of it that tell nobody of every step of every request."""

from typing import Any

from scrapy import signals
from scrapy.logformatter import LogFormatter
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

_STEPS = frozenset(
    {
        signals.request_scheduled,
        signals.request_reached_downloader,
        signals.request_left_downloader,
        signals.response_downloaded,
        signals.response_received,
        signals.scheduler_empty,
    }
)
"""What is signalled for every request. Without extensions and middlewares nobody listens to it."""


class QuietSignals(SignalManager):  # type: ignore[misc,unused-ignore]
    """Signals of a crawl's life, and none of a request's."""

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Tell who listens; gives what they answered."""
        return [] if signal in _STEPS else super().send_catch_log(signal, **kwargs)


class NoLines(LogFormatter):  # type: ignore[misc,unused-ignore]
    """No line for an answer: answers are evidence."""

    def crawled(self, *_: Any) -> None:  # type: ignore[override,unused-ignore]
        """Nothing."""


class NoStats(StatsCollector):  # type: ignore[misc,unused-ignore]
    """Counts nothing; what a crawl is to be known for is in its observations."""

    # Scrapy's looks each method up twice, to warn of arguments that went out of use.
    __getattribute__ = object.__getattribute__

    def inc_value(self, *_: Any, **__: Any) -> None:
        """Nothing."""
