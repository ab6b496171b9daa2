"""The addresses of a page by what they are for, and what each of them tells by how it is written."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spiders.extract.elements import Attributes, Element, Elements
from spiders.extract.links import host_named

KINDS = ("absolute", "root", "relative", "fragment", "nowhere", "data", "other")
"""How an address is written; `nowhere` is empty or script, `other` any further scheme (`tel:`)."""
_BEGINS = 13
"""Characters from the start of an address by which its kind is told: the longest scheme and colon."""
_SCHEME = re.compile(r"[a-z]{2,12}(?=:)")
_NOWHERE = frozenset(["javascript", "void", "about"])

_MOST = 5_000
"""Addresses of one sort that are looked at; what comes after them is a list of links."""
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Addressed:
    """The addresses of a page, each as it is written but for the white space around it, in order."""

    links: list[tuple[str, Any]]
    """Those of `<a>` and `<area>`, with the node."""
    bare: int
    """How many of these have none."""
    images: list[tuple[str, Attributes]]
    """Those of images, with the other attributes; empty for one that has none."""
    scripts: list[str]
    frames: list[str]
    media: list[str]
    relations: list[tuple[str, str]]
    """Those of `<link>`, and what they are to the page, in lower case."""
    actions: list[str]
    """Those of forms; empty for one that has none."""
    kinds: dict[str, str]
    """How each of them is written: one of `KINDS`."""
    hosts: dict[str, str]
    """The host, in lower case, of each that names one."""


def addresses_of(elements: Elements, scheme: str) -> Addressed:
    """All addresses of a page that is at this scheme itself."""
    named = elements.named
    anchors = named["anchor"][:_MOST]
    links = [(_clean(said["href"]), node) for node, said in anchors if "href" in said]
    images = [(_clean(said.get("src")), said) for _, said in named["img"][:_MOST]]
    relations = [
        (_clean(said["href"]), (said.get("rel") or "").lower())
        for _, said in named["link"][:_MOST]
        if "href" in said
    ]
    actions = [_clean(said.get("action")) for _, said in named["form"]]
    scripts, frames, media = (_sources(named[name]) for name in ("script", "frame", "media"))
    each = {*actions, *scripts, *frames, *media}
    for pairs in (links, images, relations):
        each.update([address for address, _ in pairs])
    return Addressed(
        links=links,
        bare=len(anchors) - len(links),
        images=images,
        scripts=scripts,
        frames=frames,
        media=media,
        relations=relations,
        actions=actions,
        kinds={address: kind_of(address[:_BEGINS].lower()) for address in each},
        hosts={address: host for address in each if (host := host_named(address, scheme))},
    )


def _sources(elements: list[Element]) -> list[str]:
    return [_clean(said["src"]) for _, said in elements[:_MOST] if "src" in said]


def _clean(address: str | None) -> str:
    return address.strip()[:_LONGEST] if address else ""


@lru_cache(maxsize=16_384)  # most addresses begin like others
def kind_of(beginning: str) -> str:
    """How an address is written, one of `KINDS`, by its beginning in lower case."""
    if beginning.startswith(("https://", "http://", "//")):
        return "absolute"
    if beginning.startswith("/"):
        return "root"
    if beginning.startswith("#"):
        return "fragment"
    scheme = _SCHEME.match(beginning)
    if scheme is None:
        return "relative" if beginning else "nowhere"
    if scheme.group() in _NOWHERE:
        return "nowhere"
    return "data" if scheme.group() == "data" else "other"
