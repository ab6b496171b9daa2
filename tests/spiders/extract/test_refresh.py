"""Refreshes, as the standard reads them and as a browser obeys them."""

import pytest

from spiders.extract import extract
from spiders.extract.refresh import read_refresh


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ("0", (0, None)),
        ("0;url=/x", (0, "/x")),
        ("5; URL='/a b'x", (5, "/a b")),
        ("1.9,/x", (1, "/x")),
        ("1 url=/y", (1, "/y")),
        (".5;/z", (0, "/z")),
        ('2 ; url = "http://b.example/', (2, "http://b.example/")),
        ("0;URL=", (0, None)),
        ("x", None),
        ("3x;/q", None),
        ("-1;/x", None),
        ("", None),
    ],
)
def test_what_a_refresh_says(content: str, read: tuple[float, str | None] | None) -> None:
    assert read_refresh(content) == read


@pytest.mark.parametrize("within", ["noscript", "template"])
def test_a_refresh_that_no_browser_obeys_is_none(within: str) -> None:
    idle = f'<{within}><meta http-equiv=refresh content="0;url=//b.example/"></{within}>'
    meant = '<meta http-equiv=refresh content="3;url=//c.example/">'
    assert extract(idle.encode(), url="http://a.example/").meta_refresh is None
    found = extract((idle + meant).encode(), url="http://a.example/").meta_refresh
    assert found is not None
    assert found.url == "http://c.example/"
