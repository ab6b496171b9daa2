"""Where the links, frames, scripts, images and icon of a page lead."""

import re
from dataclasses import dataclass
from typing import Any

from spiders.extract.addressed import Addressed
from spiders.extract.links import (
    absolute,
    download_kind,
    is_nowhere,
    leaves_http,
    may_load_programs,
    same_site,
    which_ask_for_more,
)
from spiders.extract.page import Download, Favicon

_QR = re.compile(r"qr-?_?code|erweima|\bewm\b|二维码|扫码", re.IGNORECASE)
_QR_MARKS = ("qr", "erweima", "ewm", "二维码", "扫码")
"""One of them is in whatever `_QR` fits."""
_FURTHER_LINKS = 10
_MOST = 200


@dataclass(slots=True)
class Leads:
    """What the addresses of a page add up to."""

    hosts: set[str]
    loaded: set[str]
    hrefs: list[str]
    """Links that lead somewhere, then scripts and frames."""
    frames: list[str]
    downloads: dict[str, Download]
    further: dict[str, None]
    icon: str | None
    internal: int
    external: int
    null: int
    scripts_away: int
    images: int
    qr: int


def leads_of(addressed: Addressed, base: str, host: str) -> Leads:
    """Where a page at a host leads whose relative addresses are relative to `base`."""
    away = {
        address: named[:253]
        for address, named in addressed.hosts.items()
        if not same_site(named, host)
    }
    links = [link for link in addressed.links if not is_nowhere(link[0])]
    targets = [address for address, _ in links]
    inside = [link for link in links if link[0] not in away and not leaves_http(link[0])]
    frames = [target for one in addressed.frames if (target := absolute(base, one))]
    loads = {*addressed.scripts, *addressed.frames, *addressed.media}
    loads.update([address for address, _ in addressed.images])
    loads.update([address for address, _ in addressed.relations])
    return Leads(
        hosts={away[address] for address in away.keys() & targets},
        loaded={away[address] for address in away.keys() & loads},
        hrefs=[*targets, *addressed.scripts, *frames],
        frames=frames,
        downloads=_downloads(targets, base),
        further=_further(inside, base),
        icon=next((one for one, rel in addressed.relations if "icon" in rel and one), None),
        internal=len(inside),
        external=sum([address in away for address in targets]),
        null=addressed.bare + len(addressed.links) - len(links),
        scripts_away=sum([address in away for address in addressed.scripts]),
        images=len(addressed.images),
        qr=_count_codes(addressed),
    )


def _count_codes(addressed: Addressed) -> int:
    """How many images call themselves a QR code; few pages have a word of it in any."""
    images = [
        f"{address[:200]} {said.get('alt') or ''} {said.get('class') or ''}"
        for address, said in addressed.images
    ]
    low = "\n".join(images).lower()
    if not any(mark in low for mark in _QR_MARKS):
        return 0
    return sum(_QR.search(words) is not None for words in images)


def _downloads(links: list[str], base: str) -> dict[str, Download]:
    downloads: dict[str, Download] = {}
    if not may_load_programs("\n".join(links)):
        return downloads
    for address in links:
        kind = download_kind(address)
        if kind and len(downloads) < _MOST:
            target = address if kind == "itms" else absolute(base, address)
            if target:
                downloads.setdefault(target, Download(target, kind))
    return downloads


def _further(inside: list[tuple[str, Any]], base: str) -> dict[str, None]:
    """The first ten links of the site that lead to where a victim is asked for something."""
    further: dict[str, None] = {}
    shown = [
        f"{address[:200]} {(node.text() or '')[:40]}".replace("\n", " ") for address, node in inside
    ]
    for number in which_ask_for_more(shown):
        if len(further) >= _FURTHER_LINKS:
            break
        address = inside[number][0]
        if download_kind(address) is None:
            target = absolute(base, address)
            if target:
                further.setdefault(target.split("#")[0])
    return further


def favicon_of(found: Leads, base: str) -> Favicon | None:
    target = absolute(base, found.icon or "/favicon.ico")
    return Favicon(target, None) if target else None
