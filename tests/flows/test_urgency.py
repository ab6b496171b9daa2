"""The order in which a batch of sites is visited."""

from pathlib import Path

from flows.urgency import most_harmful_first
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.reports import open_subjects, voices_of
from tests.flows.test_steps import NOW, SITES

PLAIN = Indicator(Kind.HOST, "library.org")
SERIAL = Indicator(Kind.URL, "https://a38927b.vip/login")


def test_names_of_fraud_and_many_voices_come_first(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert most_harmful_first([PLAIN, SERIAL], {}, settings=settings) == [SERIAL, PLAIN]
    many = {PLAIN: 100_000}
    assert most_harmful_first([SERIAL, PLAIN], many, settings=settings) == [PLAIN, SERIAL]
    address = Indicator(Kind.HOST, "203.0.113.9")
    assert set(most_harmful_first([address, PLAIN], {}, settings=settings)) == {address, PLAIN}
    assert most_harmful_first([], {}, settings=settings) == []


def test_voices_are_counted_as_the_work_is_ordered(store: Store) -> None:
    with store.write() as tx:
        open_subjects(tx, SITES, at=NOW)
        open_subjects(tx, SITES[:1], at=NOW)
        found = voices_of(tx, SITES)
    assert found.keys() == set(SITES)
    assert found[SITES[0]] > found[SITES[1]]
