"""The store on a real SQLite file; `store` of conftest is an empty one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.categories import Category
from pipeline.errors import ConflictError
from pipeline.nouns import Action, Decision, Indicator, Kind, Observation, Report, Standing
from pipeline.store import (
    Store,
    decisions,
    live,
    observations,
    releases,
    reports,
    reviews,
    tallies,
    voices,
)
from pipeline.store.surroundings import said_by_source
from pipeline.whys import why

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOST = Indicator(Kind.HOST, "rebate.example")
VERIFIED = Standing(verified=frozenset({"npa165"}))


def report(raw: str, *, source: str = "npa165", reporter: str | None = None) -> Report:
    return Report(source, (HOST,), raw, NOW, reporter=reporter, category=Category.TASK_REBATE)


def test_the_same_report_twice_adds_nothing(store: Store) -> None:
    with store.write() as tx:
        assert reports.add_reports(tx, [report("a"), report("b"), report("a")], at=NOW) == 2
    with store.write() as tx:
        assert reports.add_reports(tx, [report("a")], at=NOW) == 0
        assert reports.count_reports(tx) == 2
        assert reports.at_stage(tx, reports.Stage.CRAWL, limit=9) == [HOST]


def test_a_crowd_from_one_source_is_one_voice(store: Store) -> None:
    with store.write() as tx:
        reports.add_reports(tx, [report(str(n)) for n in range(50)], at=NOW)
        tally = tallies.tallies(tx, [HOST], standing=Standing(trusted=frozenset({"96110"})))[HOST]
    assert (tally.reports, tally.reporters, tally.trusted) == (50, 1, ())


@pytest.mark.parametrize(
    ("source", "voices_heard"), [("npa165", 3), ("webform", 1)], ids=["checked", "unchecked"]
)
def test_invented_names_of_one_source_are_one_voice(
    store: Store, source: str, voices_heard: int
) -> None:
    named = [report(str(n), source=source, reporter=f"name-{n}") for n in range(3)]
    with store.write() as tx:
        reports.add_reports(tx, [*named, report("nobody", source=source)], at=NOW)
        tally = tallies.tallies(tx, [HOST], standing=VERIFIED)[HOST]
        (said,) = said_by_source(tx, HOST, verified=VERIFIED.verified)
    assert (tally.reports, tally.reporters, tally.weight) == (4, voices_heard, voices_heard)
    assert said.voices == voices_heard


def test_a_source_that_checks_nobody_errs_as_one(store: Store) -> None:
    named = [report(str(n), source="webform", reporter=f"name-{n}") for n in range(3)]
    with store.write() as tx:
        reports.add_reports(tx, named, at=NOW)
        decisions.add_decision(tx, decision(Action.ALLOW))
        assert voices.count_again(tx, verified=VERIFIED.verified) == 1
        fresh = report("new", source="webform", reporter="a fresh name")
        reports.add_reports(tx, [fresh], at=NOW)
        tally = tallies.tallies(tx, [HOST], standing=VERIFIED)[HOST]
    assert tally.weight == pytest.approx(2 * 1 / 5)


def test_a_new_report_sends_a_settled_subject_back_to_be_judged(store: Store) -> None:
    with store.write() as tx:
        reports.add_reports(tx, [report("a")], at=NOW)
        reports.move(tx, [HOST], reports.Stage.DONE, at=NOW)
        reports.add_reports(tx, [report("b")], at=NOW)
        assert reports.at_stage(tx, reports.Stage.JUDGE, limit=9) == [HOST]


def test_seeing_a_fact_again_moves_only_its_last_time(store: Store) -> None:
    later = NOW.replace(hour=9)
    with store.write() as tx:
        for at in (NOW, later):
            fact = Observation(HOST, "http.status", 200, "crawl", at, at)
            observations.add_observations(tx, [fact])
        (kept,) = observations.observations_of(tx, [HOST])[HOST]
    assert (kept.first_seen, kept.last_seen) == (NOW, later)


def decision(action: Action, *, supersedes: str | None = None) -> Decision:
    return Decision(
        HOST, action, Category.TASK_REBATE, "because", "analyst:li", NOW, supersedes=supersedes
    )


def test_a_decision_chain_cannot_fork(store: Store) -> None:
    first = decision(Action.BLOCK)
    with store.write() as tx:
        decisions.add_decision(tx, first)
        decisions.add_decision(tx, first)
    with store.write() as tx, pytest.raises(ConflictError):
        decisions.add_decision(tx, decision(Action.ALLOW))
    with store.write() as tx:
        decisions.add_decision(tx, decision(Action.ALLOW, supersedes=first.id))
        assert [d.action for d in decisions.history(tx, HOST)] == [Action.BLOCK, Action.ALLOW]
        assert [d.action for d in live.live_at(tx, cut=1, at=NOW)] == [Action.BLOCK]
        assert [d.action for d in live.live_at(tx, cut=2, at=NOW)] == [Action.ALLOW]


def test_a_release_that_was_begun_is_taken_up_again(store: Store) -> None:
    with store.write() as tx:
        first = releases.reserve(tx, at=NOW, cut=3)
    with store.write() as tx:
        again = releases.reserve(tx, at=NOW.replace(hour=9), cut=5)
        assert again == first
        releases.finish(tx, 1, manifest_sha256="f" * 64, entries=2)
        assert releases.reserve(tx, at=NOW, cut=5).serial == 2
        assert releases.latest(tx).serial == 1  # type: ignore[union-attr]


def test_the_queue_shows_the_greatest_harm_first(store: Store) -> None:
    items = [
        reviews.ReviewItem(
            Indicator(Kind.HOST, f"h{n}.example"), HOST, None, why("not-sure"), n, NOW
        )
        for n in range(3)
    ]
    with store.write() as tx:
        reviews.open_items(tx, items)
        assert [item.priority for item in reviews.waiting(tx)] == [2, 1, 0]
        assert reviews.close_item(tx, items[2].subject, decision=None, at=NOW)
        assert not reviews.close_item(tx, items[2].subject, decision=None, at=NOW)
        assert reviews.count_waiting(tx) == 2


def test_a_voice_that_erred_weighs_less(store: Store) -> None:
    spared = replace(decision(Action.ALLOW), subject=None)
    with store.write() as tx:
        reports.add_reports(tx, [report("a", reporter="f00d"), report("b", source="x")], at=NOW)
        decisions.add_decision(tx, spared)
        assert voices.count_again(tx, verified=VERIFIED.verified) == 2
        tally = tallies.tallies(tx, [HOST], standing=VERIFIED)[HOST]
    assert tally.reporters == 2
    assert tally.weight == pytest.approx(4 / 3, abs=1e-5)


def test_a_machines_decision_raises_no_voice(store: Store) -> None:
    with store.write() as tx:
        reports.add_reports(tx, [report("a", reporter="f00d")], at=NOW)
        decisions.add_decision(tx, replace(decision(Action.BLOCK), actor="policy:default@1"))
        assert voices.count_again(tx, verified=VERIFIED.verified) == 0
