"""Real resolvers on loopback, each loading the same lists, in front of a real upstream."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype

from tests.conftest import require_program

UPSTREAM = "192.0.2.80"
"""What the upstream answers for every name there is."""
ZONES = ("passthru.zone", "hot.zone", "base.zone")


def free_port() -> int:
    """A port that is free for UDP and TCP at this moment."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            contextlib.suppress(OSError),
        ):
            udp.bind(("127.0.0.1", 0))
            port: int = udp.getsockname()[1]
            tcp.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int, **options: object) -> Iterator[int]:
    """A server's process, once it answers on its port."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **options)  # type: ignore[call-overload]
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    ask(port, ["ready.example"], timeout=0.2)
                    break
                if process.poll() is not None:
                    break
                time.sleep(0.1)
            else:
                log.seek(0)
                raise AssertionError(f"{command[0]} does not answer: {log.read()[-3000:]!r}")
            if process.poll() is not None:
                log.seek(0)
                raise AssertionError(f"{command[0]} ended: {log.read()[-3000:]!r}")
            yield port
        finally:
            process.terminate()
            process.wait(10)


def ask(port: int, names: Sequence[str], *, timeout: float = 5) -> list[tuple[str, str]]:
    """The answer to each name: its response code and, where there is one, the address."""
    answers: dict[int, tuple[str, str]] = {}
    # EDNS: without it, knot-resolver cannot fit its denial of a very long name into 512 octets.
    queries = [
        dns.message.make_query(name, "A", id=n, use_edns=0, payload=1232)
        for n, name in enumerate(names)
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(timeout)
        udp.connect(("127.0.0.1", port))
        for start in range(0, len(queries), 32):
            part = queries[start : start + 32]
            for query in part:
                udp.send(query.to_wire())
            while any(query.id not in answers for query in part):
                reply = dns.message.from_wire(udp.recv(4096))
                found = [
                    str(record)
                    for group in reply.answer
                    if group.rdtype == dns.rdatatype.A
                    for record in group
                ]
                answers[reply.id] = (dns.rcode.to_text(reply.rcode()), "".join(found[:1]))
    return [answers[query.id] for query in queries]


def upstream(folder: Path) -> contextlib.AbstractContextManager[int]:
    """A real server that answers every name with `UPSTREAM`."""
    port = free_port()
    conf = _conf(
        folder / "upstream.conf",
        f"""
        server:
            interface: 127.0.0.1@{port}
            access-control: 127.0.0.0/8 allow
            chroot: ""
            username: ""
            pidfile: ""
            use-syslog: no
            module-config: "iterator"
            local-zone: "." redirect
            local-data: ". 60 A {UPSTREAM}"
        remote-control:
            control-enable: no
        """,
    )
    return running([require_program("unbound"), "-d", "-c", conf], port)


def unbound_rpz(
    zones: Sequence[Path], up: int, folder: Path
) -> contextlib.AbstractContextManager[int]:
    """unbound with response policy zones."""
    rpz = "".join(
        f"""
        rpz:
            name: "{path.stem}.rpz"
            zonefile: "{path}"
        """
        for path in zones
    )
    return _unbound(folder / "unbound-rpz.conf", up, "", rpz)


def unbound_local(lists: Path, up: int, folder: Path) -> contextlib.AbstractContextManager[int]:
    """unbound with local zones."""
    return _unbound(folder / "unbound-local.conf", up, f'include: "{lists}"', "")


def _unbound(conf: Path, up: int, lists: str, rpz: str) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    _conf(
        conf,
        f"""
        server:
            interface: 127.0.0.1@{port}
            access-control: 127.0.0.0/8 allow
            chroot: ""
            username: ""
            pidfile: ""
            use-syslog: no
            do-not-query-localhost: no
            module-config: "respip iterator"
        {lists}
        {rpz}
        forward-zone:
            name: "."
            forward-addr: 127.0.0.1@{up}
        remote-control:
            control-enable: no
        """,
    )
    return running([require_program("unbound"), "-d", "-c", conf], port)


def bind_rpz(
    zones: Sequence[Path], up: int, folder: Path
) -> contextlib.AbstractContextManager[int]:
    """BIND with response policy zones."""
    port = free_port()
    names = " ".join(f'zone "{path.stem}.rpz";' for path in zones)
    declared = "".join(
        f'zone "{path.stem}.rpz" {{ type primary; file "{path}"; allow-query {{ none; }}; }};\n'
        for path in zones
    )
    conf = _conf(
        folder / "named.conf",
        f"""
        options {{
            directory "{folder}";
            listen-on port {port} {{ 127.0.0.1; }};
            listen-on-v6 {{ none; }};
            pid-file none;
            recursion yes;
            dnssec-validation no;
            forwarders {{ 127.0.0.1 port {up}; }};
            forward only;
            empty-zones-enable no;
            response-policy {{ {names} }} qname-wait-recurse no;
        }};
        controls {{ }};
        {declared}
        """,
    )
    return running([require_program("named"), "-g", "-c", conf], port)


@contextlib.contextmanager
def powerdns_rpz(zones: Sequence[Path], up: int, folder: Path) -> Iterator[int]:
    """PowerDNS Recursor with response policy zones."""
    port = free_port()
    lua = "".join(f"rpzFile('{path}', {{policyName='{path.stem}'}})\n" for path in zones)
    conf = folder / "recursor.d"
    conf.mkdir()
    # The path of a Unix socket has 107 bytes at most, and a test's own folder may be deeper.
    with tempfile.TemporaryDirectory(prefix="pdns-") as sockets:
        (conf / "recursor.conf").write_text(
            f"local-address=127.0.0.1\nlocal-port={port}\ndnssec=off\nsocket-dir={sockets}\n"
            f"forward-zones-recurse=.=127.0.0.1:{up}\ndont-query=\nthreads=1\n"
            f"hint-file=no\nlua-config-file={_conf(conf / 'rpz.lua', lua)}\nloglevel=3\n"
            f"allow-from=127.0.0.0/8\nsecurity-poll-suffix=\n"
        )
        command = [require_program("pdns_recursor"), f"--config-dir={conf}", "--daemon=no"]
        with running([*command, "--write-pid=no"], port):
            yield port


def knot_rpz(
    zones: Sequence[Path], up: int, folder: Path
) -> contextlib.AbstractContextManager[int]:
    """knot-resolver with response policy zones."""
    port = free_port()
    rpz = "".join(f"policy.add(policy.rpz(policy.DENY, '{path}', false))\n" for path in zones)
    conf = _conf(
        folder / "kresd.conf",
        f"""
net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})
modules = {{ 'policy' }}
trust_anchors.remove('.')
cache.open(10 * MB, 'lmdb://{folder}/kresd-cache')
-- There is no root here: what passes a zone is asked of the upstream, as everything else is.
policy.PASS = policy.STUB('127.0.0.1@{up}')
{rpz}
policy.add(policy.all(policy.STUB('127.0.0.1@{up}')))
""",
    )
    home = folder / "kresd"
    home.mkdir()
    command = [require_program("kresd"), "-n", "-q", "-c", conf, home]
    return running(command, port)


def dnsmasq(lists: Path, up: int, folder: Path) -> contextlib.AbstractContextManager[int]:
    """dnsmasq with its own configuration."""
    port = free_port()
    del folder
    return running(
        [
            require_program("dnsmasq"), "--keep-in-foreground", "--no-resolv", "--no-hosts",
            f"--server=127.0.0.1#{up}", f"--port={port}", "--listen-address=127.0.0.1",
            "--bind-interfaces", f"--conf-file={lists}", "--user=", "--group=", "--pid-file=",
            "--cache-size=0", "--dns-forward-max=1000",
        ],
        port,
    )  # fmt: skip


Starter = Callable[[Sequence[Path], int, Path], contextlib.AbstractContextManager[int]]

BY_ZONES: dict[str, Starter] = {
    "bind": bind_rpz,
    "unbound": unbound_rpz,
    "powerdns": powerdns_rpz,
    "knot-resolver": knot_rpz,
}


def _conf(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
