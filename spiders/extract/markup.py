"""What the markup is built of: the class names, ids, attribute names and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice

from spiders.extract.elements import Attributes, Elements

KEPT = {"has": 250, "class": 500, "id": 250, "path": 500}
"""How many tokens of each kind are kept, the first on the page: more than 99 of 100 pages have. Each
kind has its own room, so that filling a page with one hides nothing of the others."""
_MOST_ELEMENTS = 30_000
"""Elements whose attributes are looked at, at least 150,000 characters of markup."""
_VALUE, _EACH = 200, 40
"""Characters of a value that are read, and of a token that are kept."""

_SCHEME = re.compile(r"[a-z]{2,12}(?=:)")
_KIND_SHOWS = 13
"""Characters from the start of an address by which its kind is told: the longest scheme and colon."""
_WITH_STEPS = frozenset(["absolute", "root", "relative"])
"""The kinds of addresses that lead somewhere by steps."""
_SEPARATORS = "/?#&="
_HOST = re.compile(r"^(?:https?:)?//[^/\n]*", re.MULTILINE)
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def markup_tokens(elements: Elements) -> tuple[str, ...]:
    """The tokens of a page, each once, by kind and then in the order of the page: `has=data-toggle`
    (an attribute's name), `has=src:relative` (how its address is written), `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host). In lower case; runs of digits become
    one 0, so that serial names fall together.
    """
    attributes = elements.attributes[:_MOST_ELEMENTS]
    kinds, paths = _addresses(elements)
    return (
        *_tokens("has", chain(chain.from_iterable(attributes), kinds)),
        *_tokens("class", " ".join(_values("class", attributes)).split()),
        *_tokens("id", _values("id", attributes)),
        *_tokens("path", paths),
    )


def _addresses(elements: Elements) -> tuple[list[str], list[str]]:
    """How the addresses are written, by attribute, and the steps of those that lead to files."""
    kinds: list[str] = []
    files: list[str] = []
    for name, addressed in (
        ("src", elements.addressed),
        ("data-src", elements.addressed),
        ("href", elements.addressed),
        ("action", elements.named["form"]),
    ):
        addresses = _values(name, [one.attributes for one in addressed[:_MOST_ELEMENTS]])
        said = [_kind(address[:_KIND_SHOWS]) for address in addresses]
        kinds += [f"{name}:{kind}" for kind in dict.fromkeys(said)]
        files += [
            address
            for address, kind in zip(addresses, said, strict=True)
            if kind in _WITH_STEPS and (name != "href" or _names_file(address))
        ]
    steps = _HOST.sub("", "\n".join(files))
    for separator in _SEPARATORS:
        steps = steps.replace(separator, "\n")
    return kinds, steps.split("\n")


def _values(name: str, attributes: Sequence[Attributes]) -> list[str]:
    """The values of an attribute, each once, on one line each and in lower case."""
    said = dict.fromkeys([one[name] for one in attributes if name in one])
    return [(value or "")[:_VALUE].strip().replace("\n", " ").lower() for value in said]


def _tokens(what: str, names: Iterable[str]) -> list[str]:
    """The tokens of one kind."""
    masked = "\n".join(dict.fromkeys(names)).encode().translate(_ZEROS)
    while b"00" in masked:
        masked = masked.replace(b"00", b"0")
    once = dict.fromkeys(filter(None, masked.decode().split("\n")))
    return [f"{what}={name[:_EACH]}" for name in islice(once, KEPT[what])]


def _names_file(link: str) -> bool:
    """Whether a link leads to a file. Most do not, and say nothing by their path."""
    return "." in link.rpartition("/")[2]


@lru_cache(maxsize=16_384)  # most addresses begin like others
def _kind(beginning: str) -> str:
    """How an address is written, by its beginning."""
    if beginning.startswith(("https://", "http://", "//")):
        return "absolute"
    if beginning.startswith("/"):
        return "root"
    if beginning.startswith("#"):
        return "fragment"
    scheme = _SCHEME.match(beginning)
    return scheme.group() if scheme else "relative" if beginning else "empty"
