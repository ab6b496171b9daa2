"""The hostile internet does the harm that it promises; whether the crawler survives is tested there."""

import contextlib
import json
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import brotli
import dns.message
import dns.query
import httpx
import pytest
import zstandard

from examples.range.harm import BOMB_BYTES
from examples.range.hostile import NETWORKS, TARGETS, serve_hostile, trespasses
from examples.range.running import Running
from examples.range.traps import TRAPS
from examples.range.webserver import Visits

ENOUGH = 300_000
FIRST = 30.0
"""Seconds for a first byte, from a busy machine too; packing a bomb takes some."""
BOMBS = [path for path in TRAPS if path.startswith("/bomb/")]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Running, Visits]]:
    with serve_hostile(now=datetime.now(UTC)) as served:
        for path in BOMBS:
            fetch(served[0], path)  # the first visitor waits for the packing
        yield served


@pytest.fixture
def running(both: tuple[Running, Visits]) -> Running:
    return both[0]


def fetch(
    running: Running,
    path: str,
    *,
    address: str = "127.0.1.1",
    enough: int = ENOUGH,
    first: float = FIRST,
    patience: float = 0.5,
) -> bytes:
    """What comes over the wire until it is enough, or `patience` seconds after its first byte.

    The first byte may take `first` seconds.
    """
    got, until = b"", time.monotonic() + first
    request = f"GET {path} HTTP/1.1\r\nHost: hostile.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address, running.http_port), timeout=first) as line:
        line.sendall(request.encode())
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while len(got) < enough and (left := until - time.monotonic()) > 0:
                line.settimeout(left)
                if not (more := line.recv(65536)):
                    break
                if not got:
                    until = time.monotonic() + patience
                got += more
    return got


def addresses(running: Running, name: str, rdtype: str = "A") -> list[str]:
    host, _, port = running.resolver.partition(":")
    query = dns.message.make_query(name, rdtype)
    answer = dns.query.udp_with_fallback(query, host, port=int(port), timeout=10)[0]
    return [
        r.to_text()
        for rrset in answer.answer
        for r in rrset
        if rrset.rdtype == query.question[0].rdtype
    ]


@pytest.mark.parametrize("path", TRAPS)
def test_after_every_trap_the_next_visitor_is_served(running: Running, path: str) -> None:
    got = fetch(running, path)
    assert (got == b"") == (path == "/broken/nothing")
    assert b"harmless" in fetch(running, "/page/plain")


@pytest.mark.parametrize("path", [p for p in TRAPS if p.startswith(("/endless/", "/download/"))])
def test_what_has_no_end_is_not_answered_whole(running: Running, path: str) -> None:
    started = datetime.now(UTC)
    got = fetch(running, path)
    waited = (datetime.now(UTC) - started).total_seconds()
    assert len(got) >= ENOUGH or waited >= 0.5


def test_bombs_unpack_to_what_they_promise(running: Running) -> None:
    def body(path: str) -> bytes:
        return fetch(running, path, enough=10_000_000, patience=60).partition(b"\r\n\r\n")[2]

    once = zlib.decompress(body("/bomb/gzip-twice"), 31)
    assert zlib.decompress(body("/bomb/gzip"), 31) == zlib.decompress(once, 31) == bytes(BOMB_BYTES)
    assert len(zlib.decompress(body("/bomb/deflate"))) == BOMB_BYTES
    assert len(brotli.decompress(body("/bomb/br"))) == BOMB_BYTES
    assert (
        len(zstandard.ZstdDecompressor().decompressobj().decompress(body("/bomb/zstd")))
        == BOMB_BYTES
    )
    assert max(len(body(p)) for p in BOMBS) < BOMB_BYTES / 500


def test_redirects_chain_and_circle(running: Running) -> None:
    assert b"Location: /redirect/loop" in fetch(running, "/redirect/loop")
    assert b"Location: /chain/99\r\n" in fetch(running, "/chain/100")
    assert b"Location: /page/plain\r\n" in fetch(running, "/chain/1")


@pytest.mark.parametrize("name", TARGETS)
def test_every_way_leads_to_every_forbidden_place(running: Running, name: str) -> None:
    target = TARGETS[name]
    assert f"Location: {target}\r\n".encode() in fetch(running, f"/redirect/to/{name}")
    for way in ("meta", "js", "frame"):
        written = json.dumps(target) if way == "js" else target
        assert written.encode() in fetch(running, f"/{way}/to/{name}")


def test_dns_lies_in_every_way(running: Running) -> None:
    assert addresses(running, "rebind.example") == ["127.0.1.1"]
    assert addresses(running, "rebind.example") == ["127.0.0.1"]
    slow = [addresses(running, "rebind-slow.example")[0] for _ in range(4)]
    assert slow == ["127.0.1.1", "127.0.1.1", "127.0.1.1", "127.0.0.1"]
    assert set(addresses(running, "both.example")) == {"127.0.1.1", "127.0.0.1"}
    assert addresses(running, "mapped.example", "AAAA") == ["::ffff:127.0.0.1"]
    assert addresses(running, "nat64.example", "AAAA") == ["64:ff9b::7f00:1"]
    assert len(addresses(running, "many-addresses.example")) == 90
    assert len(addresses(running, "long-txt.example", "TXT")) == 240


@pytest.mark.parametrize("address", ["127.0.1.66", "127.0.1.67", "127.0.1.68", "127.0.1.69"])
def test_what_is_no_web_server_speaks_neither_http_nor_tls(running: Running, address: str) -> None:
    assert not fetch(running, "/", address=address, first=1).startswith(b"HTTP/")
    with pytest.raises((httpx.ConnectError, httpx.ConnectTimeout)):
        httpx.get(f"https://{address}:{running.https_port}/", verify=running.trust(), timeout=1)


def test_the_inside_tells_who_came(both: tuple[Running, Visits]) -> None:
    running, visits = both
    assert running.crawl().allow_networks == NETWORKS
    assert trespasses(visits) == []
    fetch(running, "/secret", address="127.0.0.1")
    assert [one.path for one in trespasses(visits)] == ["/secret"]
    visits.requests.clear()
