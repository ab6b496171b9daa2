"""A hostile corner of the internet, on loopback: 127.0.9.1 may be visited, 127.0.0.66 may not."""

import asyncio
import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import zstandard

from examples.range.behaviour import Behaviour
from examples.range.listening import Internet
from examples.range.nameserver import Names
from examples.range.webserver import Answer, Conversation, Line, Request, response

OPEN, CLOSED, RAW = "127.0.9.1", "127.0.0.66", "127.0.9.2"
ALLOWED = ("127.0.9.0/24",)
STARTED = datetime(2026, 3, 1, tzinfo=UTC)

FORBIDDEN = [
    "http://127.0.0.66/",
    "http://127.66/",
    "http://2130706498/",
    "http://0x7f000042/",
    "http://0177.0.0.0102/",
    "http://[::ffff:127.0.0.66]/",
    "http://[::ffff:7f00:42]/",
    "http://[64:ff9b::7f00:42]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:42::]/",
    "http://[::1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[::]/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://１２７.0.0.66/",
    "http://127.0.0.66。/",
    "http://private.example/",
    "http://mapped.example/",
    "http://nat64.example/",
    "http://alias.example/",
]
"""Ways to say an address that is not for us; the names stand in the zone below."""

OTHER_SCHEMES = [
    "file:///etc/passwd",
    "ftp://open.example/x",
    "gopher://127.0.0.66:70/_x",
    "data:text/html,<script>alert(1)</script>",
    "javascript:alert(1)",
    "view-source:http://private.example/",
    "blob:http://private.example/x",
]

_MEGABYTES = 64
_BOMB = b"<p>" + b"0" * (_MEGABYTES << 20)
_BOMBS = {
    "gzip": gzip.compress(_BOMB, 9),
    "br": brotli.compress(_BOMB, quality=1, lgwin=22),
    "zstd": zstandard.compress(_BOMB, 19),
    "gzip, gzip": gzip.compress(gzip.compress(_BOMB, 9), 9),
}


def _names() -> Names:
    names = Names()
    names.add(
        "example", ["@ SOA ns hostmaster 1 7200 900 1209600 300", "@ NS ns", "ns A 127.0.0.1"]
    )
    names.add("open.example", [f"@ A {OPEN}"])
    names.add("other.open.example", [f"@ A {OPEN}"])
    names.add("elsewhere.example", [f"@ A {OPEN}"])
    names.add("raw.example", [f"@ A {RAW}"])
    names.add("private.example", [f"@ A {CLOSED}"])
    names.add("mapped.example", [f"@ AAAA ::ffff:{CLOSED}"])
    names.add("nat64.example", ["@ AAAA 64:ff9b::7f00:42"])
    names.add("alias.example", ["@ CNAME private.example."])
    names.add("mixed.example", [f"@ A {CLOSED}\n@ A {OPEN}"])
    names.take_turns("rebinding.example", [[OPEN], [CLOSED]])
    return names


def _moves_by(way: str) -> Callable[[str, Request], Answer]:
    return lambda query, request: response(way.format(query).encode())


def _cookie(query: str, request: Request) -> Answer:
    if "seen=1" in request.headers.get("cookie", ""):
        return response(b"<title>welcome back</title>")
    headers = {"Set-Cookie": "seen=1; Path=/; Domain=example", "Location": "/cookie"}
    return response(status=302, headers=headers)


def _bomb(query: str, request: Request) -> Answer:
    coding = query.replace("+", " ")
    return response(_BOMBS[coding], headers={"Content-Encoding": coding})


def _goes_to(query: str, request: Request) -> Answer:
    return response(status=302, headers={"Location": query})


def _slow_chain(query: str, request: Request) -> Answer:
    further = response(status=302, headers={"Location": f"/slow-chain?{query}x"})
    return _after(0.4, further)


async def _endless_headers(line: Line) -> None:
    await line.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await line.send(b"X-More: more\r\n" * 100)
        await asyncio.sleep(0)


_SECRET = response(status=302, headers={"Location": "http://li:s3cr3t@elsewhere.example/"})
_NOT_GZIP = response(b"<title>plain</title>plain text", headers={"Content-Encoding": "gzip"})
_WIDE = b"HTTP/1.1 200 OK\r\nX-Wide: " + b"w" * 5_000_000 + b"\r\n\r\n"
_LYING = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n<title>short</title>"
_DRIP = Behaviour(drip=50).answer(b"<title>drip</title>" + b"slow " * 500, "text/html")
_ENDLESS = Behaviour(endless=True).answer(b"<title>endless</title>", "text/html")

PATHS: dict[str, Callable[[str, Request], Answer]] = {
    "/to": _goes_to,
    "/frame": _moves_by('<iframe src="{}"></iframe>'),
    "/refresh": _moves_by('<meta http-equiv="refresh" content="0;url={}">'),
    "/script": _moves_by('<script>location.href="{}"</script>'),
    "/secret": lambda query, request: _SECRET,
    "/bomb": _bomb,
    "/not-gzip": lambda query, request: _NOT_GZIP,
    "/cookie": _cookie,
    "/lying-length": lambda query, request: _LYING,
    "/slow-chain": _slow_chain,
    "/many-headers": lambda query, request: _endless_headers,
    "/wide-header": lambda query, request: _WIDE,
    "/drip": lambda query, request: _DRIP,
    "/endless": lambda query, request: _ENDLESS,
}


def _site(request: Request) -> Answer:
    path, _, query = request.target.partition("?")
    if path in PATHS:
        return PATHS[path](query, request)
    return response(f"<title>{request.host}{path}</title><p>Nothing to see.".encode())


def _after(seconds: float, answer: bytes) -> Conversation:
    async def converse(line: Line) -> None:
        await line.pause(seconds)
        await line.send(answer)

    return converse


class _Garbage(asyncio.Protocol):
    """Answers a connection with what is no HTTP."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(bytes(range(256)) * 40)  # type: ignore[attr-defined]
        transport.close()


def hostile() -> Internet:
    """The internet itself; `private.example` and its like lead to an address that may not be seen."""
    return Internet(names=_names(), site=_site, addresses=(OPEN, CLOSED), raw={RAW: _Garbage})
