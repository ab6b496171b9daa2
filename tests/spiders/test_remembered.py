"""What one batch learned and the next need not ask again."""

from datetime import timedelta

from spiders.remembered import Remembered
from tests.spiders.conftest import NOW


def test_a_fact_is_known_for_as_long_as_it_is_fresh() -> None:
    facts: Remembered[str] = Remembered(keep=timedelta(minutes=5), most=10)
    facts.put("a", "one", NOW)
    assert facts.get("a", NOW + timedelta(minutes=4)) == "one"
    assert facts.get("a", NOW + timedelta(minutes=5)) is None
    assert facts.get("a", NOW - timedelta(minutes=1)) is None
    assert facts.get("b", NOW) is None


def test_the_oldest_go_first() -> None:
    facts: Remembered[int] = Remembered(keep=timedelta(minutes=5), most=2)
    for number in (1, 2, 1, 3):
        facts.put(number, number, NOW)
    assert [facts.get(number, NOW) for number in (1, 2, 3)] == [1, None, 3]
