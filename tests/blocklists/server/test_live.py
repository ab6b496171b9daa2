"""The service as it runs: real processes, raw bytes, slow readers, and a kill in the middle."""

import json
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocklists.server.consumers import Consumer, ConsumerBook, Role
from tests.blocklists.server.live import Live, running
from tests.blocklists.shelves import AT, Publisher, sha256

NAMES = b"rebate.example\nloan.example\n"
BIG = b"".join(b"%07d.example\n" % n for n in range(500_000))


@dataclass
class Place:
    """A home with a release, and one carrier."""

    home: Path
    publisher: Publisher
    token: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = tmp_path_factory.mktemp("home")
    publisher = Publisher(home / "releases")
    publisher.publish({"domains.txt": NAMES, "big.txt": BIG})
    (home / "secret").write_bytes(b"top secret")
    book = ConsumerBook(home / "downloads" / "consumers.db")
    return Place(home, publisher, book.add(Consumer("telecom", "Telecom", Role.CARRIER, AT)))


@pytest.fixture(scope="module")
def live(place: Place) -> Iterator[Live]:
    with running(place.home) as service:
        yield service


def test_a_file_comes_whole(live: Live, place: Place) -> None:
    head, _, body = live.get("/v1/latest/big.txt", place.token).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert body == BIG


@pytest.mark.parametrize(
    "path",
    [
        "/v1/latest/../../../secret",
        "/v1/latest/..%2f..%2f..%2fsecret",
        "/v1/latest/%2e%2e/%2e%2e/%2e%2e/secret",
        "/v1/latest/%252e%252e%252fsecret",
        "/v1/latest/..\\..\\secret",
        "/v1/latest//etc/passwd",
        "/v1/latest/domains.txt%00.gz",
        "/v1/latest/./domains.txt",
        "/v1/releases/../latest/domains.txt",
        "/v1/releases/1/../1/domains.txt",
        "/v1/releases/-1/domains.txt",
        "/v1/releases/99999999999999999999/domains.txt",
        "/v1/../../secret",
    ],
)
def test_no_path_leads_out_of_a_release(live: Live, place: Place, path: str) -> None:
    answer = live.get(path, place.token)
    assert answer.startswith(b"HTTP/1.1 404"), answer
    assert b"top secret" not in answer


@pytest.mark.parametrize(
    "head",
    [
        b"X-Huge: " + b"a" * 100_000,
        b"\r\n".join(b"X-Many-%d: b" % n for n in range(5000)),
        b"Authorization: Bearer " + b"c" * 20_000,
    ],
    ids=["one", "many", "token"],
)
def test_a_huge_head_is_refused(live: Live, head: bytes) -> None:
    answer = live.ask(b"GET /v1/latest/domains.txt HTTP/1.1\r\nHost: t\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"at most 16384 bytes" in answer


def test_a_head_without_end_is_refused_before_it_fills_memory(live: Live) -> None:
    with live.connect() as connection:
        connection.sendall(b"GET /v1/latest/domains.txt HTTP/1.1\r\nX-Endless: ")
        sent = 0
        try:
            while sent < 10_000_000:
                sent += connection.send(b"a" * 4096)
            answer = connection.recv(100)
        except OSError:
            answer = b"cut"
        assert answer == b"cut" or answer.startswith(b"HTTP/1.1 431 ")


def test_many_requests_on_one_connection_are_answered_in_order(live: Live, place: Place) -> None:
    one = (
        f"GET /v1/latest/domains.txt HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {place.token}\r\n"
    )
    last = one + "Connection: close\r\n\r\n"
    answers = live.ask((f"{one}\r\n" * 200 + last).encode())
    assert answers.count(b"HTTP/1.1 200 OK") == 201
    assert answers.count(NAMES) == 201


def test_nonsense_is_answered_with_400(live: Live) -> None:
    assert live.ask(b"\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_slow_readers_do_not_stop_the_others(live: Live, place: Place) -> None:
    request = (
        f"GET /v1/latest/big.txt HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {place.token}\r\n\r\n"
    ).encode()
    slow: list[socket.socket] = []
    try:
        for _ in range(200):
            reader = live.connect()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(request)
            slow.append(reader)
        for reader in slow:
            assert reader.recv(1000).startswith(b"HTTP/1.1 200 OK")
        for _ in range(20):
            assert live.get("/v1/latest/big.txt", place.token).endswith(BIG[-1000:])
    finally:
        for reader in slow:
            reader.close()


def test_a_download_that_is_cut_says_so_in_the_audit_log(place: Place) -> None:
    with running(place.home) as live:
        with live.connect() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(
                b"GET /v1/latest/big.txt HTTP/1.1\r\nHost: t\r\nUser-Agent: gives-up\r\n"
                + f"Authorization: Bearer {place.token}\r\n\r\n".encode()
            )
            assert reader.recv(10)
        live.get("/v1/latest/domains.txt", place.token)
    lines = [
        json.loads(line)
        for path in (place.home / "downloads" / "audit").iterdir()
        for line in path.read_text().splitlines()
    ]
    cut = [line["cut_after"] for line in lines if "cut_after" in line]
    assert cut
    assert max(cut) < len(BIG)


def test_killed_during_a_release_it_serves_the_former_one_and_never_a_mixture(
    place: Place, tmp_path: Path
) -> None:
    home = tmp_path
    publisher = Publisher(home / "releases")
    publisher.publish({"domains.txt": NAMES, "hosts.txt": NAMES})
    book = ConsumerBook(home / "downloads" / "consumers.db")
    token = book.add(Consumer("telecom", "Telecom", Role.CARRIER, AT))

    def whole_release(live: Live) -> int:
        index = json.loads(live.get("/v1/latest/index.json", token).partition(b"\r\n\r\n")[2])
        for item in index["files"]:
            path = f"/v1/releases/{index['serial']}/{item['name']}"
            body = live.get(path, token).partition(b"\r\n\r\n")[2]
            assert sha256(body) == item["sha256"]
        return int(index["serial"])

    with running(home, workers=2) as live:
        assert whole_release(live) == 1
        # The next release is half written when everything is killed.
        half = publisher.folder / "2"
        half.mkdir()
        (half / "domains.txt").write_bytes(b"half")
        assert whole_release(live) == 1
        live.kill()
        assert live.process.returncode == -signal.SIGKILL
    with running(home, workers=2) as live:
        assert whole_release(live) == 1
        (half / "domains.txt").unlink()
        half.rmdir()
        publisher.publish({"domains.txt": b"new.example\n", "hosts.txt": b"new.example\n"})
        assert whole_release(live) == 2
