"""Names a second whose full set of DNS facts one core gathers, from a local authoritative server.

python -m benchmarks.dns_facts [NAMES [LOSS]]
"""

import asyncio
import sys
import time
from datetime import UTC, datetime

from examples.range.listening import served
from examples.range.many import host_name, many, serve_many
from pipeline.indicators import registrable_domain
from spiders.names.client import DnsClient
from spiders.names.facts import DnsFacts, DnsReader
from spiders.names.servers import dns_servers

BAR = 400


async def gather(resolver: str, names: int) -> tuple[list[DnsFacts], int]:
    async with DnsClient(dns_servers(resolver)) as client:
        reader = DnsReader(client, registrable_domain)
        found = await asyncio.gather(*(reader.facts(host_name(n)) for n in range(names)))
        return list(found), client.asked


def report(label: str, resolver: str, names: int) -> None:
    began, used = time.perf_counter(), time.process_time()
    found, asked = asyncio.run(gather(resolver, names))
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    whole = sum(bool(f.a and f.ns and f.ns_a and f.mx and f.txt and f.soa) for f in found)
    print(
        f"{label}: {names} names, {asked} datagrams, {names / wall:.0f} names/s by the clock, "
        f"{names / cpu:.0f} of one core's time (bar {BAR}); whole: {whole}"
    )


def main() -> None:
    names = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    loss = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
    with serve_many(names) as running:
        report("no loss", running.resolver, names)
    internet = many(names)
    internet.names.loss = loss
    with served(internet, now=datetime.now(UTC)) as (lossy, _):
        report(f"{loss:.0%} loss (server in this process)", lossy.resolver, names)


if __name__ == "__main__":
    main()
