"""What the markup is built of: the class names, ids and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re
from collections.abc import Iterable
from itertools import islice

from spiders.extract.elements import Attributes, Elements

KEPT = {"class": 500, "id": 250, "path": 500}
"""How many tokens of each kind are kept, the first on the page: more than 99 of 100 pages have. Each
kind has its own room, so that filling a page with one hides nothing of the others."""
_MOST_ELEMENTS = 30_000
"""Elements whose addresses are looked at, more than 150,000 characters of markup."""
_VALUE, _EACH = 200, 40
"""Characters of a value that are read, and of a token that are kept."""

_SEPARATORS = "/?#&="
_HOST_OR_NO_PATH = re.compile(r"\n(?:(?:https?:)?//[^/\n]*|#[^\n]*|[a-z]{2,12}:[^\n]*)")
"""The host that an address names, or the whole of one that is a fragment or of another scheme."""
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def markup_tokens(elements: Elements) -> tuple[str, ...]:
    """The tokens of a page, each once, by kind and then in the order of the page: `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host). In lower case; runs of digits become
    one 0, so that serial names fall together.
    """
    return (
        *_tokens("class", " ".join(_values(elements.classes)).split()),
        *_tokens("id", _values(elements.ids)),
        *_tokens("path", _steps(elements)),
    )


def _steps(elements: Elements) -> list[str]:
    """The steps of the addresses that lead to files."""
    addressed = elements.addressed[:_MOST_ELEMENTS]
    forms = [said for _, said in elements.named["form"][:_MOST_ELEMENTS]]
    files = [""]
    files += _values(_said("src", addressed))
    files += _values(_said("data-src", addressed))
    # Most links lead to no file, and say nothing by their path.
    links = _values(_said("href", addressed))
    files += [link for link in links if "." in link.rpartition("/")[2]]
    files += _values(_said("action", forms))
    steps = _HOST_OR_NO_PATH.sub("\n", "\n".join(files))
    for separator in _SEPARATORS:
        steps = steps.replace(separator, "\n")
    return steps.split("\n")


def _said(name: str, elements: list[Attributes]) -> dict[str | None, None]:
    """The values of an attribute, each once."""
    return dict.fromkeys([attributes[name] for attributes in elements if name in attributes])


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
