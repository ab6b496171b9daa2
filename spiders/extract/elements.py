"""All elements of a parsed page, met once in document order and sorted by what is read from them."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from spiders.extract.visible import KNOWN_TAGS

CONTROLS = frozenset(["input", "select", "textarea"])
_READ = frozenset(["script", "base", "title", "meta", "html", "label", "form"]) | CONTROLS
_ADDRESSED = frozenset(
    ["a", "area", "script", "img", "iframe", "frame", "link", "source", "video", "embed"]
)
_IDLE = frozenset(["noscript", "template"])

Attributes = dict[str, str | None]
"""The attributes of an element by name in lower case; None for one without a value. The parser makes
them anew each time they are asked for, so they are asked for once."""


class Element(NamedTuple):
    """An element that something is read from."""

    tag: str
    node: Any
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a page. Valid as long as nothing is taken out of the document."""

    tags: list[str]
    """Their tags in order; comments are among them."""
    attributes: list[Attributes]
    """The attributes of all that have any, in order."""
    named: dict[str, list[Element]]
    """Those that something is read from, by tag; fields of forms, of whatever tag, are `control`."""
    addressed: list[Element]
    """Everything that may have an address."""


def elements_of(document: Any) -> Elements:
    """Sort the elements of a document."""
    tags: list[str] = []
    said: list[Attributes] = []
    named: dict[str, list[Element]] = defaultdict(list)
    addressed: list[Element] = []
    numbers = _numbers()
    for node in document.root.traverse() if document.root is not None else ():
        attributes = node.attributes
        if attributes:
            said.append(attributes)
        known = numbers.get(node.tag_id)
        if known is None:
            tags.append(node.tag or "other")
            continue
        tag, has_address, name = known
        tags.append(tag)
        if has_address:
            addressed.append(Element(tag, node, attributes))
        if name is not None:
            named[name].append(Element(tag, node, attributes))
    return Elements(tags, said, named, addressed)


def is_in_force(node: Any) -> bool:
    """Whether a browser that runs scripts heeds an element: none within `noscript` or `template`."""
    while node is not None:
        if node.tag in _IDLE:
            return False
        node = node.parent
    return True


@cache
def _numbers() -> dict[int, tuple[str, bool, str | None]]:
    """The standard's tags by the parser's numbers, which cost half of what names do: the tag, whether
    it may have an address, and the name under which something is read from it."""
    document = LexborHTMLParser("")
    return {
        document.create_node(tag).tag_id: (
            tag,
            tag in _ADDRESSED,
            ("control" if tag in CONTROLS else tag) if tag in _READ else None,
        )
        for tag in KNOWN_TAGS
    }
