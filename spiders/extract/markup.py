"""What the markup is built of: the class names, ids, attribute names and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re

TOKENS_LIMIT = 800
"""Tokens that are kept, the first on the page."""
_READ = 150_000
"""Characters of markup that are read: kits are small, and portals repeat themselves."""
_EACH = 40

# Begun by white space or a quote, so that words of the text are tried once, not at every letter;
# possessive, so that a word that is no attribute is given up at once.
_ATTRIBUTE = re.compile(r"""[\s"']([A-Za-z][A-Za-z0-9_:-]{0,24}+)=["']?+([^"'<>]{0,200}+)""")
_SEPARATORS = str.maketrans("?#&=", "////")
_STEPS = 8
_CLASSES = 12
_SCHEME = re.compile(r"([a-z]{2,12}):")
_DIGITS = re.compile(r"\d+")
_ADDRESSES = frozenset(["src", "href", "action", "data-src"])


def markup_tokens(html: str) -> tuple[str, ...]:
    """The tokens of a page, each once, in the order of the page: `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host), `has=data-toggle` (an attribute's
    name), `has=src:relative` (how its address is written). In lower case; runs of digits become one
    0, so that serial names fall together.
    """
    found: dict[str, None] = {}
    # Distinct before they are looked at, because most of a page is said many times.
    for spelled in dict.fromkeys(_ATTRIBUTE.findall(html[:_READ])):
        name, value = spelled[0].lower(), spelled[1].lower()
        found[f"has={name}"] = None
        if name == "class":
            for one in value.split(None, _CLASSES)[:_CLASSES]:
                found[f"class={one[:_EACH]}"] = None
        elif name == "id":
            found[f"id={value[:_EACH]}".replace("\n", " ")] = None
        elif name in _ADDRESSES:
            kind = _kind(value)
            found[f"has={name}:{kind}"] = None
            if kind in _WITH_STEPS:
                for step in _steps(name, value, kind):
                    found[f"path={step[:_EACH]}"] = None
    masked = _DIGITS.sub("0", "\n".join(found)).split("\n") if found else []
    return tuple(dict.fromkeys(masked))[:TOKENS_LIMIT]


_WITH_STEPS = frozenset(["absolute", "root", "relative"])
"""The kinds of addresses that lead somewhere by steps."""


def _steps(name: str, address: str, kind: str) -> list[str]:
    """The steps of a path and its query; of a link (`href`) only where the last one names a file."""
    path = address.partition("//")[2].partition("/")[2] if kind == "absolute" else address
    if name == "href" and "." not in path:
        return []
    plain = path.translate(_SEPARATORS)
    # What stands before a leading separator counts among the eight, though it is empty.
    most = _STEPS - plain.startswith("/")
    steps = [step for step in plain.split("/") if step][:most]
    if "\n" in path:
        steps = [step for step in steps if "\n" not in step]
    return steps if name != "href" or (steps and "." in steps[-1]) else []


def _kind(address: str) -> str:
    if address.startswith(("https://", "http://", "//")):
        return "absolute"
    if address.startswith("/"):
        return "root"
    if address.startswith("#"):
        return "fragment"
    scheme = _SCHEME.match(address)
    return scheme.group(1) if scheme else "relative" if address else "empty"
