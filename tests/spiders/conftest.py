"""A range of a few hosts for the crawl's tests; every page is made up."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.range import Running, serve
from examples.range.listening import Internet, served
from examples.range.nameserver import Names
from examples.range.webserver import Answer, Request, Visits, response
from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Json, Kind
from pipeline.settings import Settings
from spiders.crawl import crawl_batch

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "internet"

Seen = dict[str, Json]
"""Property → value of one indicator."""


def host(name: str) -> Indicator:
    return Indicator(Kind.HOST, name)


def url(value: str) -> Indicator:
    return Indicator(Kind.URL, value)


@pytest.fixture(scope="session")
def internet() -> Iterator[Running]:
    """The range of tests/spiders/internet, being served."""
    with serve(FOLDER) as running:
        yield running


@pytest.fixture
def crawl(internet: Running, tmp_path: Path) -> Callable[..., dict[Indicator, Seen]]:
    """Crawl indicators on the range and give what was seen of each."""

    def run(*indicators: Indicator, **others: object) -> dict[Indicator, Seen]:
        settings = Settings(home=tmp_path, crawl=internet.crawl(**others))
        return seen_by(indicators, settings)

    return run


@contextlib.contextmanager
def small_internet(
    site: Callable[[Request], Answer], hosts: Mapping[str, str]
) -> Iterator[tuple[Running, Visits]]:
    """Hosts, each at its own loopback address or at one with others, all answered by `site`."""
    names = Names()
    top = "@ 900 SOA ns.example. hostmaster.example. 1 1800 900 604800 300"
    names.add("example", [top, "@ 900 NS ns.example.", "ns A 127.0.0.1"])
    for name, address in hosts.items():
        names.add(name, [f"@ A {address}"])
    internet = Internet(names=names, site=site, addresses=tuple(dict.fromkeys(hosts.values())))
    with served(internet, now=NOW) as both:
        yield both


def html(text: str) -> bytes:
    """The answer with a page."""
    return response(text.encode(), content_type="text/html; charset=utf-8")


def seen_by(indicators: Sequence[Indicator], settings: Settings) -> dict[Indicator, Seen]:
    """What a crawl saw, by indicator and property."""
    store = ArtifactStore(settings.artifacts_url)
    found: dict[Indicator, Seen] = {}
    for one in crawl_batch(indicators, settings=settings, artifacts=store, now=NOW):
        found.setdefault(one.indicator, {})[one.prop] = one.value
    return found
