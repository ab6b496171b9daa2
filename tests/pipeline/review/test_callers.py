"""Whose tries count together."""

import pytest

from pipeline.review.callers import caller_of

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "testclient", True),
        ("testclient", "-", False),
    ],
)
def test_an_ipv6_address_counts_with_its_network(one: str, other: str, same: bool) -> None:
    assert (caller_of(one, KEY) == caller_of(other, KEY)) is same


def test_no_address_is_kept() -> None:
    assert "192.0.2" not in caller_of("192.0.2.1", KEY)
    assert caller_of("192.0.2.1", KEY) != caller_of("192.0.2.1", b"o" * 32)
