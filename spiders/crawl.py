"""Indicators → observations: one Scrapy run for a batch of sites, with DNS facts, behind one function."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.artifacts import ArtifactStore, Kept
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind, Observation
from pipeline.settings import Settings
from spiders.batch import Batch
from spiders.evidence_file import EvidenceFile
from spiders.names.servers import dns_servers
from spiders.private_loop import run_in_private_loop
from spiders.record import nothing_seen
from spiders.urls import BadPortError, BadSchemeError, target_of
from spiders.visit import MOBILE, Visit


def crawl_batch(
    indicators: Sequence[Indicator],
    *,
    settings: Settings,
    artifacts: ArtifactStore,
    now: datetime,
    on_kept: Callable[[Kept], None] = lambda _: None,
) -> list[Observation]:
    """Visit sites and record what is there; every indicator gets at least an `http.state`.

    Sites are begun in the order given, so the most urgent stand first. `now` is the time of every
    observation. `on_kept` is told of the evidence file, so that its hash can be written down beside
    them. Synchronous; may be called any number of times in a process, from any thread, also from one
    with a running event loop. Raises `FanzhaError` for a phone number or a wrong setting; nothing that
    a site does raises.
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
        found = run_in_private_loop(Batch(visits, settings, servers, now, evidence).run)
        on_kept(artifacts.put_bundle(evidence.close()))
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
