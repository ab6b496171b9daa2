"""Addresses of pages as a browser understands them (WHATWG URL), without credentials.

The one rule for what leads where: what a visit follows, what a page's links and forms name, and where a
header sends the visitor all come through `whole`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import can_ada

from pipeline.redaction import without_credentials
from spiders.addresses import BAD_PORTS

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 8192
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AROUND = "".join(map(chr, range(0x21)))
"""Control characters and space: dropped at both ends of an address."""
_WITHIN = str.maketrans("", "", "\t\n\r")


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


def whole(address: str, base: str) -> str:
    """What an address means on the page at `base`, an http(s) URL; still to be parsed.

    The states of WHATWG's parser that differ from RFC 3986: backslashes are slashes before the query,
    any number of slashes leads to a host, `https:name` names a host where the page itself is at
    `http:`, and a path where it is at `https:`.
    """
    text = address.strip(_AROUND).translate(_WITHIN)
    scheme, _, rest = base.partition("://")
    named = _SCHEME.match(text)
    if named is not None:
        if named.group()[:-1].lower() != scheme.lower():
            return text
        text = text[named.end() :]
    if text[:2].replace("\\", "/") == "//":
        return f"{scheme}://{text.lstrip('/' + chr(92))}"
    rest = rest.partition("#")[0]
    if not text or text[0] == "#":
        return f"{scheme}://{rest}{text}"
    authority, _, path = rest.partition("?")[0].partition("/")
    if text[0] in "/\\":
        return f"{scheme}://{authority}/{text[1:]}"
    if text[0] == "?":
        return f"{scheme}://{authority}/{path}{text}"
    folder, slash, _ = path.rpartition("/")
    return f"{scheme}://{authority}/{folder}{slash}{text}"


def target_of(url: str, base: str | None = None) -> Target:
    """Read an address, relative to a base if one is given.

    Hosts in decimal, octal or hexadecimal notation come out as the addresses they are. Raises
    `BadSchemeError` or `BadPortError`.
    """
    if len(url) > _LONGEST:
        raise BadSchemeError(f"URL of {len(url)} characters")
    return _read(whole(url, base) if base else url)


@lru_cache(maxsize=1024)  # each address of a batch is asked for some seven times
def _read(url: str) -> Target:
    try:
        parsed = can_ada.parse(url)
    except ValueError as error:
        raise BadSchemeError(f"not a URL: {without_credentials(url[:600])[:100]!r}") from error
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
