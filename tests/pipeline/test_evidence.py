"""What is known of one indicator: the newest facts, and of calls only what is recent enough to judge by."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.evidence import assemble
from pipeline.nouns import Indicator, Json, Kind, Observation, ReportTally

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
