"""A trial: better is who catches more at its own thresholds, not by chance, without more false alarms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.trial import Trial, compare


def tried(rows: list[tuple[int, bool, bool]]) -> Trial:
    """The trial of rows: label, called fraud by the champion, and by the challenger."""
    labels, champion, challenger = zip(*rows, strict=True)
    return compare(np.array(labels), np.array(champion), np.array(challenger))


BOTH, NEITHER, OLD, NEW = (True, True), (False, False), (True, False), (False, True)
HONEST = [(0, *NEITHER)] * 40


def test_who_catches_more_without_a_false_alarm_wins() -> None:
    seen = tried([(1, *BOTH)] * 20 + [(1, *NEW)] * 10 + [(1, *OLD)] + HONEST)
    assert seen.won
    assert (seen.champion, seen.challenger) == (21 / 31, 30 / 31)
    assert (seen.champion_alarms, seen.challenger_alarms) == (0, 0)
    assert seen.chance == pytest.approx(12 / 2**11)
    assert 0.05 < seen.bound < 0.1


def test_who_calls_all_honest_rows_fraud_does_not() -> None:
    seen = tried([(1, *NEW)] * 30 + [(0, *NEW)] * 40)
    assert seen.challenger_alarms == 40
    assert seen.chance < 1e-6
    assert not seen.won


def test_one_false_alarm_more_is_too_many_and_as_many_are_not() -> None:
    more = [(1, *NEW)] * 30 + HONEST
    assert not tried([*more, (0, *NEW)]).won
    assert tried([*more, (0, *NEW), (0, *OLD)]).won


def test_a_row_or_two_more_may_be_chance() -> None:
    assert not tried([(1, *BOTH)] * 40 + [(1, *NEW)] * 4 + HONEST).won
    assert tried([(1, *BOTH)] * 40 + [(1, *NEW)] * 5 + HONEST).won


def test_few_rows_mean_nothing() -> None:
    assert not tried([(1, *NEW)] * 19 + HONEST).won
    assert not tried([(1, *NEW)] * 30 + HONEST[:19]).won


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.booleans(), st.booleans()), min_size=1))
def test_not_both_of_two_can_win(rows: list[tuple[int, bool, bool]]) -> None:
    there, back = tried(rows), tried([(label, b, a) for label, a, b in rows])
    assert not (there.won and back.won)
    assert not tried([(label, a, a) for label, a, _ in rows]).won
