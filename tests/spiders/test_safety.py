"""Everything crawled is hostile: what a site may try, and that nothing comes of it."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.range.hostile import HOSTS, TARGETS, serve_hostile, trespasses
from examples.range.running import Running
from examples.range.traps import TRAPS
from examples.range.webserver import Visits
from pipeline.settings import Settings
from tests.spiders.conftest import Seen, seen_by, url

Corner = tuple[Running, Visits]
STARTED = datetime(2026, 3, 1, tzinfo=UTC)
TRAP_HOST = "http://hostile.example"
OTHER_SCHEMES = {"file", "ftp", "gopher", "data", "javascript", "intent"}
WEB_TARGETS = {name: to for name, to in TARGETS.items() if name not in OTHER_SCHEMES}


@pytest.fixture(scope="module")
def corner() -> Iterator[Corner]:
    with serve_hostile(now=STARTED) as serving:
        yield serving
        assert not trespasses(serving[1])


def visit(corner: Corner, home: Path, *addresses: str, **others: object) -> dict[str, Seen]:
    """What was seen of each address; nothing may ever have reached the inside."""
    running, visits = corner
    limits: dict[str, object] = {"timeout": 4, "site_timeout": 12, "max_bytes": 50_000}
    settings = Settings(home=home, crawl=running.crawl(**(limits | others)))
    seen = seen_by([url(address) for address in addresses], settings)
    assert not trespasses(visits)
    return {address: seen[url(address)] for address in addresses}


def states(seen: dict[str, Seen]) -> dict[str, str]:
    return {address: one["http.state"] for address, one in seen.items()}


def test_no_notation_of_an_inside_address_is_visited(corner: Corner, tmp_path: Path) -> None:
    seen = states(visit(corner, tmp_path, *WEB_TARGETS.values()))
    # What a URL parser itself takes for a name outside is visited there, and only there.
    outside = {TARGETS["backslash"]} if "hostile" in TARGETS["backslash"].split("@")[0] else set()
    allowed = {"refused-address", "dns-nxdomain"}
    assert {
        to: state for to, state in seen.items() if to not in outside and state not in allowed
    } == {}


@pytest.mark.parametrize("way", ["redirect", "meta", "js", "frame"])
def test_nor_when_a_page_leads_there(corner: Corner, tmp_path: Path, way: str) -> None:
    pages = [f"{TRAP_HOST}/{way}/to/{name}" for name in WEB_TARGETS]
    seen = visit(corner, tmp_path, *pages)
    assert set(states(seen).values()) <= {"refused-address", "dns-nxdomain", "bad-scheme"}
    assert all(one["http.hops"][0]["ip"] == "127.0.1.1" for one in seen.values())
    assert all(len(one["http.hops"]) == 1 for one in seen.values())


@pytest.mark.parametrize("way", ["redirect", "meta", "js", "frame"])
def test_schemes_other_than_http_lead_nowhere(corner: Corner, tmp_path: Path, way: str) -> None:
    pages = [f"{TRAP_HOST}/{way}/to/{name}" for name in OTHER_SCHEMES]
    seen = visit(corner, tmp_path, *pages)
    expected = {"bad-scheme"} if way == "redirect" else {"ok"}
    assert set(states(seen).values()) == expected
    assert all(len(one["http.hops"]) == 1 for one in seen.values())


def test_schemes_other_than_http_are_not_visited(corner: Corner, tmp_path: Path) -> None:
    seen = visit(corner, tmp_path, *(TARGETS[name] for name in OTHER_SCHEMES))
    assert set(states(seen).values()) == {"bad-scheme"}


def test_every_hostile_host_comes_to_an_end(corner: Corner, tmp_path: Path) -> None:
    addresses = [f"{scheme}://{name}/" for name in HOSTS for scheme in ("http", "https")]
    seen = states(visit(corner, tmp_path, *addresses))
    expected = {
        "inside.example": "refused-address",
        "alias-inside.example": "refused-address",
        "metadata.example": "refused-address",
        "zero.example": "refused-address",
        "v6-inside.example": "refused-address",
        "mapped.example": "refused-address",
        "nat64.example": "refused-address",
        "both.example": "ok",
        "mute-names.example": "dns-error",
        "failing-names.example": "dns-error",
        "circle.example": "dns-error",
        "mute.example": "timeout",
        "closed.example": "connect-error",
        "garbage.example": "http-error",
        "hang-up.example": "connect-error",
    }
    assert {name: seen[f"http://{name}/"] for name in expected} == expected
    for name in ("expired", "self-signed", "wrong-name", "unreadable"):
        assert seen[f"https://{name}.example/"] == "ok"
    assert seen["https://no-tls.example/"] in {"tls-error", "connect-error"}


def test_a_certificate_that_nobody_can_read_costs_its_names_alone(
    corner: Corner, tmp_path: Path
) -> None:
    bad, good = "https://unreadable.example/", "https://wrong-name.example/"
    seen = visit(corner, tmp_path, bad, good)
    assert seen[bad]["tls"]["sans"] == []
    assert "unreadable.example" in seen[bad]["tls"]["subject"]
    assert seen[good]["tls"]["sans"] == ["mismatch.invalid"]


def test_a_name_that_changes_its_address_gains_nothing(corner: Corner, tmp_path: Path) -> None:
    for _ in range(3):
        seen = visit(corner, tmp_path, "http://rebind.example/", "http://rebind-slow.example/")
        assert set(states(seen).values()) <= {"ok", "refused-address"}


EXPECTED = {
    "/bomb/gzip": "too-large",
    "/bomb/gzip-twice": "too-large",
    "/bomb/deflate": "too-large",
    "/bomb/br": "too-large",
    "/bomb/zstd": "too-large",
    "/endless/body": "ok",  # with what came of it
    "/endless/chunks": "ok",
    "/endless/headers": "http-error",
    "/endless/drip": "ok",
    "/endless/drip-headers": "timeout",
    "/endless/silence": "timeout",
    "/download/app.apk": "too-large",
    "/redirect/loop": "too-many-redirects",
    "/redirect/ping": "too-many-redirects",
    "/redirect/broken": "bad-scheme",
    "/meta/loop": "ok",
    "/page/plain": "ok",
    "/page/backtrack": "ok",
}
PATIENCE = {
    "bomb": {"timeout": 20, "site_timeout": 60},
    "endless": {"timeout": 8, "site_timeout": 30},
}
GROUPS = sorted({path.split("/")[1] for path in TRAPS})


@pytest.mark.parametrize("group", GROUPS)
def test_every_trap_comes_to_an_end_within_its_limits(
    corner: Corner, tmp_path: Path, group: str
) -> None:
    paths = [path for path in TRAPS if path.startswith(f"/{group}/")]
    pages = [f"{TRAP_HOST}{path}" for path in paths]
    # Bombs are packed on the first visit, which takes the server some seconds; what drips must be
    # given the time for a first drop, also by a busy machine.
    limits = PATIENCE.get(group, {})
    seen = visit(corner, tmp_path, *pages, max_bytes=500_000, second_look=False, **limits)
    assert len(seen) == len(pages)
    assert all(one.get("http.body", {"size": 0})["size"] <= 500_000 for one in seen.values())
    found = {path: seen[f"{TRAP_HOST}{path}"]["http.state"] for path in paths}
    assert {path: found[path] for path in found if path in EXPECTED} == {
        path: state for path, state in EXPECTED.items() if path in found
    }


def test_redirects_have_an_end(corner: Corner, tmp_path: Path) -> None:
    chain = f"{TRAP_HOST}/chain/40"
    seen = visit(corner, tmp_path, chain, max_redirects=5)[chain]
    assert seen["http.state"] == "too-many-redirects"
    assert len(seen["http.hops"]) == 6


def test_all_bodies_of_a_site_together_have_an_end(corner: Corner, tmp_path: Path) -> None:
    chain = f"{TRAP_HOST}/chain/40"
    seen = visit(corner, tmp_path, chain, max_redirects=30, max_bytes=1000)[chain]
    assert seen["http.state"] == "too-large"
    assert len(seen["http.hops"]) == 11


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_ports_of_other_services_are_not_spoken_to(
    corner: Corner, tmp_path: Path, port: int
) -> None:
    address = f"http://other.example:{port}/"
    assert states(visit(corner, tmp_path, address))[address] == "refused-address"


def test_cookies_never_go_to_another_site(corner: Corner, tmp_path: Path) -> None:
    visits = corner[1]
    before = len(visits.requests)
    visit(corner, tmp_path, f"{TRAP_HOST}/cookie/set", f"{TRAP_HOST}/cookie/many")
    visit(corner, tmp_path, "http://other.example/", f"{TRAP_HOST}/page/plain", second_look=False)
    others = [r for r in visits.requests[before:] if r.host == "other.example" or "plain" in r.path]
    assert others
    assert not [r for r in others if "cookie" in r.headers]


def test_credentials_come_into_no_log_and_no_observation(
    corner: Corner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        seen = visit(
            corner,
            tmp_path,
            f"{TRAP_HOST}/redirect/credentials",
            "http://li:geheim-9999@hostile.example/page/plain",
            TARGETS["credentials"],
        )
    assert "geheim-9999" not in caplog.text
    assert "geheim-9999" not in str(list(seen.values()))
    assert not [r for r in corner[1].requests if "authorization" in r.headers]
    assert not [r for r in corner[1].requests if "geheim-9999" in str(r.headers)]


def test_what_is_kept_is_inert(corner: Corner, tmp_path: Path) -> None:
    visit(corner, tmp_path, f"{TRAP_HOST}/download/setup.exe")
    kept = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
    assert kept
    assert all(not path.stat().st_mode & 0o111 for path in kept)
    assert {path.suffix for path in kept} <= {"", ".gz", ".json"}
