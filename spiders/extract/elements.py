"""All elements of a parsed page, met once in document order and sorted by what is read from them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

CONTROLS = frozenset(["input", "select", "textarea"])
_READ = frozenset(["script", "base", "title", "meta", "html", "label", "form"]) | CONTROLS
_ADDRESSED = frozenset(
    ["a", "area", "script", "img", "iframe", "frame", "link", "source", "video", "embed"]
)


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a page. Valid as long as nothing is taken out of the document."""

    tags: list[str]
    """Their tags in order; comments are among them."""
    named: dict[str, list[Any]]
    """Those that something is read from, by tag; fields of forms, of whatever tag, are `control`."""
    addressed: list[tuple[str, Any]]
    """Tag and element of everything that may have an address."""


def elements_of(document: Any) -> Elements:
    """Sort the elements of a document."""
    tags: list[str] = []
    named: dict[str, list[Any]] = defaultdict(list)
    addressed: list[tuple[str, Any]] = []
    for node in document.root.traverse() if document.root is not None else ():
        tag = node.tag or "other"
        tags.append(tag)
        if tag in _ADDRESSED:
            addressed.append((tag, node))
        if tag in _READ:
            named["control" if tag in CONTROLS else tag].append(node)
    return Elements(tags, named, addressed)
