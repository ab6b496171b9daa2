"""Markup that is made to keep a parser busy, cut down before it is parsed.

The HTML standard's algorithm takes time that grows with the square of the attributes of one tag and
of the depth of the tree. No page has hundreds of the one or thousands of the other in good faith.
"""

import re

_SMALL = 10_000
"""A page of so few characters is parsed in milliseconds, whatever is in it."""
_ROOMY = 100_000
"""In a page of so few characters a tag of nothing but attributes takes half a second, as the worst of what
is let through of a larger one does."""
_MOST_ATTRIBUTES, _MOST_CROWDED = 256, 1_000
"""Attributes of one tag that stand apart, and of those that do not."""
_DEEPEST = 2_000
_LARGE = 250_000
_MOST_NAMES = 20_000
"""Different names of attributes, which the parser keeps in a table that does not grow; in a page that is
not `_LARGE` there is no room for so many that it matters."""
_MANY_TAGS = 8_000
"""With fewer, even the worst order of tags costs a tenth of a second."""

# Possessive, so that every character is looked at once.
_SEPARATE = r"""[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+"""
# As the standard's tokenizer reads them: after a quoted value the next attribute may follow at once, and
# a name may begin with an equals sign. Much of a script reads like this, so that more of it is let be.
_NAME = r"(?:=[^\s/>=]*+|[^\s/>=]++)"
_VALUE = r"""(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_ATTRIBUTE = rf"[\s/]*+{_NAME}{_VALUE}"
# Told at a glance, as almost all tags are: too short for hundreds of attributes of different names.
_SHORT = r"""[^>"']{0,300}+(?:(?:"[^"]*+"|'[^']*+')[^>"']{0,40}+){0,40}+>"""
# Begins with a plain bracket outside the group, which is searched for quickly.
_TOO_MANY = re.compile(
    rf"<([a-zA-Z](?!{_SHORT})[^\s/>]*+"
    rf"(?:((?:{_SEPARATE}){{{_MOST_ATTRIBUTES}}})|(?:{_ATTRIBUTE}){{{_MOST_CROWDED}}}))"
    rf"(?(2)(?:{_SEPARATE})++|(?:{_ATTRIBUTE})++)"
)
_ATTRIBUTES = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:{_ATTRIBUTE})++)")
_NAMES = re.compile(rf"[\s/]*+({_NAME}){_VALUE}")
# From each of these tags on, the pattern above would look through all that follow.
_RUN_OF_TAGS = re.compile(r"<[a-zA-Z][^\s/><]*+(?:<[a-zA-Z][^\s/><]*+){3,}+")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_EMPTY = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}
_NEVER_DEEP = _EMPTY | {"p", "li", "td", "th", "tr", "dt", "dd", "option", "track"}
"""Elements that are empty, or that the next of their kind closes."""


def tame(html: str) -> str:
    """The page, cut where it is 2,000 elements deep; a larger one with no tag of many hundreds of attributes,
    and cut where it has 20,000 names of them."""
    if len(html) < _SMALL:
        return html
    if len(html) > _ROOMY:
        html = _RUN_OF_TAGS.sub(lambda run: f"<{run[0][1:].replace('<', ' ')}", html)
        html = _TOO_MANY.sub(r"<\1", html)
    if len(html) > _LARGE:
        html = _cut_at_names(html)
    tags = html.count("<")
    if tags > _MANY_TAGS or (tags > _DEEPEST and tags - 2 * html.count("</") > _DEEPEST):
        return _cut_at_depth(html)
    return html


def _cut_at_names(html: str) -> str:
    """Up to where there are more different names of attributes than any page has."""
    names: set[str] = set()
    for tag in _ATTRIBUTES.finditer(html):
        names.update(_NAMES.findall(tag[1]))
        if len(names) > _MOST_NAMES:
            return html[: tag.start()]
    return html


def _cut_at_depth(html: str) -> str:
    """Up to where more elements are open than anybody needs; an end tag closes only its own kind."""
    depth = 0
    opened: dict[str, int] = {}
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _NEVER_DEEP:
            continue
        if not tag[1]:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            if depth > _DEEPEST:
                return html[: tag.start()]
        elif opened.get(name, 0):
            opened[name] -= 1
            depth -= 1
    return html
