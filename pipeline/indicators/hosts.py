"""Host names and addresses in their one canonical form, as the WHATWG URL standard decides.

A name is in A-labels (UTS 46) and lower case, without a trailing dot; an IPv4 address in four
decimal parts, whatever notation it came in; an IPv6 address compressed and without brackets.
"""

import ipaddress
import re

import can_ada

from pipeline.indicators.reasons import refuse
from pipeline.nouns import Indicator, Kind

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_PUNYCODE = re.compile(r"(?:^|\.)xn--", re.IGNORECASE)
_NUMERIC_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
_MAX_NAME = 253
"""Characters of a name without its trailing dot (RFC 1035, 2.3.4: 255 bytes on the wire)."""
_MAX_LABEL = 63


def is_ip(host: str) -> bool:
    """Whether a canonical host is an IPv4 or IPv6 address."""
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_of(indicator: Indicator) -> str | None:
    """The host of a URL, host or domain indicator, in canonical form; None for a number."""
    if indicator.kind is Kind.NUMBER:
        return None
    if indicator.kind is Kind.URL:
        return str(can_ada.parse(indicator.value).hostname).strip("[]")
    return indicator.value


def check_host(host: str, text: str) -> str:
    """What the URL parser took for a host, once it is fit for DNS; `text` is shown in errors.

    Raises `NotAnIndicatorError`: `no-dot`, `wildcard`, `bad-name` or `too-long`.
    """
    if host.startswith("["):
        return host[1:-1]
    name = host.removesuffix(".")
    if "*" in name:
        raise refuse("wildcard", text)
    if not _NAME.fullmatch(name):
        raise refuse("bad-name", text)
    if len(name) > _MAX_NAME or any(len(label) > _MAX_LABEL for label in name.split(".")):
        raise refuse("too-long", text)
    if "." not in name:
        raise refuse("no-dot", text)
    # Every top level has a letter; what ends without one, and is no address, is a number's tail.
    if not re.search("[a-z]", name.rpartition(".")[2]) and not is_ip(name):
        raise refuse("bad-name", text)
    return name


def why_not(host: str) -> str:
    """The slug for a host that the URL parser rejects."""
    if _PUNYCODE.search(host):
        return "bad-punycode"
    if host.startswith("[") or _NUMERIC_END.search(host):
        return "bad-address"
    return "bad-name" if host else "bad-url"
