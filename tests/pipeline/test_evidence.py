"""What is known of one indicator: the newest facts, and of calls only what is recent enough to judge by."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.categories import Category
from pipeline.evidence import assemble, gather, gather_as_of
from pipeline.nouns import Indicator, Json, Kind, Observation, Report, ReportTally, Standing
from pipeline.store import Store
from pipeline.store.observations import add_observations
from pipeline.store.reports import add_reports

NUMBER = Indicator(Kind.NUMBER, "+8613700000001")
LAST = datetime(2026, 3, 1, 15, tzinfo=UTC)


def calls(**more: Json) -> Observation:
    value = {"window": 30, "last_day": "2026-03-01", "features": {"calls_per_day": 90.0}, **more}
    return Observation(NUMBER, "calls", value, "feed:a", LAST, LAST)


@pytest.mark.parametrize(("days", "known"), [(0, True), (30, True), (31, False), (400, False)])
def test_calls_of_before_the_window_are_no_features(days: int, known: bool) -> None:
    at = LAST + timedelta(days=days)
    assert ("calls" in assemble(NUMBER, [calls()], ReportTally(), at=at).facts) is known
    assert "calls" in assemble(NUMBER, [calls()], ReportTally(), at=at, outdated=True).facts


def test_the_age_of_calls_is_that_of_the_numbers_own_last_call() -> None:
    fact = calls(called_on="2026-02-01")
    assert "calls" in assemble(NUMBER, [fact], ReportTally(), at=LAST).facts
    later = LAST + timedelta(days=5)
    assert "calls" not in assemble(NUMBER, [fact], ReportTally(), at=later).facts


SITE = Indicator(Kind.HOST, "a.example")


def seen(at: datetime, **facts: Json) -> list[Observation]:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return [Observation(SITE, prop, value, "crawl", at, at) for prop, value in named.items()]


def test_what_the_newest_visit_did_not_show_is_not_held_against_a_new_owner() -> None:
    later = LAST + timedelta(days=90)
    old = seen(
        LAST, http__state="ok", page={"state": "live"}, page__state="live", tls={"sha256": "a"},
        page__cloaking={"difference": 1.0}, page__further=[], dns={"a": ["192.0.2.1"]},
        registration={"registered": "2026-01-01"},
    )  # fmt: skip
    new = seen(later, http__state="ok", http__status=200, http__body={"size": 3})
    facts = assemble(SITE, [*old, *new], ReportTally(), at=later).facts
    assert facts.keys() == {"http.state", "http.status", "http.body", "dns", "registration"}
    # What was once decided on is still there to learn from.
    assert "page.cloaking" in assemble(SITE, old, ReportTally(), at=later).facts
    assert "page" in assemble(SITE, [*old, *new], ReportTally(), at=later, outdated=True).facts


def test_a_page_that_is_seen_again_belongs_to_the_newest_visit() -> None:
    later = LAST + timedelta(days=90)
    states = [*seen(LAST, http__state="timeout"), *seen(later, http__state="ok")]
    page = Observation(SITE, "page", {"state": "live"}, "crawl", LAST, later)
    facts = assemble(SITE, [*states, page], ReportTally(), at=later).facts
    assert (facts["http.state"], facts["page"]) == ("ok", {"state": "live"})


def test_evidence_as_of_a_moment_leaves_out_what_came_later(store: Store) -> None:
    """A page is seen thrice, is another one from the fourth visit on, and is reported once more."""
    days = [LAST + timedelta(days=n) for n in range(5)]
    with store.write() as tx:
        for day in days:
            page = {"state": "live" if day < days[3] else "parked"}
            add_observations(tx, seen(day, http__state="ok", page=page, dns={"status": "noerror"}))
        add_observations(tx, seen(days[4], registration={"registered": "2026-01-01"}))
        for source, day in (("bank", days[0]), ("police", days[4])):
            report = Report(source, (SITE,), source, day, category=Category.GAMBLING)
            add_reports(tx, [report], at=day)
        moments = {SITE: days[1] + timedelta(hours=1)}
        standing = Standing(trusted=frozenset({"bank"}))
        [then] = gather_as_of(tx, moments, standing=standing)
        [later] = gather_as_of(tx, {SITE: days[3]}, standing=standing)
        [now] = gather(tx, [SITE], standing=standing, at=days[4])
    assert then.at == moments[SITE]
    assert then.facts == {
        "http.state": "ok",
        "page": {"state": "live"},
        "dns": {"status": "noerror"},
    }
    assert (then.tally.sources, then.tally.trusted) == (("bank",), ("bank",))
    assert later.facts["page"] == {"state": "parked"}
    assert now.tally.sources == ("bank", "police")
    assert "registration" in now.facts
