"""Which network addresses a crawler may connect to: the one rule for sites, redirects and browsers."""

import contextlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.errors import FanzhaError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056
_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291 2.4: what IANA gives out as global unicast
_CLOSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        # Not left to `is_global` alone, whose table differs between releases of Python.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "3fff::/20",
    )
)  # fmt: skip

# WHATWG Fetch, "bad port": ports of other services, to which no browser speaks HTTP.
BAD_PORTS = frozenset(
    [0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
     102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
     465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
     993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
     6668, 6669, 6679, 6697, 10080,
     # Databases, and what steers other machines: they speak HTTP, or take its lines for commands.
     1433, 1521, 2375, 2376, 2379, 2380, 3306, 4200, 5432, 5984, 6379, 6443, 8086, 8300, 8500, 9042,
       9200, 9300, 10250, 11211, 27017]
)  # fmt: skip
"""The standard's list and, beside it, ports of common databases, orchestrators and of Prefect."""


class RefusedAddressError(FanzhaError):
    """An address that may not be visited; the crawl records `refused-address`."""


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Only globally routable unicast addresses that are not `refused` (our own), and those of
    `allowed` networks (a practice range)."""

    allowed: tuple[Network, ...] = ()
    refused: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str], refused: Iterable[str] = ()) -> "AddressRule":
        """The rule with further networks allowed and refused, as texts. Raises `FanzhaError` for a
        wrong one."""
        return cls(_networks("allow", networks), _networks("refuse", refused))

    def permits(self, address: str | Address) -> bool:
        """Whether a connection to this address may be made; False for what is no address."""
        try:
            plain = ipaddress.ip_address(str(address).split("%")[0])
        except ValueError:
            return False
        meant = _meant(plain)
        if any(meant.version == net.version and meant in net for net in self.allowed):
            return True
        if any(meant.version == net.version and meant in net for net in self.refused):
            return False
        return _is_public(plain) and _is_public(meant)

    def check(self, address: str | Address) -> None:
        """Raise `RefusedAddressError` unless this address may be visited."""
        if not self.permits(address):
            raise RefusedAddressError(
                f"expected a globally routable address, got {address}; a practice range is allowed "
                "by crawl.allow_networks"
            )


def _networks(which: str, texts: Iterable[str]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise FanzhaError(
            f"crawl.{which}_networks: expected networks such as 127.0.0.0/8; {error}"
        ) from error


def own_addresses(proc: Path = Path("/proc/net")) -> tuple[str, ...]:
    """The addresses of this machine's interfaces, as Linux tells them; none on other systems.

    A name that leads to the machine's own public address leads to the desk, which may be open to no
    other visitor.
    """
    found: set[str] = set()
    with contextlib.suppress(OSError):
        # The table of routes: an address stands on the line before `/32 host LOCAL`.
        lines = (proc / "fib_trie").read_text().splitlines()
        for line, after in pairwise(lines):
            if after.strip() == "/32 host LOCAL":
                found.add(line.split()[-1])
    with contextlib.suppress(OSError, ValueError):
        for line in (proc / "if_inet6").read_text().splitlines():
            found.add(str(ipaddress.IPv6Address(int(line.split()[0], 16))))
    return tuple(sorted(found))


def _meant(address: Address) -> Address:
    """The IPv4 address inside a mapped, NAT64 or 6to4 one, to which the packets go in the end."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address in _SIX_TO_FOUR:
            return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # judged by what is inside
        if address not in _UNICAST:
            return False
    if any(address.version == net.version and address in net for net in _CLOSED):
        return False
    return address.is_global and not address.is_multicast
