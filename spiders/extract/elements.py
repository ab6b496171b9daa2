"""A parsed page, walked once in document order and sorted by what is read from it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from spiders.extract.tags import BLOCKS, CONTROLS, INVISIBLE, KNOWN

LINE, GAP = "\n\n", "  "
"""What stands among the text for an element on a line of its own, and for a link. Told from text by
being these very objects: what the parser gives out is always new."""

_NAMES = (
    {
        tag: tag
        for tag in ("script", "base", "title", "meta", "html", "label", "form", "img", "link")
    }
    | {"a": "anchor", "area": "anchor", "iframe": "frame", "frame": "frame"}
    | {"source": "media", "video": "media", "embed": "media"}
    | dict.fromkeys(CONTROLS, "control")
)
"""The names under which elements are kept, by tag."""
_ADDRESSED = frozenset(["anchor", "script", "img", "frame", "link", "media"])
_IDLE = frozenset(["noscript", "template"])
_KEPT = frozenset(["html", "body"])
"""What is shown though it says that it is hidden, because scripts show it in the end."""
_COUNTED_TWICE = 20_000
"""Nodes of hidden elements within hidden elements that are walked once more, lest a page of nothing
but such takes the square of its depth; what is more is counted with what it is in."""

_HIDING_STYLES = (
    "display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0",
    "opacity:0;", "text-indent:-9",
)  # fmt: skip

Attributes = dict[str, str | None]
"""The attributes of an element by name in lower case; None for one without a value. The parser makes
them anew each time they are asked for, so they are asked for once."""

Element = tuple[Any, Attributes]
"""Node and attributes of an element that something is read from."""


class Span(NamedTuple):
    """A run of `Elements.parts` that is all that is within one element."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Elements:
    """All that is in a page."""

    tags: list[str]
    """The tags of its elements in order; comments are among them."""
    classes: dict[str | None, None]
    """All values of `class`, each once, in order; `ids` are those of `id`."""
    ids: dict[str | None, None]
    named: dict[str, list[Element]]
    """Those that something is read from, by `_NAMES`."""
    addressed: list[Attributes]
    """The attributes of everything that may have an address, but for forms."""
    parts: list[str]
    """The text in order, with `LINE` and `GAP` where elements begin."""
    invisible: list[Span]
    """What is in elements whose text no browser shows."""
    hidden: list[tuple[Span, bool]]
    """What is in elements that say of themselves that they are not to be seen, and whether they are
    taken at their word. What is hidden within something hidden comes after it."""


_Kind = tuple[str, str | None, tuple[str | None, bool, bool] | None]
"""What an element is to the walk: its tag; what stands for it among the text; and the name under which it
is kept, whether it may have an address, and whether it is invisible (None where it is none of that, as
most are). A plain tuple, because it is taken apart for every element."""


def elements_of(document: Any) -> Elements:
    """Sort what is in a document."""
    tags: list[str] = []
    classes: dict[str | None, None] = {}
    ids: dict[str | None, None] = {}
    named: dict[str, list[Element]] = defaultdict(list)
    addressed: list[Attributes] = []
    parts: list[str] = []
    unseen = _Unseen()
    kinds, text = _kinds()
    root = document.root
    for node in root.traverse(include_text=True) if root is not None else ():
        number = node.tag_id
        if number == text:
            parts.append(node.text_content or "")
            continue
        attributes = node.attributes
        try:
            tag, part, read = kinds[number]
        except KeyError:
            tag, part, read = node.tag or "other", None, None
        tags.append(tag)
        if read is not None:
            name, has_address, invisible = read
            if name is not None:
                named[name].append((node, attributes))
                if has_address:
                    addressed.append(attributes)
            if invisible:
                unseen.add(node, len(parts), invisible=True)
        if attributes:
            # What is needed of most elements is taken at once, so that their attributes need not be kept.
            if "class" in attributes:
                classes[attributes["class"]] = None
            if "id" in attributes:
                ids[attributes["id"]] = None
            # Asked here as well as there, because a call for each element costs more than the rest.
            if ("style" in attributes or "hidden" in attributes) and _hides(attributes):
                unseen.add(node, len(parts), taken_at_its_word=tag not in _KEPT)
        if part is not None:
            parts.append(part)
    return Elements(tags, classes, ids, named, addressed, parts, unseen.invisible, unseen.hidden)


class _Unseen:
    """The spans of what is not seen, as the walk comes by."""

    def __init__(self) -> None:
        self.invisible: list[Span] = []
        self.hidden: list[tuple[Span, bool]] = []
        self._invisible_until = 0
        self._until = 0
        self._left = _COUNTED_TWICE

    def add(
        self, node: Any, here: int, *, invisible: bool = False, taken_at_its_word: bool = True
    ) -> None:
        """Note an element whose first part is to be the one numbered `here`."""
        within = here < self._until
        if here < self._invisible_until or (within and self._left <= 0):
            return
        span = Span(here, here + _parts_in(node))
        self._until = max(self._until, span.end)
        if within:
            self._left -= 1 + span.end - span.start
        if invisible:
            self._invisible_until = span.end
            self.invisible.append(span)
        else:
            self.hidden.append((span, taken_at_its_word))


def _hides(attributes: Attributes) -> bool:
    """Whether an element says of itself that it is not to be seen."""
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if not style:
        return False
    for hiding in _HIDING_STYLES:
        if hiding in style:
            return True
    return "position:absolute" in style and attributes.get("aria-hidden") == "true"


def _parts_in(node: Any) -> int:
    """How many parts an element and what is in it add."""
    with_part, text = _with_part(), _kinds()[1]
    child = node.first_child
    if child is None or (child.tag_id == text and child.next is None):  # as in scripts
        return (node.tag_id in with_part) + (child is not None)
    return sum([one.tag_id in with_part for one in node.traverse(include_text=True)])


def is_in_force(node: Any) -> bool:
    """Whether a browser that runs scripts heeds an element: none within `noscript` or `template`."""
    while node is not None:
        if node.tag in _IDLE:
            return False
        node = node.parent
    return True


@cache
def _kinds() -> tuple[dict[int, _Kind], int]:
    """The standard's tags by the parser's numbers, which cost half of what names do, and the number of
    text."""
    document: Any = LexborHTMLParser("<p>text")
    kinds: dict[int, _Kind] = {}
    for tag in KNOWN:
        name = _NAMES.get(tag)
        read = (name, name in _ADDRESSED, tag in INVISIBLE)
        part = LINE if tag in BLOCKS else GAP if tag == "a" else None
        number = document.create_node(tag).tag_id
        kinds[number] = (tag, part, read if any(read) else None)
    return kinds, document.css_first("p").child.tag_id


@cache
def _with_part() -> frozenset[int]:
    """The parser's numbers of what adds a part."""
    kinds, text = _kinds()
    return frozenset(number for number, kind in kinds.items() if kind[1]) | {text}
