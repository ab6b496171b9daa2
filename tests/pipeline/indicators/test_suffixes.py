"""The Public Suffix List: who may register below a name."""

import pytest

from pipeline.indicators import (
    Suffix,
    is_above_public_suffix,
    is_public_suffix,
    public_suffix,
    registrable_domain,
)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.rebate.com", "rebate.com"),
        ("a.rebate.com.cn", "rebate.com.cn"),
        ("a.rebate.xn--55qx5d.cn", "rebate.xn--55qx5d.cn"),
        ("a.b.pages.dev", "b.pages.dev"),
        ("pages.dev", None),
        ("com", None),
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("b.kawasaki.jp", None),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.rebate.example", "rebate.example"),
        ("192.0.2.7", None),
        ("2001:db8::7", None),
    ],
)
def test_the_registrable_domain(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


def test_the_two_sections_are_told_apart() -> None:
    assert public_suffix("a.co.uk") == Suffix("co.uk", private=False)
    assert public_suffix("a.pages.dev") == Suffix("pages.dev", private=True)
    assert public_suffix("a.b.example") == Suffix("example", private=False)


def test_a_name_above_a_suffix_is_none_and_yet_known() -> None:
    assert not is_public_suffix("amazonaws.com")
    assert is_above_public_suffix("amazonaws.com")
    assert not is_above_public_suffix("rebate.com")
    assert not is_public_suffix("192.0.2.7")
