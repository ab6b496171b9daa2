"""Plain lists: one name, URL or address a line, the hosts file, and the names that pass."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.cover import name_keys, order_of
from blocklists.formats.columns import column, is_domain, lines
from blocklists.formats.format import File, Head


def domains_only(lists: Lists) -> pa.Table:
    """Names that are meant with all names below them; none that has an exception there."""
    names = lists.plain.select(["kind", "value"])
    return names.filter(is_domain(names))


def exact_names(lists: Lists) -> pa.Table:
    """Every name by itself, those that a domain covers too, in canonical order."""
    both = pa.concat_tables([lists.names, lists.covered]).select(["value"])
    return both.take(order_of(name_keys(both["value"].combine_chunks())))


def values(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """One value a line."""
    return lines(rows, lambda chunk: [column(chunk, "value"), b"\n"])


def exceptions(lists: Lists, _head: Head) -> Iterator[File]:
    """`exceptions.txt`: names that resolve, with all below, although a listed domain covers them."""
    text = "".join(f"{name}\n" for name in lists.exceptions)
    yield File("exceptions.txt", len(lists.exceptions), [text.encode()])


def hosts(rows: pa.Table, head: Head, _lists: Lists) -> Iterator[bytes]:
    """`0.0.0.0 name`, or the warning page's address (hosts(5))."""
    address = head.page if _is_address(head.page) else "0.0.0.0"  # noqa: S104 - nobody's address
    yield b"# Fanzha: exact names; a listed domain's other subdomains need another format\n"
    yield from lines(rows, lambda chunk: [f"{address} ".encode(), column(chunk, "value"), b"\n"])


def _is_address(text: str) -> bool:
    return bool(text) and pc.match_substring_regex(pa.scalar(text), r"^[0-9.]+$|:").as_py()
