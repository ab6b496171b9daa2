"""The case of a name: by whatever name it was listed, reported or asked for, the same evidence."""

from datetime import UTC, datetime

import pytest

from pipeline.case import case_of
from pipeline.nouns import Action, Decision, Indicator, Kind, Label, Observation, Verdict
from pipeline.store import Store
from pipeline.store.decisions import add_decision
from pipeline.store.observations import add_observations
from pipeline.store.reports import open_subjects
from pipeline.store.verdicts import add_verdicts

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
DOMAIN = Indicator(Kind.DOMAIN, "rebate.example")
JUDGED = Indicator(Kind.URL, "https://rebate.example/")
BESIDE = Indicator(Kind.URL, "http://m.rebate.example/pay")
OTHER = Indicator(Kind.HOST, "not-rebate.example")
NUMBER = Indicator(Kind.NUMBER, "+8613800138000")


@pytest.fixture
def filled(store: Store) -> Store:
    """A domain listed for what a URL showed, another page below it, and a stranger."""
    verdict = Verdict(JUDGED, Label.MALICIOUS, None, 0.99, (), "d", "sites@1", AT)
    newer = Verdict(JUDGED, Label.DEAD, None, 0.0, (), "e", "sites@1", AT.replace(hour=9))
    block = Decision(
        DOMAIN, Action.BLOCK, None, "fraud", "policy:p@1", AT, None, JUDGED, verdict.id
    )
    sites = (JUDGED, BESIDE, OTHER)
    with store.write() as tx:
        open_subjects(tx, sites, at=AT)
        add_observations(
            tx, [Observation(one, "http.state", "ok", "crawl", AT, AT) for one in (*sites, NUMBER)]
        )
        add_verdicts(tx, [verdict, newer])
        add_decision(tx, block)
    return store


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (DOMAIN, {JUDGED, BESIDE}),
        (Indicator(Kind.HOST, "rebate.example"), {JUDGED, BESIDE}),
        (JUDGED, {JUDGED}),
        (BESIDE, {JUDGED, BESIDE}),  # the block that meets it rests on the other page
        (Indicator(Kind.HOST, "new.rebate.example"), {JUDGED}),
        (OTHER, {OTHER}),
        (NUMBER, {NUMBER}),
    ],
)
def test_a_decision_is_told_with_what_it_was_judged_from(
    filled: Store, asked: Indicator, told: set[Indicator]
) -> None:
    with filled.read() as connection:
        case = case_of(connection, asked)
    assert case.subjects[0].indicator == asked
    assert {one.indicator for one in case.subjects if one.observations} == told
    assert [one.indicator for one in case.decisions] == ([DOMAIN] if JUDGED in told else [])
    assert not case.is_empty
    # The verdict that the block rests on, also where a newer one says otherwise.
    verdicts = [v.label for one in case.subjects for v in one.verdicts]
    assert verdicts == ([Label.MALICIOUS, Label.DEAD] if JUDGED in told else [])


def test_of_what_nobody_reported_nothing_is_known(filled: Store) -> None:
    with filled.read() as connection:
        assert case_of(connection, Indicator(Kind.HOST, "never.example")).is_empty


def test_a_name_with_more_below_it_than_is_told_says_so(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.case.MAX_NAMES", 1)
    with filled.read() as connection:
        assert case_of(connection, DOMAIN).is_cut
        assert not case_of(connection, OTHER).is_cut
