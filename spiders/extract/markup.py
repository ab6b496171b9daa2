"""What the markup is built of: the class names, ids and paths that its maker chose.

Kits, frameworks and site builders are told apart by them, whatever a page's text says.
"""

import re
from collections.abc import Iterable
from itertools import islice

from spiders.extract.elements import Elements

KEPT = {"class": 500, "id": 250, "path": 500}
"""How many tokens of each kind are kept, the first on the page: more than 99 of 100 pages have. Each
kind has its own room, so that filling a page with one hides nothing of the others."""
_MOST_ELEMENTS = 30_000
"""Elements whose addresses are looked at, more than 150,000 characters of markup."""
_VALUE, _EACH = 200, 40
"""Characters of a value that are read, and of a token that are kept."""

_SEPARATORS = "/?#&="
_HOST_OR_NO_PATH = re.compile(r"\0(?:(?:https?:)?//[^/\0]*|#[^\0]*|[a-z]{2,12}:[^\0]*)")
"""The host that an address names, or the whole of one that is a fragment or of another scheme."""
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)


def markup_tokens(elements: Elements) -> tuple[str, ...]:
    """The tokens of a page, each once, by kind and then in the order of the page: `class=btn`, `id=login`,
    `path=wp-content` (a step of an address, without the host). In lower case; runs of digits become
    one 0, so that serial names fall together.
    """
    return (
        *_tokens("class", _masked(_written(elements.classes)).replace("\0", " ").split()),
        *_tokens("id", _masked(_written(elements.ids)).split("\0")),
        *_tokens("path", _masked(_steps(elements)).split("\0")),
    )


def _steps(elements: Elements) -> str:
    """The steps of the addresses that lead to files."""
    addressed = elements.addressed[:_MOST_ELEMENTS]
    forms = [said for _, said in elements.named["form"][:_MOST_ELEMENTS]]
    files = [said[name] for name in ("src", "data-src") for said in addressed if name in said]
    # Most links lead to no file, and say nothing by their path.
    files += [link for said in addressed if (link := said.get("href")) and _is_of_a_file(link)]
    files += [said["action"] for said in forms if "action" in said]
    steps = _HOST_OR_NO_PATH.sub("\0", f"\0{_written(dict.fromkeys(files))}")
    for separator in _SEPARATORS:
        steps = steps.replace(separator, "\0")
    return steps


def _is_of_a_file(link: str) -> bool:
    return "." in link[:_VALUE].rpartition("/")[2]


def _written(values: Iterable[str | None]) -> str:
    """The values of an attribute in lower case, with NUL between them, which the parser leaves in none."""
    joined = "\0".join([value[:_VALUE].strip() for value in values if value])
    return joined.replace("\n", " ").lower()


def _masked(names: str) -> str:
    masked = names.encode().translate(_ZEROS)
    while b"00" in masked:
        masked = masked.replace(b"00", b"0")
    return masked.decode()


def _tokens(what: str, names: list[str]) -> list[str]:
    """The tokens of one kind."""
    once = filter(None, dict.fromkeys(names))
    return [f"{what}={name[:_EACH]}" for name in islice(once, KEPT[what])]
