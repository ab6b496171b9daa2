"""The way of a feed: files in, observations of the numbers worth judging out, verdicts after."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from classifiers.numbers import judge
from classifiers.numbers.complaints import Record
from classifiers.numbers.confirmed import Known, complaint_records, weights_table
from classifiers.numbers.feed import FeedResult, feed_observations
from classifiers.numbers.simulator.write import write_feed
from pipeline.feeds.shelf import Shelf
from pipeline.nouns import Action, Decision, Evidence, Indicator, Kind, Label, ReportTally
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.decisions import add_decision
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


def test_complainers_are_known_by_what_people_decided(
    world: tuple[Path, Settings, Store, FeedResult],
) -> None:
    _, settings, _, _ = world
    shelf = Shelf(settings.feeds_dir, "feed")
    (path,) = shelf.files("complaints")
    told = pq.read_table(path)
    about = frozenset(told["number"].to_pylist())
    reporters = set(told["reporter"].to_pylist())
    right = complaint_records(shelf, Known(confirmed=about))
    assert set(right) == reporters
    assert all(r.confirmed >= 1 and r.refuted == 0 for r in right.values())
    wrong = complaint_records(shelf, Known(cleared=about))
    assert all(r.confirmed == 0 and r.refuted >= 1 for r in wrong.values())
    assert complaint_records(shelf, Known()) == {}
    before = datetime.fromtimestamp(min(told["at"].to_pylist()), UTC)
    late = Known(confirmed=about, since=dict.fromkeys(about, before))
    assert complaint_records(shelf, late) == {}, "who repeats the list earns no record"
    table = weights_table({1: Record(3, 0), 2: Record(0, 3)})
    assert table["weight"].to_pylist() == [Record(3, 0).weight, 0.0]
    assert table["proven"].to_pylist() == [True, False]


def test_what_people_confirm_shows_in_the_others_features(
    world: tuple[Path, Settings, Store, FeedResult],
) -> None:
    folder, settings, store, before = world
    assert {o.value["features"]["victim_overlap"] for o in before.observations} == {0}
    gang = [
        o.indicator
        for o in before.observations
        if truth(folder).get(o.indicator.value[-11:]) == "sim-box"
    ]
    with store.write() as tx:
        for indicator in gang[: len(gang) // 2]:
            add_decision(tx, Decision(indicator, Action.BLOCK, None, "seen", "analyst:li", NOW))
    after = feed_observations(folder / "in", settings=settings, store=store, now=NOW, known=gang)
    overlap = {o.indicator: o.value["features"]["victim_overlap"] for o in after.observations}
    assert max(overlap[indicator] for indicator in gang[len(gang) // 2 :]) >= 2


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


def test_slow_feeds_arrive_alone_and_wait_for_the_calls(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    own = settings.feed_mappings_dir / "example"
    own.mkdir(parents=True)
    (own / "subscribers.toml").write_text(
        'kind = "subscribers"\n[columns]\nnumber = "msisdn"\n', "utf-8"
    )
    path = tmp_path / "subscribers.csv"
    path.write_text("msisdn,activated,as_of\n13800138000,2025-01-01,2026-03-01\n", "utf-8")
    taken = feed_observations(path, settings=settings, store=store, now=NOW, carrier="example")
    assert (taken.records, taken.numbers, taken.observations) == (1, 0, [])
    assert Shelf(settings.feeds_dir, "example").days("subscribers") == ["2026-03-01"]
    store.close()


def test_a_day_may_come_in_forty_files_and_is_measured_by_the_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    head = "caller,callee,start,seconds,area\n"
    for n in range(40):
        row = f"13800138000,1390013900{n % 10},2026-03-01 10:{n:02d}:00,30,510100\n"
        (tmp_path / f"calls-{n:02d}.csv").write_text(head + row, "utf-8")
    known = [Indicator(Kind.NUMBER, "+8613800138000")]

    def away(settings: Settings) -> tuple[float, float]:
        result = feed_observations(tmp_path, settings=settings, store=store, now=NOW, known=known)
        (seen,) = result.observations
        return seen.value["features"]["calls_per_day"], seen.value["features"]["away_share"]

    assert away(settings) == (40, 0)
    elsewhere = settings.model_copy(
        update={"numbers": settings.numbers.model_copy(update={"risk_areas": ("510100",)})}
    )
    assert away(elsewhere) == (40, 1)
    store.close()
