"""One bad subject in a batch: it is found, and nobody else is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.apart import apart
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind

SITES = [Indicator(Kind.HOST, f"site-{n}.example") for n in range(100)]


@given(st.sets(st.sampled_from(SITES), max_size=5))
def test_the_bad_are_found_and_the_others_are_done(bad: set[Indicator]) -> None:
    def act(some: list[Indicator]) -> list[Indicator]:
        if bad & set(some):
            raise TypeError("a certificate like no other")
        return list(some)

    done, failed = apart(SITES, act)
    assert set(failed) == bad
    assert sorted(done, key=str) == sorted(set(SITES) - bad, key=str)


def test_a_single_one_is_to_blame_for_itself() -> None:
    def act(some: list[Indicator]) -> list[Indicator]:
        raise TypeError("whatever is asked")

    assert set(apart(SITES[:1], act)[1]) == {SITES[0]}


@pytest.mark.parametrize("error", [OSError("disk full"), FanzhaError("a setting")])
def test_what_is_no_sites_doing_is_raised_at_once(error: Exception) -> None:
    asked = []

    def act(some: list[Indicator]) -> list[Indicator]:
        asked.append(some)
        raise error

    with pytest.raises(type(error)):
        apart(SITES, act)
    assert len(asked) == 1


def test_what_fails_everywhere_is_raised() -> None:
    def act(some: list[Indicator]) -> list[Indicator]:
        raise TypeError("not installed")

    with pytest.raises(TypeError, match="not installed"):
        apart(SITES, act)
