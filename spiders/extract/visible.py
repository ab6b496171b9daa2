"""What a visitor can see of a parsed page: its text by blocks, and how much is hidden."""

from typing import Any

from spiders.extract.fold import tidy

_HIDDEN = (
    '[hidden],[style*="display:none"],[style*="display: none"],[style*="visibility:hidden"],'
    '[style*="visibility: hidden"],[style*="font-size:0"],[style*="opacity:0;"],'
    '[style*="text-indent:-9"],[aria-hidden="true"][style*="position:absolute"]'
)
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
    for node in reversed(document.css(_HIDDEN)):
        hidden += len((node.text() or "").strip())
        if node.tag not in {"body", "html"}:
            node.decompose()
    parts: list[str] = []
    if document.root is not None:
        for node in document.root.traverse(include_text=True):
            tag = node.tag
            if tag == "-text":
                parts.append(node.text_content or "")
            elif tag in _BLOCKS:
                parts.append("\n")
            elif tag == "a":
                parts.append(" ")
    return tidy("".join(parts)), hidden
