"""Complaints: distinct weighed voices, two speeds, and a bound that stays low while little is known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.numbers.complaints import CROWD, PROVEN, Complaint, Record, weigh, wilson

NOW = datetime(2026, 3, 2, tzinfo=UTC)
RIGHT = Record(confirmed=20, refuted=0)


def test_one_person_is_one_voice_however_often_they_complain() -> None:
    often = [Complaint("li", NOW - timedelta(hours=n)) for n in range(100)]
    assert weigh(often, {}, now=NOW) == weigh(often[:1], {}, now=NOW)


def test_the_newest_word_of_a_person_counts() -> None:
    words = [Complaint("li", NOW - timedelta(days=1)), Complaint("li", NOW, legitimate=True)]
    voice = weigh(words, {}, now=NOW)
    assert (voice.reporters, voice.against) == (0, 0)
    assert voice.for_it > 0


def test_heat_fades_fast_and_what_it_is_fades_slowly() -> None:
    old = [Complaint("li", NOW - timedelta(days=14))]
    voice = weigh(old, {"li": RIGHT}, now=NOW)
    fresh = weigh([Complaint("li", NOW)], {"li": RIGHT}, now=NOW)
    assert voice.heat == pytest.approx(fresh.heat / 2)
    assert voice.against == pytest.approx(fresh.against * 0.5 ** (14 / 125))


def test_a_thousand_new_accounts_are_a_few_voices() -> None:
    plot = [Complaint(f"new{n}", NOW) for n in range(1000)]
    voice = weigh(plot, {}, now=NOW)
    assert voice.reporters == 1000
    assert voice.against == CROWD
    five = {f"r{n}": RIGHT for n in range(5)}
    assert (
        weigh([Complaint(r, NOW) for r in five], five, now=NOW).confidence > voice.confidence - 0.2
    )


def test_a_thousand_bought_records_weigh_no_more_than_twenty() -> None:
    bought = {f"old{n}": RIGHT for n in range(1000)}
    voice = weigh([Complaint(r, NOW) for r in bought], bought, now=NOW)
    assert voice.credible == 1000
    assert voice.against == voice.heat == PROVEN


def test_credible_is_who_was_right_and_complains() -> None:
    records = {"li": RIGHT, "wu": RIGHT, "liar": Record(1, 5)}
    words = [Complaint(name, NOW) for name in ("li", "liar", "new")]
    words.append(Complaint("wu", NOW, legitimate=True))
    assert weigh(words, records, now=NOW).credible == 1


def test_reporters_who_were_refuted_weigh_nothing() -> None:
    assert weigh([Complaint("x", NOW)], {"x": Record(0, 5)}, now=NOW).against == 0


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_wilson_stays_below_the_share(against: float, for_it: float) -> None:
    total = against + for_it
    bound = wilson(against, total)
    assert 0 <= bound <= 1
    assert total == 0 or bound <= against / total + 1e-12


def test_wilson_as_published() -> None:
    assert wilson(4, 4) == pytest.approx(0.5101, abs=1e-4)
    assert wilson(0, 0) == 0
