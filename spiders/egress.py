"""The only way out: every connection of a crawl goes through one resolver and one address check."""

import asyncio
import socket
import ssl
from collections import defaultdict
from functools import lru_cache
from typing import Any

import aiohttp
import aiohttp.abc
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from pipeline.settings import CrawlSettings
from spiders.addresses import AddressRule, own_addresses
from spiders.names.facts import DnsReader
from spiders.turns import Turn
from spiders.urls import Target

_NO_LIMIT = aiohttp.ClientTimeout(total=None)
"""Who asks has limits of his own."""


class FetchFailedError(Exception):
    """A request that got no answer; `state` is a value of `http.state`."""

    def __init__(self, state: str, detail: str = "") -> None:
        super().__init__(f"{state}: {detail}" if detail else state)
        self.state = state


class _RefusedError(OSError):
    """Raised in the middle of a connection attempt, where only an OSError is understood."""


class _Answer(aiohttp.ClientResponse):
    """Keeps what is known of the connection, which is gone once a short body was read."""

    peer: str | None = None
    certificate: bytes | None = None

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        if transport is not None:
            address = transport.get_extra_info("peername")
            self.peer = address[0].split("%")[0] if address else None
            tls = transport.get_extra_info("ssl_object")
            self.certificate = tls.getpeercert(binary_form=True) if tls else None
        return await super().start(connection)


class _Request(aiohttp.ClientRequest):
    """Says what was wrong with a server that spoke before it was asked."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        protocol = conn.protocol
        try:
            return await super().send(conn)
        except aiohttp.ClientConnectionResetError as error:
            # Noise closes the connection; without this, noise that came a moment sooner is a reset.
            said = protocol.exception() if protocol is not None else None
            if isinstance(said, HttpProcessingError):
                raise aiohttp.ClientPayloadError(str(said)) from error
            raise


class Egress:
    """An aiohttp session that reaches only permitted addresses.

    The check is made where a socket is made for an address, so that it holds for literals, for every
    redirect, and for a name that changes its answer between looking and connecting.
    """

    def __init__(self, crawl: CrawlSettings, reader: DnsReader) -> None:
        self._crawl = crawl
        # The rule is asked several times for each request, and says the same of the same address.
        refused = (*crawl.refuse_networks, *own_addresses())
        rule = AddressRule.of(crawl.allow_networks, refused)
        self._permits = lru_cache(maxsize=65_536)(rule.permits)
        self._reader = reader
        self._known: dict[str, list[str]] = {}
        """Host → its permitted addresses, of names that have some."""
        self._turns: defaultdict[str, Turn] = defaultdict(lambda: Turn(crawl.per_address))
        self._ssl = _tolerant_context()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Egress":
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self.addresses),
            socket_factory=self._socket,
            # Crawling is limited by Scrapy's slots; waiting for a pool would count as site time.
            limit=0,
            limit_per_host=0,
            use_dns_cache=False,
            keepalive_timeout=5,
            ssl=self._ssl,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            request_class=_Request,
            response_class=_Answer,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            max_line_size=16_384,
            max_field_size=16_384,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def addresses(self, host: str) -> list[str]:
        """The permitted addresses of a host, as DNS gave them. Raises `FetchFailedError`."""
        if (known := self._known.get(host)) is not None:
            return known
        if self._permits(host):
            return [host]
        if _is_address(host):
            raise FetchFailedError("refused-address", host)
        status, found = await self._reader.addresses(host)
        if not found:
            gone = status in {"nxdomain", "noerror"}
            raise FetchFailedError("dns-nxdomain" if gone else "dns-error", status)
        permitted = [address for address in found if self._permits(address)]
        if not permitted:
            raise FetchFailedError("refused-address", ", ".join(found))
        self._known[host] = permitted
        return permitted

    async def turn(self, host: str) -> Turn:
        """What limits the requests in flight to the address behind a host."""
        return self._turns[(await self.addresses(host))[0]]

    def known_turn(self, host: str) -> Turn | None:
        """The same without a look-up; None where the host was not looked up before."""
        known = self._known.get(host)
        return self._turns[known[0]] if known else None

    def get(self, target: Target, headers: dict[str, str], *, verified: bool = False) -> Any:
        """Begin a GET request, as an async context manager that gives an aiohttp response.

        A site is shown whatever its certificate; who is to be believed must be `verified`: its
        certificate has to be signed by one of the system's authorities, for that very host.
        """
        if self._session is None:
            raise RuntimeError("Egress is used outside `async with`")
        url = URL(target.url, encoded=True)
        port = self.port(target.scheme, target.port)
        return self._session.get(
            url if port == target.port else url.with_port(port),
            headers={"Host": url.raw_authority, **headers},
            allow_redirects=False,
            ssl=_verifying_context() if verified else self._ssl,
            timeout=_NO_LIMIT,
        )

    async def connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A plain connection to a target, for the browser's proxy. Raises `FetchFailedError`."""
        port = self.port(target.scheme, target.port)
        for address in await self.addresses(target.host):
            # The address itself is connected to, so that nothing is looked up a second time.
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                line = self._socket((family, socket.SOCK_STREAM, 0, "", (address, port)))
            except _RefusedError as error:
                raise FetchFailedError("refused-address", str(error)) from error
            try:
                await asyncio.get_running_loop().sock_connect(line, (address, port))
                return await asyncio.open_connection(sock=line)
            except OSError:
                line.close()
            except asyncio.CancelledError:
                line.close()
                raise
        raise FetchFailedError("connect-error", target.host)

    def port(self, scheme: str, port: int) -> int:
        """The port that is really connected to: a range may put its own for 80 and 443."""
        if (scheme, port) == ("http", 80):
            return self._crawl.http_port
        return self._crawl.https_port if (scheme, port) == ("https", 443) else port

    def _socket(self, info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._permits(address[0]):
            raise _RefusedError(f"{address[0]} is not globally routable")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


def failure_of(error: BaseException) -> FetchFailedError:
    """What a failed request is called in `http.state`; raises what is no failure of a network."""
    if isinstance(error, FetchFailedError):
        return error
    for cause in _causes(error):
        if isinstance(cause, _RefusedError):
            return FetchFailedError("refused-address", str(cause))
        if isinstance(cause, FetchFailedError):
            return cause
    for kinds, state in _STATES:
        if isinstance(error, kinds):
            return FetchFailedError(state, type(error).__name__)
    raise error


_STATES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((TimeoutError,), "timeout"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "tls-error"),
    ((aiohttp.ClientConnectionError, ConnectionError), "connect-error"),
    ((aiohttp.ClientError, ValueError, OSError), "http-error"),
)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if one is None or one in found:
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "os_error", None)]
        waiting += list(getattr(one, "exceptions", ()))
    return found


class _Resolver(aiohttp.abc.AbstractResolver):
    """aiohttp's view of our own DNS client: permitted addresses only."""

    def __init__(self, addresses: Any) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [
            aiohttp.abc.ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._addresses(host)
        ]

    async def close(self) -> None:
        """Nothing is held here."""


def _is_address(host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return True


@lru_cache(maxsize=1)  # to read the system's authorities takes some 20 ms
def _verifying_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _tolerant_context() -> ssl.SSLContext:
    """TLS that shows whatever a site has: a bad certificate is a fact, not an obstacle."""
    # Not `create_default_context`: that reads the system's authorities, of whom nobody is asked.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
