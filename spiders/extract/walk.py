"""Everything on a page that has an address, in one walk: links, frames, scripts, images, icon."""

import re
from dataclasses import dataclass
from typing import Any

from spiders.extract.elements import Elements
from spiders.extract.links import (
    absolute,
    download_kind,
    host_named,
    is_nowhere,
    leaves_http,
    may_load_programs,
    same_site,
    which_ask_for_more,
)
from spiders.extract.page import Download, Favicon

_QR = re.compile(r"qr-?_?code|erweima|\bewm\b|二维码|扫码", re.IGNORECASE)
_LOADS = frozenset(["script", "img", "iframe", "frame", "link", "source", "video", "embed"])
_QR_MARKS = ("qr", "erweima", "ewm", "二维码", "扫码")
"""One of them is in whatever `_QR` fits."""
_FURTHER_LINKS = 10
_MOST = 200
_MOST_NODES = 5_000
"""Things with an address that are looked at; what comes after them is a list of links."""


@dataclass(slots=True)
class Addresses:
    """What the walk over everything with an address adds up to."""

    hosts: set[str]
    loaded: set[str]
    hrefs: list[str]
    frames: list[str]
    downloads: dict[str, Download]
    further: dict[str, None]
    internal: int = 0
    external: int = 0
    null: int = 0
    scripts_away: int = 0
    images: int = 0
    qr: int = 0
    icon: str | None = None


_NAMED_BY = {"a": "href", "area": "href", "link": "href"}
_LINKS = frozenset(["a", "area"])
_FRAMES = frozenset(["iframe", "frame"])
_ALWAYS = _LINKS | _FRAMES | {"img"}
"""What is looked at even where it has no address."""


def walk_addresses(elements: Elements, base: str, host: str) -> Addresses:
    """What every element with an address adds to the page, in document order."""
    found = Addresses(set(), set(), [], [], {}, {})
    named_by: dict[str, str | None] = {}
    links: list[str] = []
    inside: list[tuple[str, Any]] = []
    images: list[str] = []
    left, scheme = _MOST_NODES, base.partition(":")[0]
    for tag, node, attributes in elements.addressed:
        key = _NAMED_BY.get(tag, "src")
        if key not in attributes and tag not in _ALWAYS:
            continue
        left -= 1
        if left < 0:
            break
        address = (attributes.get(key) or "").strip()[:2048]
        if address in named_by:
            other = named_by[address]
        else:
            other = named_by[address] = _other_host(address, host, scheme)
        if other is not None:
            (found.loaded if tag in _LOADS else found.hosts).add(other[:253])
        if tag == "img":
            images.append(
                f"{address[:200]} {attributes.get('alt') or ''} {attributes.get('class') or ''}"
            )
        elif tag not in _LINKS:
            _note(found, tag, address, attributes, base=base, away=other is not None)
        elif is_nowhere(address):
            found.null += 1
        else:
            links.append(address)
            found.hrefs.append(address)
            found.external += other is not None
            if other is None and not leaves_http(address):
                inside.append((address, node))
    found.internal, found.images = len(inside), len(images)
    found.qr = _count_codes(images)
    _add_downloads(found, links, base)
    _add_further(found, inside, base)
    return found


def _note(
    found: Addresses, tag: str, address: str, attributes: Any, *, base: str, away: bool
) -> None:
    """What an element adds that is neither a link nor an image."""
    if tag == "script":
        found.scripts_away += away
        found.hrefs.append(address)
    elif tag in _FRAMES:
        target = absolute(base, address)
        if target:
            found.frames.append(target)
            found.hrefs.append(target)
    elif tag == "link" and "icon" in (attributes.get("rel") or "").lower():
        found.icon = found.icon or address


def _other_host(address: str, host: str, scheme: str) -> str | None:
    """The host that an address names, if it is of another site."""
    named = host_named(address, scheme)
    return None if named is None or same_site(named, host) else named


def _count_codes(images: list[str]) -> int:
    """How many images call themselves a QR code; few pages have a word of it in any."""
    low = "\n".join(images).lower()
    if not any(mark in low for mark in _QR_MARKS):
        return 0
    return sum(_QR.search(words) is not None for words in images)


def _add_downloads(found: Addresses, links: list[str], base: str) -> None:
    if not may_load_programs("\n".join(links)):
        return
    for address in links:
        kind = download_kind(address)
        if kind and len(found.downloads) < _MOST:
            target = address if kind == "itms" else absolute(base, address)
            if target:
                found.downloads.setdefault(target, Download(target, kind))


def _add_further(found: Addresses, inside: list[tuple[str, Any]], base: str) -> None:
    """The first ten links of the site that lead to where a victim is asked for something."""
    shown = [
        f"{address[:200]} {(node.text() or '')[:40]}".replace("\n", " ") for address, node in inside
    ]
    for number in which_ask_for_more(shown):
        if len(found.further) >= _FURTHER_LINKS:
            break
        address = inside[number][0]
        if download_kind(address) is None:
            target = absolute(base, address)
            if target:
                found.further.setdefault(target.split("#")[0])


def favicon_of(found: Addresses, base: str) -> Favicon | None:
    target = absolute(base, found.icon or "/favicon.ico")
    return Favicon(target, None) if target else None
