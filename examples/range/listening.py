"""Practice range: the sockets. Takes what is to be served and listens for it, on loopback only."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from examples.range.certificates import Authority, Wanted
from examples.range.nameserver import Datagrams, Names, answer_stream
from examples.range.registry import Registry
from examples.range.running import LOOPBACK, Running
from examples.range.webserver import Connection, Site, Visits

_RECEIVE_BUFFER = 8 << 20
_ATTEMPTS = 20

Raw = Callable[[], asyncio.Protocol]


@dataclass(frozen=True, slots=True)
class Internet:
    """What a range serves, however it was made: from a folder, or in code."""

    names: Names
    site: Site
    addresses: tuple[str, ...] = ("127.0.0.1",)
    """The loopback addresses on which its sites listen, all at the same two ports."""
    registry: Registry = field(default_factory=lambda: Registry({}))
    certificates: Mapping[str, Wanted] = field(default_factory=dict)
    no_tls: frozenset[str] = frozenset()
    """Hosts that break off every TLS handshake."""
    raw: Mapping[str, Raw] = field(default_factory=dict)
    """Address → a protocol of its own, in clear, at both ports: for what is no HTTP and no TLS."""
    shared_platforms: tuple[str, ...] = ()
    path_platforms: tuple[str, ...] = ()
    networks: tuple[str, ...] = LOOPBACK
    """What a crawl of it may visit."""


@contextlib.asynccontextmanager
async def listening(
    internet: Internet, *, now: datetime, visits: Visits | None = None
) -> AsyncIterator[Running]:
    """Serve an internet inside the running event loop until the block is left."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fanzha-range-")))
        authority = Authority(folder, now, dict(internet.certificates))
        entrance = authority.entrance(refuse=internet.no_tls)
        loop = asyncio.get_running_loop()

        def plain() -> asyncio.Protocol:
            return Connection(internet.site, secure=False, visits=visits)

        def secure() -> asyncio.Protocol:
            return Connection(internet.site, secure=True, visits=visits)

        async def open_web(make: Raw, context: ssl.SSLContext | None) -> int:
            sockets = _sockets((*internet.addresses, *internet.raw))
            for address, one in sockets.items():
                raw = internet.raw.get(address)
                server = await loop.create_server(
                    raw or make, sock=one, ssl=None if raw else context, backlog=4096
                )
                stack.callback(server.close)
            return int(next(iter(sockets.values())).getsockname()[1])

        dns_port = await _open_names(stack, internet.names)
        rdap = _sockets(("127.0.0.1",))["127.0.0.1"]
        server = await loop.create_server(
            lambda: Connection(internet.registry, secure=False), sock=rdap
        )
        stack.callback(server.close)
        yield Running(
            resolver=f"127.0.0.1:{dns_port}",
            http_port=await open_web(plain, None),
            https_port=await open_web(secure, entrance),
            rdap=f"http://127.0.0.1:{rdap.getsockname()[1]}/",
            authority=str(authority.certificate),
            shared_platforms=internet.shared_platforms,
            path_platforms=internet.path_platforms,
            networks=internet.networks,
        )


@contextlib.contextmanager
def served(internet: Internet, *, now: datetime) -> Iterator[tuple[Running, Visits]]:
    """Serve an internet from a thread of this process, and see what was asked of it."""
    visits, loop = Visits(), asyncio.new_event_loop()
    ready: list[Running | BaseException] = []
    started, ended = threading.Event(), asyncio.Event()

    async def work() -> None:
        try:
            async with listening(internet, now=now, visits=visits) as running:
                ready.append(running)
                started.set()
                await ended.wait()
        except BaseException as error:
            ready.append(error)
            raise
        finally:
            started.set()

    thread = threading.Thread(target=_run, args=(loop, work), name="practice-range", daemon=True)
    thread.start()
    started.wait()
    if isinstance(ready[0], BaseException):
        raise ready[0]
    try:
        yield ready[0], visits
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


def _run(
    loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[object, object, None]]
) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work())


async def _open_names(stack: contextlib.AsyncExitStack, names: Names) -> int:
    loop = asyncio.get_running_loop()
    for _ in range(_ATTEMPTS):
        stream = _bound("127.0.0.1", 0, socket.SOCK_STREAM)
        port = stream.getsockname()[1]
        try:
            datagram = _bound("127.0.0.1", port, socket.SOCK_DGRAM)
        except OSError:
            stream.close()
            continue
        datagram.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(names), sock=datagram)
        stack.callback(transport.close)
        server = await asyncio.start_server(
            lambda reader, writer: answer_stream(names, reader, writer), sock=stream
        )
        stack.callback(server.close)
        return int(port)
    raise OSError("no port is free for both UDP and TCP on 127.0.0.1")


def _bound(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((address, port))
    except OSError:
        one.close()
        raise
    one.setblocking(False)
    return one


def _sockets(addresses: tuple[str, ...]) -> dict[str, socket.socket]:
    """One socket for each address, all at one port that is free on every one of them."""
    for _ in range(_ATTEMPTS):
        found: dict[str, socket.socket] = {}
        port = 0
        try:
            for address in addresses:
                found[address] = _bound(address, port, socket.SOCK_STREAM)
                port = found[address].getsockname()[1]
        except OSError:
            for one in found.values():
                one.close()
            continue
        return found
    raise OSError(f"no port is free on all of {', '.join(addresses)}; are they all on loopback?")
