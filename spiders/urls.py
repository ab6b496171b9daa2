"""Addresses of pages as a browser understands them (WHATWG URL), without credentials."""

from dataclasses import dataclass
from urllib.parse import urljoin

import can_ada

from spiders.addresses import BAD_PORTS

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes."""

    url: str
    """Normalised, without credentials and fragment."""
    scheme: str
    host: str
    """Name or address in lower case, IPv6 without brackets, no trailing dot."""
    port: int


class BadSchemeError(ValueError):
    """Not http or https, or no address at all."""


class BadPortError(ValueError):
    """A port to which no browser speaks HTTP."""


def target_of(url: str, base: str | None = None) -> Target:
    """Read an address, relative to a base if one is given.

    Hosts in decimal, octal or hexadecimal notation come out as the addresses they are. Raises
    `BadSchemeError` or `BadPortError`.
    """
    if len(url) > _LONGEST:
        raise BadSchemeError(f"URL of {len(url)} characters")
    try:
        # Browsers take a backslash for a slash, and so do those who hide where a link leads.
        joined = urljoin(base, url.strip().replace("\\", "/")) if base else url
        parsed = can_ada.parse(joined)
    except ValueError as error:
        raise BadSchemeError(f"not a URL: {url[:100]!r}") from error
    scheme = parsed.protocol.rstrip(":")
    if scheme not in _DEFAULT_PORTS or not parsed.hostname:
        raise BadSchemeError(f"scheme {scheme!r}")
    parsed.username = ""
    parsed.password = ""
    parsed.hash = ""
    port = int(parsed.port) if parsed.port else _DEFAULT_PORTS[scheme]
    if port in BAD_PORTS:
        raise BadPortError(f"port {port}")
    host = parsed.hostname.strip("[]").rstrip(".")
    return Target(str(parsed.href).removesuffix("#"), scheme, host, port)
