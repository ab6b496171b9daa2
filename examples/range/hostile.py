"""Practice range: an internet that means harm, for the tests of the crawler's safety.

It lives at 127.0.1.0/24, which is what a crawl of it may visit; 127.0.0.1 and ::1 play the inside of
somebody's network and must get no visit. `trespasses` names the visits that they got all the same.
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from examples.range.certificates import Wanted
from examples.range.listening import Internet, served
from examples.range.nameserver import Names
from examples.range.running import Running
from examples.range.traps import TRAPS
from examples.range.webserver import Answer, Request, Visits, response

NETWORKS = ("127.0.1.0/24",)
"""What may be visited; all else is out of bounds, other loopback addresses too."""
_HERE = "127.0.1.1"

TARGETS: dict[str, str] = {
    "loopback": "http://127.0.0.1/",
    "loopback-port": "http://127.0.0.1:22/",
    "private-10": "http://10.0.0.1/",
    "private-172": "http://172.16.0.1/",
    "private-192": "http://192.168.0.1/",
    "shared-100": "http://100.64.0.1/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "unspecified": "http://0.0.0.0/",
    "broadcast": "http://255.255.255.255/",
    "multicast": "http://224.0.0.1/",
    "ipv6": "http://[::1]/",
    "ipv6-unspecified": "http://[::]/",
    "ipv6-private": "http://[fd00::1]/",
    "ipv6-link-local": "http://[fe80::1]/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "compatible": "http://[::127.0.0.1]/",
    "nat64": "http://[64:ff9b::7f00:1]/",
    "nat64-local": "http://[64:ff9b:1::7f00:1]/",
    "6to4": "http://[2002:7f00:1::]/",
    "teredo": "http://[2001:0:7f00:1::80ff:fffe]/",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.01/",
    "hexadecimal": "http://0x7f000001/",
    "short": "http://127.1/",
    "full-width": "http://１２７。０。０。１/",
    "trailing-dot": "http://127.0.0.1./",
    "localhost": "http://localhost/",
    "name": "http://inside.example/",
    "alias": "http://alias-inside.example/",
    "https": "https://127.0.0.1/",
    "credentials": "http://user:geheim-9999@127.0.0.1/",
    "at-sign": "http://hostile.example@127.0.0.1/",
    "backslash": "http://127.0.0.1\\@hostile.example/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://127.0.0.1/secret",
    "gopher": "gopher://127.0.0.1:25/_HELO",
    "data": "data:text/html,<title>from-data</title>",
    "javascript": "javascript:document.title='x'",
    "intent": "intent://inside.example/#Intent;scheme=http;end",
}
"""Name → a place that must not be visited; `/redirect/to/NAME`, `/meta/to/NAME`, `/js/to/NAME` and
`/frame/to/NAME` on hostile.example lead there."""

HOSTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "hostile.example": ("the traps, by path", (f"@ A {_HERE}",)),
    "other.example": ("another site, harmless; `/` is the same for everybody", ("@ A 127.0.1.2",)),
    "inside.example": ("resolves to an address inside", ("@ A 127.0.0.1",)),
    "alias-inside.example": ("an alias of inside.example", ("@ CNAME inside.example.",)),
    "metadata.example": ("resolves to the cloud's metadata address", ("@ A 169.254.169.254",)),
    "zero.example": ("resolves to 0.0.0.0", ("@ A 0.0.0.0",)),
    "v6-inside.example": ("resolves to ::1", ("@ AAAA ::1",)),
    "mapped.example": ("resolves to ::ffff:127.0.0.1", ("@ AAAA ::ffff:127.0.0.1",)),
    "nat64.example": ("resolves to 127.0.0.1 through NAT64", ("@ AAAA 64:ff9b::7f00:1",)),
    "both.example": ("one address outside and one inside", (f"@ A {_HERE}", "@ A 127.0.0.1")),
    "rebind.example": ("outside at the first question, inside from the second on", ()),
    "rebind-slow.example": ("outside at the first three questions, then inside", ()),
    "many-addresses.example": (
        "ninety addresses",
        tuple(f"@ A 127.0.1.{n}" for n in range(10, 100)),
    ),
    "circle.example": ("an alias of its own alias", ("@ CNAME circle2.example.",)),
    "circle2.example": ("the other half of the circle", ("@ CNAME circle.example.",)),
    "long-chain.example": ("twenty aliases in a row", ("@ CNAME c0.long-chain.example.",)),
    "long-txt.example": (
        "a TXT of 60 kB, for TCP only",
        (f"@ A {_HERE}", *(f'@ TXT "{n:03d}{"t" * 240}"' for n in range(240))),
    ),
    "mute-names.example": ("its name servers keep silent", ()),
    "failing-names.example": ("its name servers fail", ()),
    "garbage.example": ("noise instead of HTTP and of TLS", ("@ A 127.0.1.66",)),
    "mute.example": ("accepts, and says nothing, not even in TLS", ("@ A 127.0.1.67",)),
    "ssh.example": ("an SSH banner at the web's ports", ("@ A 127.0.1.68",)),
    "hang-up.example": ("accepts, and hangs up", ("@ A 127.0.1.69",)),
    "closed.example": ("refuses connections", ("@ A 127.0.1.70",)),
    "no-tls.example": ("breaks off every TLS handshake", (f"@ A {_HERE}",)),
    "expired.example": ("a certificate that has expired", (f"@ A {_HERE}",)),
    "self-signed.example": ("a certificate signed by itself", (f"@ A {_HERE}",)),
    "wrong-name.example": ("a certificate of somebody else", (f"@ A {_HERE}",)),
    "unreadable.example": ("a certificate for a name of a kind nobody reads", (f"@ A {_HERE}",)),
}
"""Host → what is wrong with it, and its records."""


class _Raw(asyncio.Protocol):
    """Says one thing at the start of a connection, and then nothing, or hangs up."""

    def __init__(self, says: bytes, *, hang_up: bool = False) -> None:
        self._says, self._hang_up = says, hang_up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast("asyncio.Transport", transport)
        line.write(self._says)
        if self._hang_up:
            line.close()


def site(request: Request) -> Answer:
    """What answers everywhere on the hostile internet."""
    if not _outside(request.address):
        return response(b"<title>inside</title>the inside of a network")
    _, way, *rest = f"{request.path}/".split("/")
    if rest[:1] == ["to"] and rest[1] in TARGETS:
        return _leading(way, TARGETS[rest[1]])
    if way == "chain" and rest[0].isdecimal():
        onwards = int(rest[0]) - 1
        to = f"/chain/{onwards}" if onwards > 0 else "/page/plain"
        return response(b"on and on " * 200, status=302, headers={"Location": to})
    trap = TRAPS.get(request.path)
    return trap.make() if trap else response(b"<p>another page</p>")


def _outside(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(one) for one in NETWORKS)


def _leading(way: str, target: str) -> bytes:
    pages = {
        "meta": f'<meta http-equiv="refresh" content="0; url={target}">',
        "js": f"<script>window.location.href = {json.dumps(target)};</script>",
        "frame": f'<iframe src="{target}" width="100%" height="100%"></iframe>',
    }
    if way in pages:
        return response(f"<html><head>{pages[way]}</head></html>".encode())
    return response(status=302, headers={"Location": target})


def hostile() -> Internet:
    """The hostile internet, ready to be served."""
    names = Names()
    names.add("example", ["@ 900 SOA ns.example. hostmaster.example. 1 1800 900 604800 300"])
    for host, (_, records) in HOSTS.items():
        names.add(host, records)
    names.add("long-chain.example", [f"c{n} CNAME c{n + 1}" for n in range(20)])
    names.add("long-chain.example", [f"c20 A {_HERE}"])
    names.take_turns("rebind.example", [[_HERE], ["127.0.0.1"]])
    names.take_turns("rebind-slow.example", [[_HERE]] * 3 + [["127.0.0.1"]])
    names.misbehave("mute-names.example", "timeout")
    names.misbehave("failing-names.example", "servfail")
    noise = bytes(range(256)) * 8
    return Internet(
        names=names,
        site=site,
        networks=NETWORKS,
        addresses=(_HERE, "127.0.1.2", "127.0.0.1", *(["::1"] if has_ipv6() else [])),
        certificates={
            f"{kind}.example": Wanted(kind)
            for kind in ("expired", "self-signed", "wrong-name", "unreadable")
        },
        no_tls=frozenset({"no-tls.example"}),
        raw={
            "127.0.1.66": lambda: _Raw(noise),
            "127.0.1.67": lambda: _Raw(b""),
            "127.0.1.68": lambda: _Raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
            "127.0.1.69": lambda: _Raw(b"", hang_up=True),
        },
    )


def has_ipv6() -> bool:
    """Whether ::1 can be listened on here."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@contextlib.contextmanager
def serve_hostile(*, now: datetime) -> Iterator[tuple[Running, Visits]]:
    """Serve the hostile internet from a thread; `visits` grows while the block runs."""
    with served(hostile(), now=now) as both:
        yield both


def trespasses(visits: Visits) -> list[Request]:
    """The visits that reached an address inside; after a safe crawl there are none."""
    return [one for one in visits.requests if not _outside(one.address)]
