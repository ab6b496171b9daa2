"""What the markup is built of: the class names, ids, attribute names and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re
from collections.abc import Callable
from functools import partial

TOKENS_LIMIT = 800
"""Tokens that are kept, the first on the page."""
_READ = 150_000
"""Characters of markup that are read: kits are small, and portals repeat themselves."""
_EACH = 40

# Begun by white space or a quote, so that words of the text are tried once, not at every letter;
# possessive, so that a word that is no attribute is given up at once.
_ATTRIBUTE = re.compile(r"""[\s"']([A-Za-z][A-Za-z0-9_:-]{0,24}+)=["']?+([^"'<>]{0,200}+)""")
_SEPARATORS = ("/", "?", "#", "&", "=")
_STEP = re.compile(r"[^/?#&=]+")
_STEPS = 8
_CLASSES = 12
_SCHEME = re.compile(r"([a-z]{2,12}):")
_DIGITS = re.compile(r"\d+")
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def markup_tokens(html: str) -> tuple[str, ...]:
    """The tokens of a page, each once, in the order of the page: `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host), `has=data-toggle` (an attribute's
    name), `has=src:relative` (how its address is written). In lower case; runs of digits become one
    0, so that serial names fall together.
    """
    lines: list[str] = []
    readers: dict[str, _Reader | None] = {}
    # Distinct before they are looked at, because most of a page is said many times.
    for spelled, value in dict.fromkeys(_ATTRIBUTE.findall(html[:_READ])):
        if spelled in readers:
            reader = readers[spelled]
        else:
            name = spelled.lower()
            lines.append(f"has={name}\n")
            reader = readers[spelled] = _READERS.get(name)
        if reader is not None:
            lines.append(reader(value.lower()))
    tokens = _mask_digits("".join(lines)).split("\n")
    return tuple(dict.fromkeys(filter(None, tokens)))[:TOKENS_LIMIT]


def _mask_digits(text: str) -> str:
    """Runs of digits as one 0."""
    if not text.isascii():
        return _DIGITS.sub("0", text)
    masked = text.encode("ascii").translate(_ZEROS)
    while b"00" in masked:
        masked = masked.replace(b"00", b"0")
    return masked.decode("ascii")


def _classes(value: str) -> str:
    return _each("class=", value.split(None, _CLASSES)[:_CLASSES], len(value))


def _id(value: str) -> str:
    return "id=" + value[:_EACH].replace("\n", " ") + "\n"


def _address(name: str, value: str) -> str:
    kind = _kind(value)
    said = f"has={name}:{kind}\n"
    # Most links lead to pages that are no files, and say nothing by their path.
    if kind not in _WITH_STEPS or (name == "href" and "." not in value):
        return said
    steps = _steps(name, value, kind)
    return said + _each("path=", steps, len(value))


def _each(what: str, names: list[str], length: int) -> str:
    """A line for each of the names; `length` is that of all together, which few need to be cut for."""
    if not names:
        return ""
    if length > _EACH:
        names = [name[:_EACH] for name in names]
    return what + f"\n{what}".join(names) + "\n"


_Reader = Callable[[str], str]
_READERS: dict[str, _Reader] = {
    "class": _classes,
    "id": _id,
    **{name: partial(_address, name) for name in ("src", "href", "action", "data-src")},
}
"""The attributes whose values are looked at; of the others there is only that they are there."""
_WITH_STEPS = frozenset(["absolute", "root", "relative"])
"""The kinds of addresses that lead somewhere by steps."""


def _steps(name: str, address: str, kind: str) -> list[str]:
    """The steps of a path and its query; of a link (`href`) only where the last one names a file."""
    path = address.partition("//")[2].partition("/")[2] if kind == "absolute" else address
    if name == "href" and "." not in path:
        return []
    # What stands before a leading separator counts among the eight, though it is empty.
    steps = _STEP.findall(path)[: _STEPS - path.startswith(_SEPARATORS)]
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
