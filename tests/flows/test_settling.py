"""Settling: in small turns, the same when done twice, and never over what somebody decided meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import settling
from flows.settling import settle_some
from flows.steps import Workshop, judge_some
from pipeline.nouns import Action, Decision, Indicator, Kind, Label, Observation, Report, Verdict
from pipeline.settings import Settings
from pipeline.store import Connection, Store
from pipeline.store.decisions import add_decision, head_of, history, last_seq
from pipeline.store.observations import add_observations
from pipeline.store.reports import Stage, add_reports, at_stage, count_stages, open_subjects
from pipeline.store.reviews import ReviewItem, item_of, open_items, waiting
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import Why, why

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITES = [Indicator(Kind.HOST, f"site-{n}.example") for n in range(5)]
FRAUD = [Indicator(Kind.HOST, name) for name in ("rebate.example", "www.rebate.example")]
DOMAIN = Indicator(Kind.DOMAIN, "rebate.example")


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Workshop:
    with store.write() as tx:
        open_subjects(tx, SITES, at=NOW)
    return Workshop.open(store, Settings(home=tmp_path, clock=NOW))


@pytest.fixture
def fraud(shop: Workshop) -> Workshop:
    """Two hosts of one name, which a machine would block as one domain."""
    with shop.store.write() as tx:
        add_reports(tx, [Report(s, tuple(FRAUD), s, NOW) for s in ("a", "b")], at=NOW)
        add_verdicts(
            tx, [Verdict(i, Label.MALICIOUS, None, 0.99, (), str(i), "m@1", NOW) for i in FRAUD]
        )
    return shop


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
    monkeypatch.setattr(settling, "TURN", 2)
    monkeypatch.setattr(settling.time, "sleep", somebody_writes)
    settle_some(shop, SITES)
    assert turns == 2
    with shop.store.read() as tx:
        assert count_stages(tx)[Stage.DONE] == 5


@pytest.mark.parametrize("step", ["judge", "settle"])
def test_who_speaks_while_a_subject_is_worked_on_is_heard(shop: Workshop, step: str) -> None:
    def report(n: int) -> None:
        with shop.store.write() as tx:
            one = Report("hotline", (SITES[0],), f"report {n}", NOW, reporter=f"voice-{n}")
            add_reports(tx, [one], at=NOW)

    told: list[int] = []

    class Interrupted(Store):
        """Somebody reports between what is read and what is written."""

        @contextmanager
        def write(self) -> Iterator[Connection]:
            if not told:
                told.append(2)
                report(2)
            with Store.write(self) as tx:
                yield tx

    report(1)
    if step == "settle":
        judge_some(shop, SITES)
    work, on = (judge_some, Stage.SETTLE) if step == "judge" else (settle_some, Stage.DONE)
    work(replace(shop, store=Interrupted(shop.store.engine)), SITES)
    with shop.store.read() as tx:
        first = Stage.CRAWL if step == "judge" else Stage.JUDGE
        assert at_stage(tx, first, limit=9) == [SITES[0]]
        assert len(at_stage(tx, on, limit=9)) == 4


def test_a_batch_that_was_killed_half_way_is_settled_again_with_the_same_outcome(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def kill(_seconds: float) -> None:
        raise KilledError

    judge_some(shop, SITES)
    with monkeypatch.context() as patched:
        patched.setattr(settling, "TURN", 2)
        patched.setattr(settling.time, "sleep", kill)
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


def test_two_subjects_of_one_turn_that_lead_to_one_entry_are_one_decision(fraud: Workshop) -> None:
    settle_some(fraud, FRAUD)
    with fraud.store.read() as tx:
        (made,) = history(tx, DOMAIN)
        assert waiting(tx) == []
    assert (made.action, made.actor.partition(":")[0]) == (Action.BLOCK, "policy")


def test_what_a_person_decides_meanwhile_is_not_overruled(fraud: Workshop) -> None:
    class Meddled(Store):
        """Somebody decides just before the first turn is written down."""

        @contextmanager
        def write(self) -> Iterator[Connection]:
            with Store.write(self) as tx:
                if head_of(tx, DOMAIN) is None:
                    add_decision(
                        tx, Decision(DOMAIN, Action.ALLOW, None, "a shop", "analyst:li", NOW)
                    )
            with Store.write(self) as tx:
                yield tx

    settle_some(replace(fraud, store=Meddled(fraud.store.engine)), FRAUD)
    with fraud.store.read() as tx:
        assert [d.actor for d in history(tx, DOMAIN)] == ["analyst:li"]
        item = item_of(tx, FRAUD[0])
    assert item is not None
    assert item.why.id == "overrules"


@pytest.mark.parametrize(
    ("because", "stays"),
    [(why("complained-of", count=12, credible=0), True), (why("not-sure"), False)],
)
def test_an_acquittal_does_not_answer_what_was_asked_beside_the_verdict(
    shop: Workshop, because: Why, stays: bool
) -> None:
    number = Indicator(Kind.NUMBER, "+8613800138000")
    calm = Verdict(number, Label.BENIGN, None, 0.001, (), "calm", "m@1", NOW)
    with shop.store.write() as tx:
        open_subjects(tx, [number], at=NOW)
        add_verdicts(tx, [calm])
        rests_on = None if stays else calm.id
        open_items(tx, [ReviewItem(number, number, rests_on, because, 0.3, NOW)])
    settle_some(shop, [number])
    with shop.store.read() as tx:
        assert [item.subject for item in waiting(tx)] == ([number] if stays else [])
