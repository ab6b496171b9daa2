"""Who calls, as far as tries are counted: a keyed hash of an address, so that none is kept."""

import ipaddress

from pipeline.keys import keyed_hash

_SITE_BITS = 64
"""Of an IPv6 address these say where it is; the rest any computer there may choose (RFC 4291, 2.5.4)."""


def caller_of(address: str, key: bytes) -> str:
    """The keyed hash of an address; of an IPv6 address, of its /64."""
    return keyed_hash(key, _place_of(address))


def _place_of(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _SITE_BITS), strict=False))
