"""Addresses of pages, read as a browser reads them."""

import pytest

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


def test_relative_addresses_are_those_of_a_browser() -> None:
    base = "https://a.example/dir/page"
    assert target_of("../x", base).url == "https://a.example/x"
    assert target_of("//b.example/y", base).url == "https://b.example/y"
    assert target_of("/\\c.example/", base).host == "c.example"


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
