"""What of a carrier's file may be told in a message or a log: names of columns and causes, no content."""

import re
from collections.abc import Iterable

_CONTENT = re.compile(r"\S*\d{3,}\S*|(?<=got \d: ).*|(?<=got \d\d: ).*")
"""What may be of a row: digits in a run, and what the CSV reader quotes."""
_DATA = re.compile(r"\d{3}")
"""More digits than a column's name has."""


def told_names(header: Iterable[str]) -> str:
    """Column names for a message; a first line that is data, of a file without a header, is not shown."""
    names = list(header)
    if any(_DATA.search(name) for name in names):
        return "what looks like data, not like names of columns"
    return ", ".join(names)[:200]


def told_cause(error: BaseException) -> str:
    """The first line of what a reader says, without what may be content of the file."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return _CONTENT.sub("…", first)[:160]
