"""Everything on a page that has an address, in one walk: links, frames, scripts, images, icon."""

import re
from dataclasses import dataclass
from typing import Any

from spiders.extract.elements import Elements
from spiders.extract.links import (
    absolute,
    asks_for_more,
    download_kind,
    host_named,
    is_nowhere,
    leaves_http,
    same_site,
)
from spiders.extract.page import Download, Favicon

_QR = re.compile(r"qr-?_?code|erweima|\bewm\b|二维码|扫码", re.IGNORECASE)
_LOADS = frozenset(["script", "img", "iframe", "frame", "link", "source", "video", "embed"])
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
_ALWAYS = frozenset(["a", "area", "img", "iframe", "frame"])
"""What is looked at even where it has no address."""


def walk_addresses(elements: Elements, base: str, host: str) -> Addresses:
    """What every element with an address adds to the page, in document order."""
    found = Addresses(set(), set(), [], [], {}, {})
    left = _MOST_NODES
    for tag, node in elements.addressed:
        attributes, key = node.attributes, _NAMED_BY.get(tag, "src")
        if tag not in _ALWAYS and key not in attributes:
            continue
        left -= 1
        if left < 0:
            break
        link = tag in {"a", "area"}
        address = (attributes.get(key) or "").strip()[:2048]
        named = host_named(address)
        away = named is not None and not same_site(named, host)
        if away and named is not None:
            (found.loaded if tag in _LOADS else found.hosts).add(named[:253])
        if link:
            _count_link(found, node, address, base=base, away=away)
        elif tag == "script":
            found.scripts_away += away
            found.hrefs.append(address)
        elif tag == "img":
            found.images += 1
            words = f"{address[:200]} {attributes.get('alt') or ''} {attributes.get('class') or ''}"
            found.qr += _QR.search(words) is not None
        elif tag in {"iframe", "frame"}:
            target = absolute(base, address)
            if target:
                found.frames.append(target)
                found.hrefs.append(target)
        elif tag == "link" and "icon" in (attributes.get("rel") or "").lower():
            found.icon = found.icon or address
    return found


def _count_link(found: Addresses, node: Any, address: str, *, base: str, away: bool) -> None:
    if is_nowhere(address):
        found.null += 1
        return
    found.hrefs.append(address)
    kind = download_kind(address)
    if kind and len(found.downloads) < _MOST:
        target = address if kind == "itms" else absolute(base, address)
        if target:
            found.downloads.setdefault(target, Download(target, kind))
    if leaves_http(address):
        return
    if away:
        found.external += 1
        return
    found.internal += 1
    if not kind and len(found.further) < 10 and asks_for_more(address, node.text() or ""):
        target = absolute(base, address)
        if target:
            found.further.setdefault(target.split("#")[0])


def favicon_of(found: Addresses, base: str) -> Favicon | None:
    target = absolute(base, found.icon or "/favicon.ico")
    return Favicon(target, None) if target else None
