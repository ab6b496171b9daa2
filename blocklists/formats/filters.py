"""Rule sets of proxies and browsers' filters.

Adblock has exceptions. The others have none: there a domain with one is its apex alone (`plain`).
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import Piece, column, is_domain, lines
from blocklists.formats.format import Head
from blocklists.formats.plain import domains_only


def names_and_addresses(lists: Lists) -> pa.Table:
    """Names and addresses, for proxies that see both."""
    return pa.concat_tables([lists.plain, lists.addresses])


def adblock(rows: pa.Table, _head: Head, lists: Lists) -> Iterator[bytes]:
    """Adblock rules: `||x^` for a domain, `|http://x^` and `|https://x^` for a host, `@@` exceptions.

    Anchored at the beginning: `://x^` would also block addresses that merely mention the host.
    """
    yield b"! Title: Fanzha\n! Expires: 1 hours\n"

    def pieces(chunk: pa.Table) -> list[Piece]:
        domain, value = is_domain(chunk).combine_chunks(), column(chunk, "value")
        over_tls = pc.binary_join_element_wise(b"|https://", value, b"^\n", b"")
        return [
            pc.if_else(domain, b"||", b"|http://"),
            value,
            b"^\n",
            pc.if_else(domain, b"", over_tls),
        ]

    yield from lines(rows, pieces)
    for name in lists.exceptions:
        yield f"@@||{name}^\n".encode()


def squid(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """`acl fanzha dstdomain "/path/squid.txt"`: `.x` is a domain with all below, `x` a host."""

    def pieces(chunk: pa.Table) -> list[Piece]:
        domain = is_domain(chunk).combine_chunks()
        return [pc.if_else(domain, b".", b""), column(chunk, "value"), b"\n"]

    return lines(rows, pieces)


def mihomo(rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """A mihomo rule provider, `behavior: domain`, `format: text`: `+.x` is a domain, `x` a host."""

    def pieces(chunk: pa.Table) -> list[Piece]:
        domain = is_domain(chunk).combine_chunks()
        return [pc.if_else(domain, b"+.", b""), column(chunk, "value"), b"\n"]

    return lines(rows, pieces)


def sing_box(rows: pa.Table, _head: Head, lists: Lists) -> Iterator[bytes]:
    """A sing-box rule set in source form, version 1: `domain_suffix` and `domain`."""
    domains = domains_only(lists)
    hosts = rows.filter(pc.invert(is_domain(rows)))
    yield b'{\n"version": 1,\n"rules": [{\n"domain_suffix": [\n'
    yield from _items(domains)
    yield b'],\n"domain": [\n'
    yield from _items(hosts)
    yield b"]\n}]\n}\n"


def _items(rows: pa.Table) -> Iterator[bytes]:
    """The values as JSON strings, one a line, a comma after all but the last."""
    last = len(rows) - 1
    yield from lines(rows.slice(0, max(last, 0)), lambda c: [b'"', column(c, "value"), b'",\n'])
    yield from lines(rows.slice(max(last, 0)), lambda c: [b'"', column(c, "value"), b'"\n'])
