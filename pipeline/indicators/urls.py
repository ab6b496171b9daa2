"""URLs in the one form of the WHATWG URL standard (url.spec.whatwg.org), read by can-ada.

Credentials, the default port and the fragment are dropped: none of them reaches a server or tells
one page from another.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import can_ada

from pipeline.indicators.hosts import check_host, why_not
from pipeline.indicators.reasons import refuse

MAX_URL = 2048
"""Characters of a canonical URL; what is longer is refused, not cut."""

FRONT_PAGES = frozenset(
    {"", "index.html", "index.htm", "index.php", "index.jsp", "index.asp", "index.aspx",
     "default.html", "default.htm", "default.asp", "default.aspx"}
)  # fmt: skip
"""Paths, without their slashes, under which servers by their defaults show a site's front page."""

_AUTHORITY = re.compile(r"https?:[/\\]*(?:[^/\\?#]*@)?(\[[^\]]*\]|[^/\\?#:]*)")


@dataclass(frozen=True, slots=True)
class Url:
    """A URL that was read: its canonical text and what decides about it."""

    href: str
    host: str
    root: bool
    """The page is the host's own root: neither path nor query."""


def read_url(text: str, shown: str) -> Url:
    """Read an absolute http or https URL; `shown` is the text as it came, for errors.

    Raises `NotAnIndicatorError` where the standard rejects it, or DNS would reject its host.
    """
    try:
        url = can_ada.parse(text)
    except (ValueError, TypeError):  # TypeError: a lone surrogate
        authority = _AUTHORITY.match(text)
        raise refuse(why_not(authority[1]) if authority else "bad-url", shown) from None
    host = check_host(url.hostname, shown)
    url.username = url.password = url.hash = ""
    if not url.search:
        url.search = ""
    if url.hostname.endswith("."):
        url.hostname = host
    href = str(url.href)
    if len(href) > MAX_URL:
        raise refuse("too-long", shown)
    return Url(href, host, url.pathname == "/" and not url.search)


def is_front_path(url: str) -> bool:
    """Whether the path of a canonical URL is that of a site's front page: `/`, `//`, `/index.html`."""
    return urlsplit(url).path.strip("/").lower() in FRONT_PAGES


def has_query(url: str) -> bool:
    """Whether a canonical URL has a query."""
    return bool(urlsplit(url).query)
