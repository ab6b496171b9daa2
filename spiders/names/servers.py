"""Which DNS servers to ask: the one of the settings, or those the machine itself uses."""

import ipaddress

import dns.exception
import dns.resolver

from pipeline.errors import FanzhaError


def dns_servers(resolver: str | None) -> list[tuple[str, int]]:
    """Addresses and ports for `crawl.resolver` (`ADDRESS`, `ADDRESS:PORT`, `[V6]:PORT`) or None.

    Raises `FanzhaError` where it is none of these, or the machine has no server configured.
    """
    if resolver is None:
        try:
            system = dns.resolver.Resolver()
        except dns.exception.DNSException as error:
            raise FanzhaError(
                "expected DNS servers in the system's configuration; set crawl.resolver"
            ) from error
        return [(str(server), 53) for server in system.nameservers]
    address, port = resolver, "53"
    if resolver.startswith("["):
        address, _, rest = resolver[1:].partition("]")
        port = rest.removeprefix(":") or "53"
    elif resolver.count(":") == 1:
        address, port = resolver.split(":")
    try:
        return [(str(ipaddress.ip_address(address)), int(port))]
    except ValueError as error:
        raise FanzhaError(
            f"crawl.resolver: expected ADDRESS or ADDRESS:PORT, got {resolver!r}"
        ) from error
