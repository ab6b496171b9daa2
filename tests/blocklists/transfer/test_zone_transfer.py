"""The shipped Knot configuration, with dig, BIND and unbound as the carriers that transfer from it."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.blocklists.server.live import free_port
from tests.blocklists.shelves import Publisher
from tests.conftest import require_program

SHIPPED = Path(__file__).parents[3] / "blocklists" / "transfer"
KEY = "hmac-sha256:telecom:" + "c2VjcmV0LW9mLWEtdGVzdC1vbmx5LTEyMzQ1Njc4OTA="
OTHER_KEY = "hmac-sha256:telecom:" + "b3RoZXItc2VjcmV0LW9mLWEtdGVzdC1vbmx5LTEyMzQ="


CARRIER = "127.0.0.2"
"""An address that transfers with its key alone; on 127.0.0.1 is also the resolver without one."""


def zone(serial: int, *names: str) -> bytes:
    """A policy zone as a release holds it: relative owners, NXDOMAIN for each name."""
    head = f"$TTL 60\n@ SOA localhost. hostmaster.localhost. {serial} 60 60 604800 60\n@ NS localhost.\n"
    return (head + "".join(f"{name} CNAME .\n*.{name} CNAME .\n" for name in names)).encode()


BASE = zone(1, *(f"n{n}.example" for n in range(500)))


@contextmanager
def program(*command: object) -> Iterator[None]:
    process = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for what other programs do in their own time."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come to pass"
        time.sleep(0.1)


@dataclass
class Primary:
    """Knot as it is shipped, on loopback, and the releases that it follows."""

    publisher: Publisher
    port: int
    bind_port: int
    unbound_port: int
    folder: Path

    def publish(self, serial: int, *hot: str) -> None:
        self.publisher.publish(
            {"passthru.zone": zone(1), "hot.zone": zone(serial, *hot), "base.zone": BASE}
        )

    def dig(self, *words: str, key: str | None = KEY, source: str = CARRIER) -> str:
        command = ["dig", "@127.0.0.1", "-b", source, "-p", str(self.port), "+tcp", "+tries=1"]
        command += ["-y", key] if key else []
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        return done.stdout

    def serial(self, name: str) -> int:
        answer = self.dig(f"{name}.rpz.fanzha", "SOA", "+short")
        return int(answer.split()[2]) if answer.startswith("localhost.") else 0


def answer(port: int, name: str) -> str:
    """The status that a resolver answers a name with."""
    command = ["dig", "@127.0.0.1", "-p", str(port), "+tries=1", "+time=5", name, "A"]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return text.partition("status: ")[2].partition(",")[0]


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Primary]:
    require_program("dig")
    folder = tmp_path_factory.mktemp("knot")
    one = Primary(Publisher(folder / "releases"), free_port(), free_port(), free_port(), folder)
    one.publish(1, "first.example")
    (folder / "carriers.conf").write_text(
        (SHIPPED / "carriers.conf.example")
        .read_text()
        .replace("replace-me-by-what-keymgr-printed==", KEY.rpartition(":")[2])
        .replace("192.0.2.53", f"[ 127.0.0.1@{one.bind_port}, {CARRIER} ]")
        .replace("198.51.100.53", f"127.0.0.1@{one.unbound_port}")
    )
    conf = folder / "knot.conf"
    conf.write_text(
        (SHIPPED / "knot.conf")
        .read_text()
        .replace('[ 0.0.0.0@53, "::@53" ]', f"127.0.0.1@{one.port}")
        .replace("/run/knot", str(folder / "run"))
        .replace("/var/lib/knot", str(folder / "journal"))
        .replace("/etc/fanzha", str(folder))
        .replace("/var/lib/fanzha/releases", str(one.publisher.folder))
    )
    for name in ("run", "journal"):
        (folder / name).mkdir()
    with ExitStack() as running:
        running.enter_context(program(require_program("knotd"), "-c", conf))
        until(lambda: one.serial("base") == 1, "the start of Knot")
        follow = [SHIPPED / "follow.sh", one.publisher.folder, "-c", conf]
        require_program("knotc")
        running.enter_context(program(*follow))
        yield one


def test_a_carrier_with_its_key_transfers_the_zones(primary: Primary) -> None:
    text = primary.dig("base.rpz.fanzha", "AXFR")
    assert text.count("CNAME") == 1000
    assert "n499.example.base.rpz.fanzha." in text


@pytest.mark.parametrize("key", [None, OTHER_KEY], ids=["no key", "another key"])
def test_without_the_right_key_nothing_is_transferred(primary: Primary, key: str | None) -> None:
    assert "CNAME" not in primary.dig("base.rpz.fanzha", "AXFR", key=key)


def test_an_address_without_tsig_transfers_where_it_is_entered(primary: Primary) -> None:
    assert "CNAME" in primary.dig("base.rpz.fanzha", "AXFR", key=None, source="127.0.0.1")
    assert "CNAME" not in primary.dig("base.rpz.fanzha", "AXFR", key=None, source="127.0.0.3")


def test_a_new_release_is_an_incremental_transfer_of_hot_and_none_of_base(primary: Primary) -> None:
    before = primary.serial("hot")
    primary.publish(before + 1, "first.example", "second.example")
    until(lambda: primary.serial("hot") == before + 1, "the reload of HOT")
    text = primary.dig("hot.rpz.fanzha", f"IXFR={before}")
    changed = [line for line in text.splitlines() if "CNAME" in line]
    assert {line.split()[0] for line in changed} == {
        "second.example.hot.rpz.fanzha.",
        "*.second.example.hot.rpz.fanzha.",
    }
    assert primary.serial("base") == 1


BIND = """
key "telecom" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{
    directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key";
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion yes; allow-query {{ any; }}; dnssec-validation no; forwarders {{}};
    response-policy {{
        zone "passthru.rpz.fanzha"; zone "hot.rpz.fanzha"; zone "base.rpz.fanzha";
    }} qname-wait-recurse no break-dnssec yes min-update-interval 1;
}};
controls {{}};
zone "." {{ type primary; file "{folder}/root.zone"; }};
"""
BIND_ZONE = """
zone "{name}.rpz.fanzha" {{
    type secondary; file "{name}.db"; allow-notify {{ 127.0.0.1; }};
    primaries port {port} {{ 127.0.0.1 key "telecom"; }};
}};
"""
ROOT = "$TTL 60\n@ SOA localhost. root.localhost. 1 60 60 60 60\n@ NS localhost.\nlocalhost. A 127.0.0.1\n"
ZONES = ("passthru", "hot", "base")


def test_bind_blocks_by_what_it_transferred_and_learns_of_a_change_at_once(
    primary: Primary, tmp_path: Path
) -> None:
    named = require_program("named")
    port = primary.bind_port
    (tmp_path / "root.zone").write_text(ROOT + "*.example. A 192.0.2.1\n")
    conf = BIND.format(secret=KEY.rpartition(":")[2], folder=tmp_path, port=port)
    conf += "".join(BIND_ZONE.format(name=name, port=primary.port) for name in ZONES)
    (tmp_path / "named.conf").write_text(conf)
    with program(named, "-g", "-c", tmp_path / "named.conf"):
        until(lambda: answer(port, "n7.example") == "NXDOMAIN", "the transfer of BASE")
        assert answer(port, "www.n7.example") == "NXDOMAIN"
        assert answer(port, "fresh.example") == "NOERROR"
        primary.publish(primary.serial("hot") + 1, "first.example", "fresh.example")
        until(lambda: answer(port, "fresh.example") == "NXDOMAIN", "the block of a new name")
        primary.publish(primary.serial("hot") + 1, "first.example")
        until(lambda: answer(port, "fresh.example") == "NOERROR", "the un-block")


UNBOUND = """
server:
    interface: 127.0.0.1@{port}
    access-control: 127.0.0.0/8 allow
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    module-config: "respip iterator"
    local-zone: "example." redirect
    local-data: "example. A 192.0.2.1"
    do-not-query-localhost: no
remote-control:
    control-enable: no
"""
UNBOUND_ZONE = """
rpz:
    name: {name}.rpz.fanzha
    primary: 127.0.0.1@{port}
    allow-notify: 127.0.0.1
    zonefile: "{name}.zone"
"""


def test_unbound_which_has_no_tsig_transfers_by_its_address(
    primary: Primary, tmp_path: Path
) -> None:
    unbound = require_program("unbound")
    conf = UNBOUND.format(port=primary.unbound_port, folder=tmp_path)
    conf += "".join(UNBOUND_ZONE.format(name=name, port=primary.port) for name in ZONES)
    (tmp_path / "unbound.conf").write_text(conf)
    with program(unbound, "-d", "-c", tmp_path / "unbound.conf"):
        until((tmp_path / "base.zone").exists, "the transfer of BASE")
        assert "n7.example" in (tmp_path / "base.zone").read_text()
        before = (tmp_path / "hot.zone").read_text()
        primary.publish(primary.serial("hot") + 1, "first.example", "later.example")
        until(lambda: (tmp_path / "hot.zone").read_text() != before, "the notified change of HOT")
        assert "later.example" in (tmp_path / "hot.zone").read_text()
