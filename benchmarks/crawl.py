"""Crawl speed with all of the evidence kept, beside a bare Scrapy spider on the same sites.

    python -m benchmarks.crawl speed [PAGES [SITES]]   pages a second, ours and bare; ratios
    python -m benchmarks.crawl memory [PAGES]          peak memory after 1,000 pages and after all
    python -m benchmarks.crawl silent [SITES]          what sites that never answer cost the others

The range runs in a process of its own, on the same machine. A page is a request that was answered:
with one look a site costs one, with all looks three (phone, computer, icon). Both spiders open a
connection per site, as on the internet; the bare one is given every address for nothing.
"""

import contextlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from benchmarks.bare import bare, lean, usual
from examples.range.many import serve_many, silent_name, urls
from examples.range.running import Running
from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from spiders.crawl import crawl_batch

HOSTS = 500
BATCH = 500
BAR = 0.7
FAST: dict[str, object] = {"delay": 0.001, "rdap_per_second": 5000}
"""The politeness that would be measured instead: between two requests to a host, and to a registry."""
ONE_LOOK: dict[str, object] = {"second_look": False, "icons": False, "further_pages": 0}


def crawl_all(addresses: Sequence[str], running: Running, home: Path, **others: object) -> int:
    """Crawl in batches, as the flows do; says how many sites answered."""
    settings = Settings(home=home, crawl=running.crawl(**(FAST | others)))
    store = ArtifactStore(settings.artifacts_url)
    answered, rest = 0, iter(addresses)
    while batch := [_asked(one) for one in islice(rest, BATCH)]:
        seen = crawl_batch(batch, settings=settings, artifacts=store, now=datetime.now(UTC))
        answered += sum(o.prop == "http.state" and o.value == "ok" for o in seen)
    return answered


def _asked(address: str) -> Indicator:
    return Indicator(Kind.URL if "://" in address else Kind.DOMAIN, address)


def requests_kept(home: Path) -> int:
    """How many answers stand in the evidence of a home."""
    store = ArtifactStore(Settings(home=home).artifacts_url)
    return sum(
        record["type"] == "response"
        for name in store.bundles()
        for visit in (store.manifest(name) or {"visits": []})["visits"]
        for record in visit["records"]
    )


def rate(label: str, pages: int, work: Callable[[], int]) -> float:
    """Do some work, tell its speed, and give it in pages a second."""
    began, used = time.perf_counter(), time.process_time()
    ok = work()
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    print(
        f"{label:34} {pages / wall:6.0f} sites/s, {ok} of {pages} ok, "
        f"{1000 * cpu / pages:.2f} ms of this process' time each",
        flush=True,
    )
    return pages / wall


def speed(pages: int, hosts: int) -> None:
    addresses = urls(hosts, pages)
    with serve_many(hosts) as running, tempfile.TemporaryDirectory() as folder:
        crawl_all(addresses[:50], running, Path(folder, "warm"), **ONE_LOOK)
        ours = rate(
            "ours, one look",
            pages,
            lambda: crawl_all(addresses, running, Path(folder, "one"), **ONE_LOOK),
        )
        plain = rate(
            "bare Scrapy as it comes",
            pages,
            lambda: bare(addresses, running, usual(running), uv=False),
        )
        least = rate(
            "bare Scrapy, all stripped, uvloop",
            pages,
            lambda: bare(addresses, running, lean(running), uv=True),
        )
        print(
            f"ratio with one look, {pages} pages of {hosts} sites: {ours / plain:.2f} of Scrapy as"
        )
        print(f"it comes, {ours / least:.2f} of the stripped one (bar {BAR})")
        some = addresses[: pages // 5]
        every = rate(
            "ours, all looks",
            len(some),
            lambda: crawl_all(some, running, Path(folder, "all")),
        )
        requests = requests_kept(Path(folder, "all")) / len(some)
        print(
            f"all looks: {requests:.1f} requests a site, {every * requests:.0f} requests/s, "
            f"{every * requests / plain:.2f} and {every * requests / least:.2f} of the bare ones"
        )


def memory(pages: int) -> None:
    with serve_many(HOSTS) as running, tempfile.TemporaryDirectory() as folder:
        addresses = urls(HOSTS, pages)
        for part in (addresses[:1000], addresses[1000:]):
            crawl_all(part, running, Path(folder), **ONE_LOOK)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"peak memory after {len(part)} more pages: {peak} MB, of the readers: "
                f"{', '.join(map(str, readers_peaks()))} MB",
                flush=True,
            )


def readers_peaks() -> list[int]:
    """The peak memory of each reader process of this one, in MB."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            told = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
            command = (status.parent / "cmdline").read_bytes()
            if int(told["PPid"]) == os.getpid() and b"spiders.reading" in command:
                found.append(int(told["VmHWM"].split()[0]) // 1024)
    return found


def silent(sites: int) -> None:
    quiet = sites // 20
    took: list[float] = []
    with serve_many(HOSTS, silent=quiet) as running, tempfile.TemporaryDirectory() as folder:
        crawl_all(urls(HOSTS, 50), running, Path(folder), **ONE_LOOK)
        # They stand first, half at one address and half each at its own; as a URL each has one way in,
        # as a domain four.
        mixed = urls(HOSTS, sites - quiet, silent=quiet)[::-1]
        domains = [silent_name(number) for number in range(quiet)] + mixed[quiet:]
        for what, addresses in (
            ("none silent", urls(HOSTS, sites)),
            (f"{quiet} silent URLs", mixed),
            (f"{quiet} silent domains", domains),
        ):
            began = time.perf_counter()
            ok = crawl_all(addresses, running, Path(folder), **ONE_LOOK)
            took.append(time.perf_counter() - began)
            print(f"{len(addresses)} sites, {what}, {ok} ok: {took[-1]:.1f} s", flush=True)
    print(f"bar: {1.3 * took[0] + 10:.1f} s for {quiet} silent among {sites}, timeout 10 s")


def main(what: str, *numbers: str) -> None:
    counts = [int(number) for number in numbers]
    if what == "speed":
        pages, hosts = (counts + [5000, HOSTS][len(counts) :])[:2]
        speed(pages, hosts)
    elif what == "memory":
        memory(*(counts or [20_000]))
    else:
        silent(*(counts or [1000]))


if __name__ == "__main__":
    main(*sys.argv[1:])
