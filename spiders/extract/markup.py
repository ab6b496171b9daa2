"""What the markup is built of: the class names, ids, attribute names and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re

TOKENS_LIMIT = 800
"""Tokens that are kept, the first on the page."""
_READ = 150_000
"""Characters of markup that are read: kits are small, and portals repeat themselves."""
_EACH = 40

# Begun by white space or a quote, so that words of the text are tried once, not at every letter.
_ATTRIBUTE = re.compile(r"""[\s"']([a-z][a-z0-9_:-]{0,24})=["']?([^"'<>]{0,200})""")
_STEPS = re.compile(r"[/?#&=]+")
_SCHEME = re.compile(r"([a-z]{2,12}):")
_DIGITS = re.compile(r"\d+")
_ADDRESSES = frozenset(["src", "href", "action", "data-src"])


def markup_tokens(html: str) -> tuple[str, ...]:
    """The tokens of a page, each once, in the order of the page: `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host), `has=data-toggle` (an attribute's
    name), `has=src:relative` (how its address is written). In lower case; runs of digits become one
    0, so that serial names fall together.
    """
    found: list[str] = []
    for name, value in dict.fromkeys(_ATTRIBUTE.findall(html[:_READ].lower())):
        found.append(f"has={name}")
        if name == "class":
            found += [f"class={one[:_EACH]}" for one in value.split()[:12]]
        elif name == "id":
            found.append(f"id={value[:_EACH]}".replace("\n", " "))
        elif name in _ADDRESSES:
            found += _address(name, value)
    masked = _DIGITS.sub("0", "\n".join(found)).split("\n") if found else []
    return tuple(dict.fromkeys(masked))[:TOKENS_LIMIT]


def _address(name: str, address: str) -> list[str]:
    """How an address is written, and the steps of its path and query; of a link (`href`) the steps
    only where it names a file."""
    kind = _kind(address)
    found = [f"has={name}:{kind}"]
    if kind not in {"absolute", "root", "relative"}:
        return found
    path = address.partition("//")[2].partition("/")[2] if kind == "absolute" else address
    steps = [step for step in _STEPS.split(path, 8)[:8] if step and "\n" not in step]
    if name != "href" or (steps and "." in steps[-1]):
        found += [f"path={step[:_EACH]}" for step in steps]
    return found


def _kind(address: str) -> str:
    if address.startswith(("https://", "http://", "//")):
        return "absolute"
    if address.startswith("/"):
        return "root"
    if address.startswith("#"):
        return "fragment"
    scheme = _SCHEME.match(address)
    return scheme.group(1) if scheme else "relative" if address else "empty"
