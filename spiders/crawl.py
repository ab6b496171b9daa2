"""Indicators → observations: one Scrapy run for a batch of sites, with DNS facts, behind one function."""

import asyncio
import logging
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.artifacts import ArtifactStore
from pipeline.errors import FanzhaError
from pipeline.indicators import is_ip, registrable_domain
from pipeline.nouns import Indicator, Json, Kind, Observation
from pipeline.settings import Settings
from spiders.egress import Egress
from spiders.names.client import DnsClient
from spiders.names.facts import DnsFacts, DnsReader
from spiders.names.servers import dns_servers
from spiders.record import facts_of, nothing_seen, observations
from spiders.registration import RegistrationReader
from spiders.rendering import render
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import MOBILE, Exchange, Visit
from spiders.warc import EvidenceFile


def crawl_batch(
    indicators: Sequence[Indicator],
    *,
    settings: Settings,
    artifacts: ArtifactStore,
    now: datetime,
) -> list[Observation]:
    """Visit sites and record what is there; every indicator gets at least an `http.state`.

    Sites are begun in the order given, so the most urgent stand first. `now` is the time of every
    observation. Synchronous; may be called any number of times in a process, from any thread, also
    from one with a running event loop. Raises `FanzhaError` for a phone number or a wrong setting;
    nothing that a site does raises.
    """
    numbers = [indicator for indicator in indicators if indicator.kind is Kind.NUMBER]
    if numbers:
        raise FanzhaError(
            f"expected sites to crawl, got {numbers[0]}; numbers are judged from feeds"
        )
    visits, refused = plan(indicators, now=now)
    servers = dns_servers(settings.crawl.resolver)
    if not visits:
        return refused
    with tempfile.TemporaryDirectory(prefix="fanzha-crawl-") as folder:
        evidence = EvidenceFile(Path(folder), at=now)
        found = run_in_private_loop(_Crawl(visits, settings, servers, now, evidence).run)
        artifacts.put_bundle(evidence.close())
    return refused + found


def plan(
    indicators: Sequence[Indicator], *, now: datetime
) -> tuple[list[Visit], list[Observation]]:
    """One visit per different way in, and what can be said at once of what has none."""
    shared: dict[tuple[str, ...], list[Indicator]] = {}
    refused: list[Observation] = []
    for indicator in dict.fromkeys(indicators):
        try:
            urls = tuple(target_of(url).url for url in ways_in(indicator))
        except BadSchemeError:
            refused.append(nothing_seen(indicator, "bad-scheme", now))
        except BadPortError:
            refused.append(nothing_seen(indicator, "refused-address", now))
        else:
            shared.setdefault(urls, []).append(indicator)
    visits = [
        Visit(urls, tuple(group), MOBILE, order)
        for order, (urls, group) in enumerate(shared.items())
    ]
    return visits, refused


def ways_in(indicator: Indicator) -> tuple[str, ...]:
    """The addresses by which a visitor would try to reach it, in turn."""
    if indicator.kind is Kind.URL:
        return (indicator.value,)
    host = f"[{indicator.value}]" if ":" in indicator.value else indicator.value
    names = (host, f"www.{host}") if indicator.kind is Kind.DOMAIN else (host,)
    return tuple(f"{scheme}://{name}/" for name in names for scheme in ("http", "https"))


class _Crawl:
    """One batch in one event loop, with one evidence file."""

    def __init__(
        self,
        visits: list[Visit],
        settings: Settings,
        servers: list[tuple[str, int]],
        now: datetime,
        evidence: EvidenceFile,
    ) -> None:
        self._visits = visits
        self._settings = settings
        self._servers = servers
        self._now = now
        self._evidence = evidence
        self._facts: dict[str, asyncio.Task[DnsFacts]] = {}
        self._registered: dict[str, asyncio.Task[dict[str, Json] | None]] = {}
        self._records: dict[int, Future[list[Json]]] = {}

    async def run(self) -> list[Observation]:
        """Crawl, look up, write down; gives the observations of all visits in their order."""
        crawl = self._settings.crawl
        # One thread, because a file has one end; compression runs beside the event loop.
        with ThreadPoolExecutor(1, "fanzha-warc") as self._writing:
            async with DnsClient(self._servers) as client:
                self._reader = DnsReader(client, registrable_domain)
                async with Egress(crawl, self._reader) as egress:
                    self._registry = RegistrationReader(egress, crawl)
                    await self._scrapy(egress)
                    await render(self._visits, egress=egress, crawl=crawl)
                    for visit in self._visits:
                        self._look_up(visit)
                    await asyncio.gather(*self._facts.values())
                    await self._wait_for_registries()
        return [o for visit in self._visits for o in self._conclude(visit)]

    async def _scrapy(self, egress: Egress) -> None:
        from scrapy.crawler import AsyncCrawlerRunner

        from spiders.site_spider import SiteSpider

        runner = AsyncCrawlerRunner(scrapy_settings(self._settings))
        await runner.crawl(
            SiteSpider,
            visits=self._visits,
            egress=egress,
            crawl=self._settings.crawl,
            clock=self._settings.now,
            slot_of=_slot_of,
            on_first=self._look_up,
            on_end=self._keep,
        )

    def _look_up(self, visit: Visit) -> None:
        host = target_of(visit.urls[0]).host
        if host not in self._facts and not is_ip(host):
            self._facts[host] = asyncio.create_task(self._reader.facts(host))
            domain = registrable_domain(host)
            if domain is not None:
                self._registered[host] = asyncio.create_task(self._registry.facts(domain))

    async def _wait_for_registries(self) -> None:
        """A registry's rate limit must not hold up a batch; who is not served is asked next time."""
        if self._registered:
            limit = self._settings.crawl.site_timeout
            _, waiting = await asyncio.wait(self._registered.values(), timeout=limit)
            for task in waiting:
                task.cancel()

    def _keep(self, visit: Visit) -> None:
        exchanges = visit.exchanges
        visit.drop_bodies()
        self._records[visit.order] = self._writing.submit(self._write, exchanges)

    def _write(self, exchanges: list[Exchange]) -> list[Json]:
        return [record for one in exchanges for record in self._evidence.add_exchange(one)]

    def _conclude(self, visit: Visit) -> list[Observation]:
        host = target_of(visit.urls[0]).host
        dns, registration = self._facts.get(host), self._registered.get(host)
        facts = list(facts_of(visit, dns.result() if dns else None))
        if registration and not registration.cancelled() and (known := registration.result()):
            facts.append(("registration", known, None))
        kept = self._records.get(visit.order)
        records = kept.result() if kept else []
        for content, kind in (
            (visit.dom, "text/html; charset=utf-8"),
            (visit.screenshot, "image/png"),
        ):
            if content is not None:
                address = visit.hops[-1].exchange.url
                records.append(self._evidence.add_resource(address, content, kind, self._now))
        self._evidence.add_visit(
            visit.urls[0],
            [str(indicator) for indicator in visit.indicators],
            records,
            {prop: value for prop, value, _ in facts},
        )
        return list(observations(visit, facts, self._now))


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
        "CONCURRENT_REQUESTS": crawl.concurrency,
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


def run_in_private_loop(make: Any) -> list[Observation]:
    """Run a coroutine function in a loop and thread of its own, and give what it gives."""
    result: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(make()))
        except BaseException as error:  # noqa: BLE001  handed on to the caller's thread
            failure.append(error)

    # Scrapy tells every step to a log that nobody configured; sites' failures are facts, not logs.
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    thread = threading.Thread(target=run, name="fanzha-crawl", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    found: list[Observation] = result[0]
    return found


def _slot_of(url: str) -> str:
    """Whose turn a request takes: all hosts of one registrable domain share theirs."""
    host = target_of(url).host
    return registrable_domain(host) or host
