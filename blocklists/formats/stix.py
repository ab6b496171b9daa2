"""A STIX 2.1 bundle (OASIS standard of 10 June 2021): one indicator an entry, ids that never change.

STIX has no object for phone numbers, so they are in the other formats only. What left the lists is
there as `revoked`, with the time of its removal as `modified`. A domain with exceptions says so in
its pattern, and is `modified` whenever it is written: nothing else tells when they changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid5

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import (
    JSON_ESCAPES,
    NAMESPACE,
    Piece,
    column,
    escaped,
    join,
    lines,
    times,
    uuids,
)
from blocklists.formats.format import Head
from blocklists.formats.rpz import with_exceptions
from pipeline.nouns import Kind

IDENTITY = f"identity--{uuid5(NAMESPACE, 'identity')}"


def sites(lists: Lists) -> pa.Table:
    """Everything but numbers."""
    return pa.concat_tables([lists.names, lists.addresses, lists.urls])


def bundle(rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """The bundle: one object a line, the publisher's identity first."""
    yield (
        f'{{"type":"bundle","id":"bundle--{uuid5(NAMESPACE, "bundle")}","objects":[\n'
        f'{{"type":"identity","spec_version":"2.1","id":"{IDENTITY}",'
        '"created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",'
        '"name":"Fanzha","identity_class":"system"}\n'
    ).encode()
    carved = {
        name.encode(): "".join(
            f" AND domain-name:value != '{one}' AND domain-name:value NOT LIKE '%.{one}'"
            for one in below
        ).encode()
        for name, below in with_exceptions(lists).items()
    }
    holes = _Holes(carved, head.at.strftime("%Y-%m-%dT%H:%M:%SZ").encode())
    yield from lines(rows, lambda chunk: _indicator(chunk, holes, revoked=False))
    if head.removed is not None:
        gone = pc.not_equal(head.removed["kind"].cast(pa.string()), Kind.NUMBER.value)
        yield from lines(
            head.removed.filter(gone), lambda chunk: _indicator(chunk, None, revoked=True)
        )
    yield b"]}\n"


@dataclass(frozen=True, slots=True)
class _Holes:
    """What the patterns of domains leave out."""

    carved: dict[bytes, bytes]
    """Name → the end of its pattern."""
    at: bytes
    """When it is said."""

    def ends(self, kind: pa.Array, value: pa.Array) -> pa.Array:
        """For each row, the end of its pattern; nothing where it has no exception."""
        holed = pc.and_(
            pc.equal(kind, Kind.DOMAIN.value.encode()),
            pc.is_in(value, pa.array(list(self.carved), pa.binary())),
        )
        said = [self.carved[name] for name in value.filter(holed).to_pylist()]
        return pc.replace_with_mask(
            pa.array([b""] * len(value), pa.binary()), holed, pa.array(said, pa.binary())
        )


def _indicator(chunk: pa.Table, holes: _Holes | None, *, revoked: bool) -> list[Piece]:
    kind, listed = column(chunk, "kind"), times(chunk, "listed_at")
    modified, ends_with = listed, b""
    if holes is not None and holes.carved:
        ends_with = holes.ends(kind, column(chunk, "value"))
        modified = pc.if_else(pc.equal(ends_with, b""), listed, holes.at)
    ends = times(chunk, "expires_at")
    until = pc.if_else(pc.equal(ends, b""), b"", join(b'","valid_until":"', ends))
    return [
        b',{"type":"indicator","spec_version":"2.1","id":"indicator--',
        uuids(join(kind, b":", column(chunk, "value"))),
        f'","created_by_ref":"{IDENTITY}","created":"'.encode(),
        times(chunk, "first_at"),
        b'","modified":"',
        ends if revoked else modified,
        b'","indicator_types":["malicious-activity"],"labels":["',
        column(chunk, "category"),
        b'"],"pattern":"',
        _pattern(kind, column(chunk, "value"), ends_with),
        b'","pattern_type":"stix","valid_from":"',
        listed,
        b'","revoked":true}\n' if revoked else until,
        b"" if revoked else b'"}\n',
    ]


def _pattern(kind: pa.Array, value: pa.Array, without: Piece) -> pa.Array:
    """The STIX pattern, already escaped for the JSON string that it stands in."""
    # First for the pattern's own literals, then for JSON.
    literal = escaped(escaped(value, ("\\", "\\\\"), ("'", "\\'")), *JSON_ESCAPES)
    is_address = pc.match_substring_regex(value, r"^[0-9.]+$|^[0-9a-f:.]*:[0-9a-f:.]*$")
    address = pc.if_else(pc.match_substring(value, ":"), b"ipv6-addr", b"ipv4-addr")
    one = pc.if_else(
        pc.equal(kind, Kind.URL.value.encode()),
        b"url",
        pc.if_else(is_address, address, b"domain-name"),
    )
    exact = join(b"[", one, b":value = '", literal, b"'")
    like = join(b"domain-name:value LIKE '%.", literal, b"'", without)
    carved = pc.not_equal(without, b"") if isinstance(without, pa.Array) else pa.scalar(False)
    below = pc.if_else(carved, join(b" OR (", like, b")"), join(b" OR ", like))
    is_domain = pc.equal(kind, Kind.DOMAIN.value.encode())
    return join(exact, pc.if_else(is_domain, below, b""), b"]")
