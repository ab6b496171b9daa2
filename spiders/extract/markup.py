"""What the markup is built of: the class names, ids, attribute names and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from spiders.extract.elements import Elements

KEPT = {"has": 250, "class": 500, "id": 250, "path": 500}
"""How many tokens of each kind are kept, the first on the page: more than 99 of 100 pages have. Each
kind has its own room, so that filling a page with one hides nothing of the others."""
_MOST_ELEMENTS = 30_000
"""Elements whose addresses are looked at, more than 150,000 characters of markup."""
_VALUE, _EACH = 200, 40
"""Characters of a value that are read, and of a token that are kept."""

_SCHEME = re.compile(r"[a-z]{2,12}(?=:)")
KIND_SHOWS = 13
"""Characters from the start of an address by which its kind is told: the longest scheme and colon."""
_WITH_STEPS = frozenset(["absolute", "root", "relative"])
"""The kinds of addresses that lead somewhere by steps."""
_SEPARATORS = "/?#&="
_HOST = re.compile(r"\n(?:https?:)?//[^/\n]*")
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def markup_tokens(elements: Elements) -> tuple[str, ...]:
    """The tokens of a page, each once, by kind and then in the order of the page: `has=data-toggle`
    (an attribute's name), `has=src:relative` (how its address is written), `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host). In lower case; runs of digits become
    one 0, so that serial names fall together.
    """
    kinds, paths = _addresses(elements)
    return (
        *_tokens("has", [*elements.names, *kinds]),
        *_tokens("class", " ".join(_values(elements.classes)).split()),
        *_tokens("id", _values(elements.ids)),
        *_tokens("path", paths),
    )


def _addresses(elements: Elements) -> tuple[list[str], list[str]]:
    """How the addresses are written, by attribute, and the steps of those that lead to files."""
    addressed = [said for _, _, said in elements.addressed[:_MOST_ELEMENTS]]
    forms = [said for _, _, said in elements.named["form"][:_MOST_ELEMENTS]]
    kinds: list[str] = []
    files = [""]
    for name, attributes in (
        ("src", addressed),
        ("data-src", addressed),
        ("href", addressed),
        ("action", forms),
    ):
        addresses = _values(dict.fromkeys([one[name] for one in attributes if name in one]))
        said = [address_kind(address[:KIND_SHOWS]) for address in addresses]
        kinds += [f"{name}:{kind}" for kind in dict.fromkeys(said)]
        files += [
            address
            for address, kind in zip(addresses, said, strict=True)
            # Most links lead to no file, and say nothing by their path.
            if kind in _WITH_STEPS and (name != "href" or "." in address.rpartition("/")[2])
        ]
    steps = _HOST.sub("\n", "\n".join(files))
    for separator in _SEPARATORS:
        steps = steps.replace(separator, "\n")
    return kinds, steps.split("\n")


def _values(values: dict[str | None, None]) -> list[str]:
    """The values of an attribute on one line each and in lower case."""
    if not values:
        return []
    # The parser leaves no NUL in a value.
    joined = "\0".join([(value or "")[:_VALUE].strip() for value in values])
    return joined.replace("\n", " ").lower().split("\0")


def _tokens(what: str, names: Iterable[str]) -> list[str]:
    """The tokens of one kind."""
    masked = "\n".join(dict.fromkeys(names)).encode().translate(_ZEROS)
    while b"00" in masked:
        masked = masked.replace(b"00", b"0")
    once = dict.fromkeys(filter(None, masked.decode().split("\n")))
    return [f"{what}={name[:_EACH]}" for name in islice(once, KEPT[what])]


@lru_cache(maxsize=16_384)  # most addresses begin like others
def address_kind(beginning: str) -> str:
    """How an address is written, by its beginning."""
    if beginning.startswith(("https://", "http://", "//")):
        return "absolute"
    if beginning.startswith("/"):
        return "root"
    if beginning.startswith("#"):
        return "fragment"
    scheme = _SCHEME.match(beginning)
    return scheme.group() if scheme else "relative" if beginning else "empty"
