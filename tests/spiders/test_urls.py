"""Addresses of pages, read as a browser reads them."""

import pytest

from spiders.extract.links import absolute, host_named
from spiders.urls import BadPortError, BadSchemeError, target_of


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("http://2130706433/", "127.0.0.1"),
        ("http://0177.1/", "127.0.0.1"),
        ("http://0x7f.0x1/", "127.0.0.1"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"),
        ("HTTP://WWW.Example.COM./", "www.example.com"),
        ("http://刷单.example/", "xn--ycr00a.example"),
    ],
)
def test_a_host_has_one_form(written: str, host: str) -> None:
    assert target_of(written).host == host


def test_credentials_and_fragment_are_dropped() -> None:
    assert target_of("https://li:pw@a.example/x?y#z").url == "https://a.example/x?y"
    assert absolute("https://a.example/", "//li:pw@b.example/x#z") == "https://b.example/x#z"


def test_relative_addresses_are_those_of_a_browser() -> None:
    base = "https://a.example/dir/page"
    assert target_of("../x", base).url == "https://a.example/x"
    assert target_of("//b.example/y", base).url == "https://b.example/y"
    assert target_of("/\\c.example/", base).host == "c.example"


LIKE_A_BROWSER = {
    # address: what Chromium makes of it on http://a.example/in/ and on https://a.example/in/
    "\\\\land.example/": ("http://land.example/", "https://land.example/"),
    "https:/land.example/": ("https://land.example/", "https://a.example/land.example/"),
    "https:land.example/": ("https://land.example/", "https://a.example/in/land.example/"),
    "http:/land.example/": ("http://a.example/land.example/", "http://land.example/"),
    "/\\land.example/": ("http://land.example/", "https://land.example/"),
    "///land.example/": ("http://land.example/", "https://land.example/"),
    "https:\\\\land.example/": ("https://land.example/", "https://land.example/"),
    "ht\ntps://land.example/": ("https://land.example/", "https://land.example/"),
    "\x01//land.example": ("http://land.example/", "https://land.example/"),
    "?q=a\\b": ("http://a.example/in/?q=a\\b", "https://a.example/in/?q=a\\b"),
    "..\\x": ("http://a.example/x", "https://a.example/x"),
}


@pytest.mark.parametrize("written", LIKE_A_BROWSER)
def test_slashes_lead_where_they_lead_in_a_browser(written: str) -> None:
    for scheme, expected in zip(("http", "https"), LIKE_A_BROWSER[written], strict=True):
        base = f"{scheme}://a.example/in/"
        assert target_of(written, base).url == expected
        assert absolute(base, written) == expected
        host = target_of(written, base).host
        assert host_named(written, scheme) == (None if host == "a.example" else host)


@pytest.mark.parametrize("base", ["http://a.example", "http://a.example/in/page?x=/y/z#w"])
def test_what_is_relative_stays_on_the_page_s_host(base: str) -> None:
    folder = "http://a.example/in/" if "in" in base else "http://a.example/"
    assert target_of("b.html", base).url == f"{folder}b.html"
    assert target_of("/b.html", base).url == "http://a.example/b.html"
    assert target_of("#part", base).url == target_of(base).url
    assert [host_named(one) for one in ("b.html", "/b", "?b", "#b", "", "http.html")] == [None] * 6


@pytest.mark.parametrize(
    "written", ["ftp://a.example/", "file:///etc/passwd", "javascript:1", "", "http://", "x" * 9000]
)
def test_what_is_no_web_address(written: str) -> None:
    with pytest.raises(BadSchemeError):
        target_of(written)


def test_ports_of_other_services() -> None:
    assert target_of("http://a.example:8080/").port == 8080
    with pytest.raises(BadPortError):
        target_of("http://a.example:25/")
