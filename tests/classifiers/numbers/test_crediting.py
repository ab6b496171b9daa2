"""Whom a day brings points: who called on it, by what it did since it last answered for itself."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from classifiers.numbers.accounts import Scored
from classifiers.numbers.crediting import credited
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.model import shipped
from pipeline.settings import Settings

DAY = "2026-03-10"
VERIFIED = datetime(2026, 3, 5, tzinfo=UTC)
WICKED = {**dict.fromkeys(FEATURES, None), "gateway_share": 1.0, "sims_per_imei": 8.0}
QUIET = {
    **dict.fromkeys(FEATURES, 0.0),
    "calls_per_day": 2.0,
    "callback_rate": 0.5,
    "tenure_days": 900.0,
}


def scored(surrogate: int, called_on: str = DAY) -> Scored:
    return Scored(surrogate, 0.99, called_on, WICKED)


def todays_features() -> pa.Table:
    return pa.Table.from_pylist([{"number": 1, **QUIET}, {"number": 9, **QUIET}])


def who(found: list[Scored], verified: dict[int, datetime]) -> list[Scored]:
    return credited(
        found,
        verified,
        day=DAY,
        settings=Settings(),
        model=shipped(),
        features_of_the_day=todays_features,
    )


def test_only_who_called_on_the_day_is_credited() -> None:
    assert who([scored(1), scored(2, "2026-03-09")], {}) == [scored(1)]


def test_who_was_verified_is_credited_for_the_calls_of_the_day_alone() -> None:
    (found,) = who([scored(1)], {1: VERIFIED})
    assert found.features == QUIET
    assert found.probability < 0.3


@pytest.mark.parametrize("hour", [0, 12])
def test_a_day_that_the_verification_answers_for_brings_nothing(hour: int) -> None:
    assert who([scored(1)], {1: datetime(2026, 3, 10, hour, tzinfo=UTC)}) == []


def test_a_verification_of_before_the_window_answers_for_nothing_in_it() -> None:
    assert who([scored(1)], {1: VERIFIED - timedelta(days=60)}) == [scored(1)]
