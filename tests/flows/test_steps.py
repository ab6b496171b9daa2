"""The steps of the way: one subject that cannot be worked on stops no other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import spiders.crawl
from flows import steps
from flows.steps import Workshop, crawl_some, judge_some
from pipeline.nouns import Evidence, Indicator, Kind, Label, Observation, Verdict
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.reports import Stage, at_stage, open_subjects
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


def test_a_site_that_breaks_its_crawl_goes_to_a_person_and_not_into_the_next_batch(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crawl_batch(some: list[Indicator], **_: object) -> list[Observation]:
        if SITES[2] in some:
            raise TypeError("a site like no other")
        return [Observation(one, "http.state", "ok", "crawl", NOW, NOW) for one in some]

    monkeypatch.setattr(spiders.crawl, "crawl_batch", crawl_batch)
    crawl_some(shop, SITES)
    with shop.store.read() as tx:
        assert at_stage(tx, Stage.CRAWL, limit=9) == []
        assert set(at_stage(tx, Stage.JUDGE, limit=9)) == set(SITES) - {SITES[2]}
        (item,) = waiting(tx)
    assert item.subject == SITES[2]
