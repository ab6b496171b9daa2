"""The steps of the way: one subject that cannot be worked on stops no other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import steps
from flows.steps import Workshop, judge_some, settle_some
from pipeline.nouns import Evidence, Indicator, Kind, Label, Observation, Verdict
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.decisions import last_seq
from pipeline.store.observations import add_observations
from pipeline.store.reports import Stage, at_stage, count_stages, open_subjects
from pipeline.store.reviews import waiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITES = [Indicator(Kind.HOST, f"site-{n}.example") for n in range(5)]


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Workshop:
    with store.write() as tx:
        open_subjects(tx, SITES, at=NOW)
    return Workshop.open(store, Settings(home=tmp_path, clock=NOW))


def test_what_a_classifier_cannot_bear_goes_to_a_person(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(evidence: list[Evidence], *, settings: Settings) -> list[Verdict]:
        if any(one.indicator == SITES[2] for one in evidence):
            raise ValueError("a page like no other")
        return [
            Verdict(e.indicator, Label.BENIGN, None, 0.01, (), e.digest, "m@1", NOW)
            for e in evidence
        ]

    monkeypatch.setattr(steps, "judge", judge)
    judge_some(shop, SITES)
    with shop.store.read() as tx:
        assert set(at_stage(tx, Stage.SETTLE, limit=9)) == set(SITES) - {SITES[2]}
        (item,) = waiting(tx)
    assert item.subject == SITES[2]
    assert "a page like no other" in str(item.why)


def test_a_verdict_that_is_missing_stops_no_other(shop: Workshop) -> None:
    judge_some(shop, SITES[:4])
    with shop.store.write() as tx:
        add_observations(
            tx, [Observation(SITES[4], "http.final_url", "https://pages.dev/", "crawl", NOW, NOW)]
        )
    settle_some(shop, SITES)
    with shop.store.read() as tx:
        assert count_stages(tx)[Stage.DONE] == 5
        assert [item.subject for item in waiting(tx)] == [SITES[4]]


def test_an_analyst_gets_a_turn_while_a_batch_is_settled(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = 0

    def somebody_writes(_seconds: float) -> None:
        nonlocal turns
        with shop.store.write() as tx:
            open_subjects(tx, [Indicator(Kind.HOST, f"other-{turns}.example")], at=NOW)
        turns += 1

    judge_some(shop, SITES)
    monkeypatch.setattr(steps, "TURN", 2)
    monkeypatch.setattr(steps.time, "sleep", somebody_writes)
    settle_some(shop, SITES)
    assert turns == 2
    with shop.store.read() as tx:
        assert count_stages(tx)[Stage.DONE] == 5


def test_a_batch_that_was_killed_half_way_is_settled_again_with_the_same_outcome(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def kill(_seconds: float) -> None:
        raise KilledError

    judge_some(shop, SITES)
    with monkeypatch.context() as patched:
        patched.setattr(steps, "TURN", 2)
        patched.setattr(steps.time, "sleep", kill)
        with pytest.raises(KilledError):
            settle_some(shop, SITES)
    with shop.store.read() as tx:
        assert count_stages(tx)[Stage.SETTLE] == 5
        half = last_seq(tx)
    settle_some(shop, SITES)
    settle_some(shop, SITES)
    with shop.store.read() as tx:
        assert count_stages(tx)[Stage.DONE] == 5
        assert 0 < half < last_seq(tx) <= 5
