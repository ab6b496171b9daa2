"""Crawl speed with all of the evidence kept, beside a bare Scrapy spider on the same sites.

    python -m benchmarks.crawl speed [PAGES]     pages a second, ours and bare; ratio
    python -m benchmarks.crawl memory [PAGES]    peak memory after a tenth and after all
    python -m benchmarks.crawl silent [SITES]    what sites that never answer cost the others

The range runs in a process of its own, on the same machine.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from examples.range.many import serve_many, urls
from examples.range.running import Running
from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from spiders.crawl import crawl_batch, run_in_private_loop, scrapy_settings

HOSTS = 500
BATCH = 500


def crawl_all(addresses: Sequence[str], running: Running, home: Path, **others: object) -> int:
    """Crawl in batches, as the flows do; says how many sites answered."""
    settings = Settings(home=home, crawl=running.crawl(delay=0.001, **others))
    store = ArtifactStore(settings.artifacts_url)
    answered, rest = 0, iter(addresses)
    while batch := [Indicator(Kind.URL, one) for one in islice(rest, BATCH)]:
        seen = crawl_batch(batch, settings=settings, artifacts=store, now=datetime.now(UTC))
        answered += sum(o.prop == "http.state" and o.value == "ok" for o in seen)
    return answered


def bare(addresses: Sequence[str], running: Running) -> int:
    """The least that Scrapy can do with the same concurrency: fetch, by port, from one address."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerRunner

    settings = scrapy_settings(Settings(crawl=running.crawl(delay=0.001)))
    del settings["DOWNLOAD_HANDLERS"]
    got = 0

    class Bare(Spider):  # type: ignore[misc,unused-ignore]
        name = "bare"

        async def start(self):  # type: ignore[no-untyped-def]
            for address in addresses:
                host, _, path = address.removeprefix("http://").partition("/")
                yield Request(
                    f"http://127.0.1.1:{running.http_port}/{path}",
                    headers={"Host": host},
                    dont_filter=True,
                    meta={"download_slot": host},
                )

        def parse(self, response):  # type: ignore[no-untyped-def]
            nonlocal got
            got += response.status == 200

    async def run() -> list[object]:
        await AsyncCrawlerRunner(settings).crawl(Bare)
        return []

    run_in_private_loop(run)
    return got


def speed(pages: int) -> None:
    addresses = urls(HOSTS, pages)
    with serve_many(HOSTS) as running, tempfile.TemporaryDirectory() as home:
        crawl_all(addresses[:100], running, Path(home), second_look=False, icons=False)
        times: dict[str, float] = {}
        for label, others in (
            ("one look", {"second_look": False, "icons": False, "further_pages": 0}),
            ("all looks", {}),
        ):
            began = time.perf_counter()
            ok = crawl_all(addresses, running, Path(home), **others)
            times[label] = time.perf_counter() - began
            print(f"ours, {label}: {pages / times[label]:.0f} sites/s, {ok} of {pages} ok")
        began = time.perf_counter()
        got = bare(addresses, running)
        took = time.perf_counter() - began
        print(f"bare Scrapy: {pages / took:.0f} pages/s, {got} of {pages} ok")
        print(f"ratio with one look: {took / times['one look']:.2f} (bar 0.7)")


def memory(pages: int) -> None:
    with serve_many(HOSTS) as running, tempfile.TemporaryDirectory() as home:
        addresses = urls(HOSTS, pages)
        for part in (addresses[: pages // 10], addresses[pages // 10 :]):
            crawl_all(part, running, Path(home), second_look=False, icons=False)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"peak memory after {len(part)} more pages: {peak} MB")


def silent(sites: int) -> None:
    quiet = sites // 20
    took: list[float] = []
    with serve_many(HOSTS, silent=quiet) as running, tempfile.TemporaryDirectory() as home:
        for addresses in (urls(HOSTS, sites), urls(HOSTS, sites - quiet, silent=quiet)[::-1]):
            began = time.perf_counter()
            ok = crawl_all(addresses, running, Path(home), second_look=False, icons=False)
            took.append(time.perf_counter() - began)
            print(f"{len(addresses)} sites, {ok} ok: {took[-1]:.1f} s")
    print(f"bar: {1.3 * took[0] + 10:.1f} s for {quiet} silent among {sites}, timeout 10 s")


if __name__ == "__main__":
    what, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    {"speed": speed, "memory": memory, "silent": silent}[what](count)
