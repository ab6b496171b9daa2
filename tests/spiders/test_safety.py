"""Everything crawled is hostile: what a site may try, and that nothing comes of it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.range.listening import served
from examples.range.running import Running
from examples.range.webserver import Visits
from pipeline.nouns import Indicator
from pipeline.settings import Settings
from tests.spiders.conftest import Seen, seen_by, url
from tests.spiders.hostile import ALLOWED, CLOSED, FORBIDDEN, OTHER_SCHEMES, STARTED, hostile

Corner = tuple[Running, Visits]


@pytest.fixture(scope="module")
def corner() -> Iterator[Corner]:
    with served(hostile(), now=STARTED) as serving:
        yield serving


def visit(corner: Corner, home: Path, *addresses: str, **others: object) -> list[Seen]:
    """What was seen of each address; nothing may ever have come to the closed address."""
    running, visits = corner
    limits = {"timeout": 1.0, "site_timeout": 3.0, "max_bytes": 50_000, "allow_networks": ALLOWED}
    settings = Settings(home=home, crawl=running.crawl(**(limits | others)))
    indicators: list[Indicator] = [url(address) for address in addresses]
    seen = seen_by(indicators, settings)
    assert not [r for r in visits.requests if r.address == CLOSED]
    return [seen[indicator] for indicator in indicators]


def states(seen: list[Seen]) -> set[str]:
    return {one["http.state"] for one in seen}


def test_no_notation_of_a_forbidden_address_is_visited(corner: Corner, tmp_path: Path) -> None:
    seen = visit(corner, tmp_path, *FORBIDDEN)
    assert states(seen) == {"refused-address"}


@pytest.mark.parametrize("way", ["to", "frame", "refresh", "script"])
def test_nor_when_a_page_leads_there(corner: Corner, tmp_path: Path, way: str) -> None:
    seen = visit(corner, tmp_path, *(f"http://open.example/{way}?{to}" for to in FORBIDDEN))
    assert {
        to
        for to, one in zip(FORBIDDEN, seen, strict=True)
        if one["http.state"] != "refused-address"
    } == set()
    assert all(one["http.hops"][0]["ip"] == "127.0.9.1" for one in seen)


def test_a_name_that_changes_its_address_gains_nothing(corner: Corner, tmp_path: Path) -> None:
    for _ in range(3):
        visit(corner, tmp_path, "http://rebinding.example/", "https://rebinding.example/")


def test_of_a_mixed_host_only_the_public_address_is_visited(corner: Corner, tmp_path: Path) -> None:
    (seen,) = visit(corner, tmp_path, "http://mixed.example/")
    assert [hop["ip"] for hop in seen["http.hops"]] == ["127.0.9.1"]
    assert seen["dns"]["a"] == [CLOSED, "127.0.9.1"]


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_ports_of_other_services_are_not_spoken_to(
    corner: Corner, tmp_path: Path, port: int
) -> None:
    (seen,) = visit(corner, tmp_path, f"http://open.example/to?http://open.example:{port}/")
    assert seen["http.state"] == "refused-address"


def test_schemes_other_than_http_end_the_visit(corner: Corner, tmp_path: Path) -> None:
    seen = visit(corner, tmp_path, *(f"http://open.example/to?{to}" for to in OTHER_SCHEMES))
    assert states(seen) == {"bad-scheme"}
    direct = visit(corner, tmp_path, *OTHER_SCHEMES)
    assert states(direct) == {"bad-scheme"}


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip,+gzip"])
def test_a_decompression_bomb_gives_its_first_bytes_and_no_more(
    corner: Corner, tmp_path: Path, coding: str
) -> None:
    (seen,) = visit(corner, tmp_path, f"http://open.example/bomb?{coding}")
    assert seen["http.state"] == "too-large"
    assert seen["http.body"]["size"] == 50_000


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/endless", "too-large"),
        ("/drip", "timeout"),
        ("/many-headers", "http-error"),
        ("/wide-header", "http-error"),
        ("/lying-length", "timeout"),
        ("/to?/to?/to?/", "ok"),
        ("/slow-chain", "timeout"),
    ],
)
def test_no_answer_is_without_end(corner: Corner, tmp_path: Path, path: str, state: str) -> None:
    (seen,) = visit(corner, tmp_path, f"http://open.example{path}", max_redirects=50)
    assert seen["http.state"] == state


def test_redirects_have_an_end(corner: Corner, tmp_path: Path) -> None:
    chain = "http://open.example/" + "to?/" * 12
    (seen,) = visit(corner, tmp_path, chain, max_redirects=5)
    assert seen["http.state"] == "too-many-redirects"
    assert len(seen["http.hops"]) == 6


def test_what_is_no_http_is_an_error(corner: Corner, tmp_path: Path) -> None:
    plain, secure = visit(corner, tmp_path, "http://raw.example/", "https://raw.example/")
    assert plain["http.state"] == "http-error"
    assert secure["http.state"] == "tls-error"


def test_a_wrong_content_coding_keeps_what_came(corner: Corner, tmp_path: Path) -> None:
    (seen,) = visit(corner, tmp_path, "http://open.example/not-gzip")
    assert seen["page"]["title"] == "plain"


def test_a_cookie_goes_back_to_its_own_host_and_visit_alone(corner: Corner, tmp_path: Path) -> None:
    visits = corner[1]
    (seen,) = visit(corner, tmp_path, "http://open.example/cookie")
    assert seen["page"]["title"] == "welcome back"
    before = len(visits.requests)
    visit(
        corner,
        tmp_path,
        "http://open.example/to?http://elsewhere.example/",
        "http://other.open.example/",
        "http://open.example/",
    )
    assert not [r for r in visits.requests[before:] if "cookie" in r.headers]


def test_credentials_come_into_no_log_and_no_observation(
    corner: Corner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        seen = visit(
            corner,
            tmp_path,
            "http://li:s3cr3t@open.example/secret",
            "http://li:s3cr3t@private.example/",
        )
    assert "s3cr3t" not in caplog.text
    assert "s3cr3t" not in str(seen)
    assert not [r for r in corner[1].requests if "authorization" in r.headers]


def test_what_is_kept_is_inert(corner: Corner, tmp_path: Path) -> None:
    visit(corner, tmp_path, "http://open.example/")
    kept = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
    assert kept
    assert all(not path.stat().st_mode & 0o111 for path in kept)
