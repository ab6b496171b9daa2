"""A range of a few hosts for the crawl's tests; every page is made up."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.range import Running, serve
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


def seen_by(indicators: Sequence[Indicator], settings: Settings) -> dict[Indicator, Seen]:
    """What a crawl saw, by indicator and property."""
    store = ArtifactStore(settings.artifacts_url)
    found: dict[Indicator, Seen] = {}
    for one in crawl_batch(indicators, settings=settings, artifacts=store, now=NOW):
        found.setdefault(one.indicator, {})[one.prop] = one.value
    return found
