"""One batch in one event loop: visits, look-ups and reading go on at once, into one evidence file."""

import asyncio
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from pipeline.indicators import is_ip, registrable_domain
from pipeline.nouns import Json, Observation
from pipeline.settings import CrawlSettings, Settings
from spiders.egress import Egress
from spiders.evidence_file import EvidenceFile, warc_date
from spiders.names.client import DnsClient
from spiders.names.facts import DnsFacts, DnsReader
from spiders.networks import Networks
from spiders.private_loop import scrapy_settings
from spiders.readers import Readers, ReadingFailedError
from spiders.reading import TASKS
from spiders.record import Fact, encodable, facts_of, observations
from spiders.registration import RegistrationReader
from spiders.registries import Registries
from spiders.rendering import render, wants_rendering
from spiders.urls import target_of
from spiders.visit import Visit

_log = logging.getLogger(__name__)

_MOST_READERS = 4
"""One event loop fetches no more than so many processes read."""


class Batch:
    """The visits of one batch, their facts, and what is written down of them."""

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
        self._concluding: dict[int, asyncio.Task[list[Observation]]] = {}

    async def run(self) -> list[Observation]:
        """Crawl, look up, write down; gives the observations of all visits in their order."""
        crawl = self._settings.crawl
        with (
            closing(Networks(crawl.network_databases)) as self._networks,
            Registries(self._settings.cache_dir) as registries,
        ):
            registries.forget(self._now)
            return await self._run(crawl, registries)

    async def _run(self, crawl: CrawlSettings, registries: Registries) -> list[Observation]:
        async with (
            DnsClient(self._servers) as client,
            Readers(_count(crawl.readers)) as self._readers,
        ):
            self._reader = DnsReader(client, registrable_domain, now=self._now)
            async with Egress(crawl, self._reader) as egress:
                self._registry = RegistrationReader(
                    egress,
                    crawl,
                    registries,
                    domains=filter(None, map(registrable_domain, map(_host_of, self._visits))),
                    folder=self._settings.cache_dir,
                    now=self._now,
                )
                await self._scrapy(egress)
                await render(self._visits, egress=egress, crawl=crawl, readers=self._readers)
                for visit in self._visits:
                    self._conclude_soon(visit)
                await self._wait_for_registries()
                found = await asyncio.gather(*(self._concluding[v.order] for v in self._visits))
        for visit in self._visits:
            visit.forget_parts()
        return [observation for one in found for observation in one]

    async def _scrapy(self, egress: Egress) -> None:
        from scrapy.crawler import AsyncCrawlerRunner, Crawler

        from spiders.quiet import QuietSignals
        from spiders.site_spider import SiteSpider

        settings = scrapy_settings(self._settings)
        crawler = Crawler(SiteSpider, settings)
        crawler.signals = QuietSignals(crawler)
        await AsyncCrawlerRunner(settings).crawl(
            crawler,
            visits=self._visits,
            egress=egress,
            readers=self._readers,
            evidence=self._evidence,
            crawl=self._settings.crawl,
            clock=self._settings.now,
            slot_of=_slot_of,
            on_first=self._look_up,
            on_end=self._ended,
        )

    def _look_up(self, visit: Visit) -> None:
        host = _host_of(visit)
        if host not in self._facts and not is_ip(host):
            self._facts[host] = asyncio.create_task(self._reader.facts(host))
            domain = registrable_domain(host)
            if domain is not None:
                self._registered[host] = self._registry.facts(domain)

    def _ended(self, visit: Visit) -> None:
        if not any(map(wants_rendering, visit.parts)):
            self._conclude_soon(visit)

    def _conclude_soon(self, visit: Visit) -> None:
        if visit.order not in self._concluding:
            self._look_up(visit)
            self._concluding[visit.order] = asyncio.create_task(self._conclude(visit))

    async def _wait_for_registries(self) -> None:
        """A registry's rate limit must not hold up a batch; who is not served is asked next time."""
        if self._registered:
            limit = self._settings.crawl.rdap_wait
            _, waiting = await asyncio.wait(self._registered.values(), timeout=limit)
            for task in waiting:
                task.cancel()

    async def _conclude(self, visit: Visit) -> list[Observation]:
        """Put together what is known of a visit whose last answer has come, and write it down.

        What cannot be read of it is left out; how it ended is always told. Raises only what is no
        site's doing: an evidence file that cannot be written.
        """
        facts = await self._facts_of(visit)
        for part in visit.parts:
            for content, kind in (
                (part.dom, "text/html; charset=utf-8"),
                (part.screenshot, "image/png"),
            ):
                if content is not None:
                    address, at = part.hops[-1].exchange.url, warc_date(self._now)
                    await self._keep(visit, "resource", address, content, kind, at)
        try:
            told = {prop: value for prop, value, _ in facts}
            await self._keep(visit, "facts", visit.urls[0], told, warc_date(self._now))
        except UnicodeEncodeError:
            facts = [(prop, encodable(value), source) for prop, value, source in facts]
            told = {prop: value for prop, value, _ in facts}
            await self._keep(visit, "facts", visit.urls[0], told, warc_date(self._now))
        self._evidence.end_visit([str(indicator) for indicator in visit.indicators], visit.records)
        return list(observations(visit, facts, self._now))

    async def _facts_of(self, visit: Visit) -> list[Fact]:
        host = _host_of(visit)
        asked, registration = self._facts.get(host), self._registered.get(host)
        dns: DnsFacts | None = None
        facts: list[Fact] = []
        if asked is not None:
            with _spared(visit):
                dns = await asked
        with _spared(visit):
            # One by one, so that what was had before one that fails is kept.
            for fact in facts_of(visit, dns, self._networks):
                facts.append(fact)
        if registration is not None:
            if not registration.done():
                await asyncio.wait([registration])
            with _spared(visit):
                if not registration.cancelled() and (known := registration.result()):
                    facts.append(("registration", known, None))
        return facts

    async def _keep(self, visit: Visit, task: str, *arguments: Any) -> None:
        """Have a record packed and put it into the file."""
        try:
            member = await self._readers.ask(task, *arguments)
        except ReadingFailedError:
            # Somebody else's page killed the reader while it packed this: packing kills nobody.
            member = TASKS[task](*arguments)
        visit.records += self._evidence.add([member])


@contextmanager
def _spared(visit: Visit) -> Iterator[None]:
    """Whatever a site makes of us costs facts about that site, and nobody else's."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  any of them, of any reader of what a site says
        # The kind and the place alone: the message may be the site's own words.
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{at.filename}:{at.lineno}"
        told = type(error).__name__
        _log.error("could not read all of %s: %s at %s", visit.indicators[0], told, where)


def _count(wanted: int | None) -> int:
    """How many processes read: one per core beside the one that fetches."""
    return max(1, min(_MOST_READERS, (os.cpu_count() or 1) - 1)) if wanted is None else wanted


def _host_of(visit: Visit) -> str:
    """The host whose facts are those of a visit: of its first way in."""
    return target_of(visit.urls[0]).host


def _slot_of(url: str) -> str:
    """Whose turn a request takes: all hosts of one registrable domain share theirs."""
    host = target_of(url).host
    return registrable_domain(host) or host
