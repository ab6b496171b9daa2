"""Response policy zones, for BIND, unbound, PowerDNS Recursor, knot-resolver and others.

Three zones, in the order in which a resolver must have them: the passthru zone of exceptions, HOT
with what has changed since BASE, and BASE. Format: draft-vixie-dnsop-dns-rpz-00.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import column, is_domain, join, lines
from blocklists.formats.format import Answer, File, Head
from blocklists.table import mask
from pipeline.nouns import Kind

ORIGIN_OCTETS = 32
"""Octets that a name in a zone leaves for the zone's own name; BIND rejects the whole zone when a
name with its origin is longer than 255 octets (RFC 1035, 2.3.4)."""
LONGEST = 255 - 2 - ORIGIN_OCTETS
"""Characters of the longest name that a zone can hold by itself; with `*.` before it, two less."""
PASS = b" CNAME rpz-passthru.\n"
"""The record data of a name that resolves as if there were no zone."""


Changes = dict[str, tuple[Kind | None, Kind | None]]
"""Name → its scope before and after; None where it was or is not listed."""


def zone_names(lists: Lists) -> pa.Table:
    """Names that fit into a zone."""
    return fitting(lists.names)


def fitting(names: pa.Table) -> pa.Table:
    """Of a table of names, the rows that fit into a zone; where `*.` does not, the name alone."""
    long = pc.greater(pc.binary_length(names["value"]), LONGEST - 2)
    if not pc.any(long).as_py():
        return names
    names = mask(names, pc.less_equal(pc.binary_length(names["value"]), LONGEST))
    long = pc.greater(pc.binary_length(names["value"]), LONGEST - 2)
    kinds = pc.if_else(long, Kind.HOST.value, names["kind"].cast(pa.string()))
    form = names.schema.field("kind")
    at = names.schema.get_field_index("kind")
    return names.set_column(at, form, kinds.combine_chunks().dictionary_encode().cast(form.type))


def unfit(names: pa.Table) -> pa.Table:
    """The rows that stand in a zone not at all, or without what is below them."""
    limit = pc.if_else(is_domain(names), LONGEST - 2, LONGEST)
    return mask(names, pc.greater(pc.binary_length(names["value"]), limit))


def base_zone(rows: pa.Table, head: Head, _lists: Lists) -> Iterator[bytes]:
    """Every name once and, for a domain, `*.` it: the one does not cover the other."""
    yield start(head)
    action = action_of(head)

    def pieces(chunk: pa.Table) -> list[pa.Array | bytes]:
        name = column(chunk, "value")
        below = join(b"*.", name, action)
        return [name, action, pc.if_else(is_domain(chunk).combine_chunks(), below, b"")]

    yield from lines(rows, pieces)


def whole_zone(rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """BASE with its exceptions in the one zone."""
    yield from base_zone(rows, head, lists)
    listed = action_of(head)
    above = {name for exception in lists.exceptions for name in parents(exception)}
    covering = _domains_among(above, rows)
    wanted = [(name, listed, listed) for name in covering]
    passing = [(name, PASS, PASS) for name in lists.exceptions if len(name) <= LONGEST - 2]
    there = {name.encode() for name in covering} | {f"*.{name}".encode() for name in covering}
    for owner, action in without_holes([*wanted, *passing]):
        if owner not in there:
            yield owner + action


def hot_files(lists: Lists, head: Head) -> Iterator[File]:
    """What has changed since BASE: new names are denied, and what left the list passes.

    Listed before BASE, it has the last word, so that a removal needs this small zone alone. With
    more than one BASE it answers alike before each of them.
    """
    yield File("hot.zone", len(head.hot), _hot_zone(head.hot, lists, head))


def since(base: Lists, lists: Lists, head: Head) -> Changes:
    """The names whose scope is another than in a BASE, but those that a cap alone pushed out."""
    found = changes(fitting(base.names), zone_names(lists))
    if head.uncapped is not None:
        _leave_displaced(found, fitting(head.uncapped))
    return found


def since_any(changed: Iterable[Changes]) -> Changes:
    """What has changed since any of several BASEs; of what a name was, the widest."""
    found: Changes = {}
    for one in changed:
        for name, (was, now) in one.items():
            earlier = found.get(name, (None, None))[0]
            found[name] = (Kind.DOMAIN if earlier is Kind.DOMAIN else was or earlier, now)
    return dict(sorted(found.items()))


def _leave_displaced(changed: Changes, uncapped: pa.Table) -> None:
    """What a cap alone pushed out was not un-blocked: it must not pass."""
    left = pa.array([n.encode() for n, (_, now) in changed.items() if now is None], pa.binary())
    rows = mask(uncapped, pc.is_in(uncapped["value"], left)).select(["value", "kind"])
    for row in rows.to_pylist():
        name, scope = row["value"].decode(), Kind(row["kind"])
        if changed[name][0] is Kind.DOMAIN and scope is Kind.HOST:
            changed[name] = (Kind.DOMAIN, Kind.HOST)
        else:
            del changed[name]


def _hot_zone(changed: Changes, lists: Lists, head: Head) -> Iterator[bytes]:
    yield start(head)
    denied = action_of(head)
    names = lists.names if head.uncapped is None else head.uncapped
    covered = _domains_among({p for name in changed for p in parents(name)}, names)
    wanted: list[tuple[str, bytes, bytes | None]] = []
    for name, (was, now) in changed.items():
        if now is not None:
            below = denied if now is Kind.DOMAIN else PASS if was is Kind.DOMAIN else None
            wanted.append((name, denied, below))
        elif not any(parent in covered for parent in parents(name)):
            wanted.append((name, PASS, PASS if was is Kind.DOMAIN else None))
    for owner, action in without_holes(wanted):
        yield owner + action


def passthru_zone(_rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """The exceptions: names that resolve although a listed domain covers them."""
    yield start(head)
    for name in lists.exceptions:
        if len(name) <= LONGEST - 2:
            yield name.encode() + PASS + b"*." + name.encode() + PASS


def no_rows(lists: Lists) -> pa.Table:
    """For files that are not made of rows."""
    return lists.names.slice(0, 0)


def start(head: Head) -> bytes:
    """TTL, SOA and NS; owners are relative, so that the zone takes any name it is loaded under."""
    return (
        f"$TTL {head.ttl}\n"
        f"@ SOA localhost. hostmaster.localhost. {head.serial} 60 60 604800 {head.ttl}\n"
        "@ NS localhost.\n"
    ).encode()


def action_of(head: Head) -> bytes:
    """The record data of a listed name, up to its line end."""
    if head.answer is Answer.NODATA:
        return b" CNAME *.\n"
    if head.answer is Answer.PAGE:
        if ":" in head.page:
            return f" AAAA {head.page}\n".encode()
        if head.page.replace(".", "").isdigit():
            return f" A {head.page}\n".encode()
        return f" CNAME {head.page}.\n".encode()
    return b" CNAME .\n"


def answers_as(path: Path, head: Head) -> bool:
    """Whether the zone in a file answers as `head` wants it; one without names does."""
    if not path.is_file():
        return False
    with path.open("rb") as zone:
        first = next((line for line in zone if line[:1] not in b"$@;"), None)
    return first is None or first.endswith(action_of(head))


def changes(was: pa.Table, now: pa.Table) -> Changes:
    """The names whose scope differs between two tables: what it was and is; None if not listed."""
    sides = []
    scopes = _scoped(was), _scoped(now)
    for rows, own, other in ((was, *scopes), (now, *scopes[::-1])):
        there = pc.is_in(own, other.combine_chunks())
        different = rows.filter(pc.invert(there)).select(["value", "kind"]).to_pydict()
        names = [name.decode() for name in different["value"]]
        sides.append(dict(zip(names, map(Kind, different["kind"]), strict=True)))
    before, after = sides
    return {n: (before.get(n), after.get(n)) for n in sorted(before.keys() | after.keys())}


def _scoped(rows: pa.Table) -> pa.ChunkedArray:
    mark = pc.if_else(is_domain(rows), b"*", b"")
    return pc.binary_join_element_wise(rows["value"], mark, b"")


def with_exceptions(lists: Lists) -> dict[str, list[str]]:
    """Name → the exceptions below it, for the names that have any."""
    found: dict[str, list[str]] = {}
    for exception in lists.exceptions:
        for name in parents(exception):
            found.setdefault(name, []).append(exception)
    return found


def parents(name: str) -> Iterator[str]:
    """The names above a name, the nearest first."""
    _, dot, name = name.partition(".")
    while dot:
        yield name
        _, dot, name = name.partition(".")


def _domains_among(names: set[str], table: pa.Table) -> set[str]:
    """Which of the names a table lists with all below them."""
    wanted = pa.array(sorted(name.encode() for name in names), pa.binary())
    found = table.filter(pc.and_(is_domain(table), pc.is_in(table["value"], wanted)))
    return {name.decode() for name in found["value"].to_pylist()}


def without_holes(
    wanted: Iterable[tuple[str, bytes, bytes | None]],
) -> Iterator[tuple[bytes, bytes]]:
    """The records of a zone that mixes actions, such that no wildcard has a hole.

    `wanted` is (name, action, action below or None). Wherever a name exists below a wildcard, the
    wildcard no longer reaches it, nor what is below it (RFC 4592, 2.2.1), and resolvers differ in
    what they make of that. So each such name, and each on the way to it, repeats what holds there.
    """
    own: dict[str, bytes] = {}
    wild: dict[str, bytes] = {}
    for name, action, below in wanted:
        own[name] = action
        if below is not None:
            wild[name] = below
    said = dict(wild)
    for name in list(own):
        for at in (name, *parents(name)):
            inherited = next((said[p] for p in parents(at) if p in said), None)
            if inherited is not None:
                own.setdefault(at, inherited)
                wild.setdefault(at, inherited)
    for name in sorted(own, key=lambda n: n.split(".")[::-1]):
        yield name.encode(), own[name]
        if name in wild:
            yield b"*." + name.encode(), wild[name]
