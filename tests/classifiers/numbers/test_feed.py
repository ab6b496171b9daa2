"""The way of a feed: files in, observations of the numbers worth judging out, verdicts after."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from classifiers.numbers import judge
from classifiers.numbers.feed import FeedResult, feed_observations
from classifiers.numbers.simulator.write import write_feed
from pipeline.nouns import Evidence, Indicator, Kind, Label, ReportTally
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.resolutions import resolutions_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, Store, FeedResult]:
    folder = tmp_path_factory.mktemp("feed")
    write_feed(
        folder / "in",
        numbers=3000,
        fraud=0.01,
        seed=11,
        days=1,
        first_day=date(2026, 3, 1),
        form="csv.gz",
    )
    settings = Settings(home=folder / "home", clock=NOW)
    store = open_store(settings.database_url)
    return (
        folder,
        settings,
        store,
        feed_observations(folder / "in", settings=settings, store=store, now=NOW),
    )


def truth(folder: Path) -> dict[str, str]:
    with (folder / "in" / "truth.csv").open() as file:
        return {row["number"][-11:]: row["persona"] for row in csv.DictReader(file)}


def test_every_record_is_counted(world: tuple[Path, Settings, Store, FeedResult]) -> None:
    _, _, _, result = world
    assert result.records > 10_000
    assert result.rejected == 0
    assert result.numbers >= 2000


def test_the_gang_is_among_the_numbers_worth_judging(
    world: tuple[Path, Settings, Store, FeedResult],
) -> None:
    folder, _, _, result = world
    persona = truth(folder)
    evidence = [Evidence(o.indicator, NOW, {o.prop: o.value}) for o in result.observations]
    verdicts = judge(evidence, now=NOW)
    likely = {v.indicator.value[-11:] for v in verdicts if v.probability >= 0.5}
    gang = {number for number, name in persona.items() if name in ("goip-gang", "sim-box")}
    assert likely & gang
    assert len({e.indicator.value[-11:] for e in evidence} & gang) >= len(gang) / 2
    assert all(v.reasons for v in verdicts if v.probability >= 0.5)


def test_taking_a_feed_in_again_gives_the_same(
    world: tuple[Path, Settings, Store, FeedResult],
) -> None:
    folder, settings, store, result = world
    assert feed_observations(folder / "in", settings=settings, store=store, now=NOW) == result


def test_resolving_leaves_a_trace(world: tuple[Path, Settings, Store, FeedResult]) -> None:
    from pipeline.feeds.keyring import keyring

    _, settings, store, result = world
    keys = keyring(settings.home / "keys" / "feeds", "feed")
    surrogate = keys.surrogate("number", result.observations[0].indicator.value)
    with store.read() as tx:
        trace = resolutions_of(tx, "feed", surrogate)
    assert trace[0][1:] == ("policy:feed", "scored as worth judging, or reported")


@pytest.mark.parametrize("reporters", [1, 10, 100_000])
def test_reports_without_calls_never_block(reporters: int) -> None:
    item = Evidence(
        Indicator(Kind.NUMBER, "+8613800138000"),
        NOW,
        {},
        ReportTally(
            reports=reporters, reporters=reporters, sources=("npa165",), trusted=("npa165",)
        ),
    )
    (verdict,) = judge([item], now=NOW)
    assert verdict.label is Label.UNKNOWN
    assert verdict.probability <= 0.6
