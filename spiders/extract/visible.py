"""What a visitor can see of a parsed page: its text by blocks, and how much is hidden."""

from functools import cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from spiders.extract.fold import tidy

_MAYBE_HIDDEN = "[hidden],[style]"
_HIDING_STYLES = (
    "display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0",
    "opacity:0;", "text-indent:-9",
)  # fmt: skip
_INVISIBLE = ["script", "style", "noscript", "template", "svg", "head", "object", "canvas"]
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "input",
        "label",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "iframe",
    ]
)
KNOWN_TAGS = _BLOCKS | frozenset(
    [
        "a",
        "abbr",
        "area",
        "audio",
        "b",
        "base",
        "bdi",
        "bdo",
        "big",
        "canvas",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "datalist",
        "del",
        "details",
        "dfn",
        "dialog",
        "em",
        "embed",
        "font",
        "frame",
        "frameset",
        "head",
        "html",
        "i",
        "img",
        "ins",
        "kbd",
        "link",
        "map",
        "mark",
        "marquee",
        "menu",
        "meta",
        "meter",
        "nobr",
        "noscript",
        "object",
        "output",
        "param",
        "picture",
        "progress",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "script",
        "slot",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "template",
        "time",
        "track",
        "tt",
        "u",
        "var",
        "video",
        "wbr",
    ]
)


def read_visible(document: Any) -> tuple[str, int]:
    """The visible text with a line per block, and how much text is hidden.

    Takes what is invisible out of the document.
    """
    document.strip_tags(_INVISIBLE)
    hidden = 0
    # The inner ones first: what stands in a node is gone with it, and must not be touched again.
    for node in reversed([one for one in document.css(_MAYBE_HIDDEN) if _is_hidden(one)]):
        hidden += len((node.text() or "").strip())
        if node.tag not in {"body", "html"}:
            node.decompose()
    parts: list[str] = []
    breaks = _breaks()
    if document.root is not None:
        for node in document.root.traverse(include_text=True):
            break_ = breaks.get(node.tag_id)
            if break_ is None:
                continue
            parts.append(break_ or node.text_content or "")
    return tidy("".join(parts)), hidden


def _is_hidden(node: Any) -> bool:
    """Whether an element says of itself that it is not to be seen."""
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    style = attributes.get("style") or ""
    for hiding in _HIDING_STYLES:
        if hiding in style:
            return True
    return "position:absolute" in style and attributes.get("aria-hidden") == "true"


@cache
def _breaks() -> dict[int, str]:
    """What stands in the text for an element, by the parser's number of its tag; for text itself
    nothing, and what is not here leaves no mark."""
    document: Any = LexborHTMLParser("<p>text")
    text = document.css_first("p").child
    numbers = {tag: document.create_node(tag).tag_id for tag in [*_BLOCKS, "a"]}
    return {text.tag_id: ""} | {
        number: " " if tag == "a" else "\n" for tag, number in numbers.items()
    }
