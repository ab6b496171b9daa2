"""Decisions → entries: guarded, deduplicated, collapsed and in canonical order.

`build` takes `Decision` objects, `compile_lists` the columns of `blocklists.table`; both give the
same `Built`. The order of the steps is the safety of the whole: what may not be listed leaves first,
so that it can neither overblock nor swallow what it seems to cover.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists import cover
from blocklists.guard import Refused, refuse_names, refuse_numbers, refuse_urls
from blocklists.table import SCHEMA, Live, entries_of, gather, is_kind, mask, rows_of
from pipeline.indicators import host_of, is_ip
from pipeline.nouns import Decision, Entry, Indicator, Kind
from pipeline.protected import Protected

_ADDRESS = r"^[0-9.]+$|:"
_URL_HOST = r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?\[?(?P<host>[^/?#\]]*?)\]?(?::[0-9]*)?(?:[/?#]|$)"


@dataclass(frozen=True, slots=True)
class Lists:
    """What one release lists, in columns and canonical order; every table is of `SCHEMA`."""

    names: pa.Table
    """Domains and hosts that no domain above them covers."""
    covered: pa.Table
    """Names that a listed domain covers: for formats of exact names only."""
    addresses: pa.Table
    urls: pa.Table
    """URLs whose host no other entry covers."""
    numbers: pa.Table
    exceptions: tuple[str, ...]
    """Names spared, with all below them, by a decision although a listed domain covers them."""
    plain: pa.Table
    """`names` for formats that know no exceptions: a domain with one below is a host in it, and
    what that no longer covers is there by itself."""

    def tables(self) -> Iterator[pa.Table]:
        """The tables whose rows are the entries of the release."""
        yield from (self.names, self.addresses, self.urls, self.numbers)

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables())


@dataclass(frozen=True, slots=True)
class Built:
    """The outcome of a compile: what is listed, and what was refused, to be shown to an analyst."""

    lists: Lists
    refused: tuple[Refused, ...]

    @property
    def entries(self) -> list[Entry]:
        """All entries as objects: for small lists and for tests."""
        return [entry for table in self.lists.tables() for entry in entries_of(table)]


def build(decisions: Iterable[Decision], *, protected: Protected, at: datetime) -> Built:
    """The lists of these live decisions; `at` leaves out what has expired by then."""
    return compile_lists(gather(rows_of(decisions)), protected=protected, at=at)


def compile_lists(live: Live, *, protected: Protected, at: datetime) -> Built:
    """The lists of live decisions in columns.

    A decision that may not be listed is among `refused`, with its reason; one that a live ALLOW
    spares is left out without one. Deterministic: the same decisions in any order give the same.
    """
    blocks, allows = live.blocks, live.allows
    # Each of these holds a copy of what it needs: what is done with is let go, millions lie in it.
    del live
    expires = blocks["expires_at"]
    now = pa.scalar(at, pa.timestamp("us", "UTC"))
    blocks = mask(blocks, pc.or_kleene(pc.is_null(expires), pc.greater(expires, now)))
    del expires
    numbers, refused = _numbers(mask(blocks, is_kind(blocks, Kind.NUMBER)), allows, protected)
    sites = mask(blocks, pc.invert(is_kind(blocks, Kind.NUMBER)))
    del blocks
    hosts = _hosts(sites)
    literal = pc.match_substring_regex(hosts, _ADDRESS)
    literal_sites, literal_hosts = mask(sites, literal), hosts.filter(literal)
    del hosts
    parts = {
        kind: mask(sites, pc.and_(is_kind(sites, kind), pc.invert(literal)))
        for kind in (Kind.DOMAIN, Kind.HOST, Kind.URL)
    }
    del sites, literal
    named, more = _named(parts, allows, protected)
    addressed, most = _addressed(literal_sites, literal_hosts, allows, protected)
    lists = Lists(
        names=named.names,
        covered=named.covered,
        addresses=addressed[0],
        urls=pa.concat_tables([named.urls, addressed[1]]),
        numbers=numbers,
        exceptions=named.exceptions,
        plain=named.plain,
    )
    return Built(lists, (*refused, *more, *most))


def not_listed(rows: pa.Table, lists: Lists) -> pa.Table:
    """Of a table of `SCHEMA`, the rows whose decision lists nothing."""
    listed = pa.concat_tables([*lists.tables(), lists.covered])["decision"].combine_chunks()
    return mask(rows, pc.invert(pc.is_in(rows["decision"], listed)))


def _hosts(sites: pa.Table) -> pa.Array:
    """The host of each row: of a URL the part between scheme and path, else the value itself."""
    value = sites["value"].combine_chunks()
    is_url = pc.equal(sites["kind"].cast(pa.string()).combine_chunks(), Kind.URL.value)
    if not pc.any(is_url).as_py():
        return value
    found = pc.struct_field(pc.extract_regex(value, _URL_HOST), "host")
    return pc.if_else(is_url, pc.fill_null(found, b""), value)


def _numbers(
    rows: pa.Table, allows: tuple[Indicator, ...], protected: Protected
) -> tuple[pa.Table, tuple[Refused, ...]]:
    spared = [i.value.encode() for i in allows if i.kind is Kind.NUMBER]
    rows = mask(rows, pc.invert(pc.is_in(rows["value"], pa.array(spared, pa.binary()))))
    allowed, refused = refuse_numbers(rows, protected)
    rows = mask(rows, allowed)
    rows = rows.take(cover.order_of(rows["value"].combine_chunks()))
    none = np.zeros(len(rows), np.bool_)
    return mask(rows, ~cover.covered(rows["value"].combine_chunks(), none, none)), refused


@dataclass(frozen=True, slots=True)
class _Named:
    names: pa.Table
    covered: pa.Table
    urls: pa.Table
    exceptions: tuple[str, ...]
    plain: pa.Table


def _named(
    parts: dict[Kind, pa.Table], allows: tuple[Indicator, ...], protected: Protected
) -> tuple[_Named, tuple[Refused, ...]]:
    """Domains, hosts and URLs of named hosts; `parts` is emptied."""
    # Of equal names the domain comes first: it is the wider.
    domains, hosts, urls = (parts.pop(kind) for kind in (Kind.DOMAIN, Kind.HOST, Kind.URL))
    allowed, refused_domains = refuse_names(domains, protected, below=True)
    domains = mask(domains, allowed)
    allowed, refused_hosts = refuse_names(hosts, protected, below=False)
    hosts = mask(hosts, allowed)
    url_hosts = _hosts(urls)
    allowed, refused_urls = refuse_urls(urls, url_hosts, protected)
    urls, url_hosts = mask(urls, allowed), url_hosts.filter(cover.boolean(allowed))
    table = pa.concat_tables([domains, hosts, urls])
    wide = np.zeros(len(table), np.bool_)
    wide[: len(domains)] = True
    page = np.zeros(len(table), np.bool_)
    page[len(table) - len(urls) :] = True
    names = pa.concat_arrays([*domains["value"].chunks, *hosts["value"].chunks, _NO_BYTES])
    page_keys = pc.binary_join_element_wise(
        cover.name_keys(_whole(url_hosts)), urls["value"].combine_chunks(), b"\0"
    )
    del domains, hosts, urls, url_hosts
    key = pa.concat_arrays([cover.name_keys(names), page_keys])
    del names, page_keys

    order = cover.order_of(key)
    key, table = key.take(order), table.take(order)
    wide, page = wide[order.to_numpy()], page[order.to_numpy()]
    del order
    kept = ~_spared(key, allows)
    if not kept.all():
        key, table = key.filter(cover.boolean(kept)), mask(table, kept)
        wide, page = wide[kept], page[kept]
    covered = cover.covered(key, wide, ~wide & ~page)
    # The same name twice, as domain and as host, is one name even where names are exact.
    again = np.zeros(len(table), np.bool_)
    if len(table) > 1:
        again[1:] = pc.equal(key[1:], key[:-1]).to_numpy(zero_copy_only=False)
    exceptions = _exceptions(key, wide & ~covered, allows)
    names = plain = mask(table, ~covered & ~page)
    narrow = _above(key, wide, exceptions)
    apart = covered
    if narrow.any():
        # What stood under a domain with an exception stands by itself, should the domain be a host
        # or the exception pass what is decided below it.
        apart = cover.covered(key, wide & ~narrow, ~(wide & ~narrow) & ~page)
        listed = ~apart & ~page
        plain = _as_hosts(mask(table, listed), narrow[listed])
    named = _Named(
        names=names,
        covered=mask(table, covered & ~page & ~again),
        urls=mask(table, ~apart & page),
        exceptions=exceptions,
        plain=plain,
    )
    return named, (*refused_domains, *refused_hosts, *refused_urls)


def _spared(key: pa.Array, allows: tuple[Indicator, ...]) -> cover.Mask:
    """The rows that a live ALLOW spares: what it names and all below.

    A list of names cannot carve one page out of a host, so an allowed URL spares its host's name.
    """
    spared = np.zeros(len(key), np.bool_)
    for allow in allows:
        host = host_of(allow)
        if host is None or is_ip(host):
            continue
        at = cover.key_of(host)
        if allow.kind is Kind.URL:
            its_page = at + b"\0" + allow.value.encode()
            spared[cover.below(key, its_page)[0] : cover.below(key, its_page + b"\0")[0]] = True
            spared[cover.below(key, at)[0] : cover.below(key, at + b"\0")[0]] = True
        else:
            low, high = cover.below(key, at)
            spared[low:high] = True
    return spared


def _exceptions(key: pa.Array, wide: cover.Mask, allows: tuple[Indicator, ...]) -> tuple[str, ...]:
    """Allowed names strictly below a listed domain, the topmost of them."""
    found: list[bytes] = []
    hosts = {host for allow in allows if (host := host_of(allow)) and not is_ip(host)}
    for at in sorted(cover.key_of(host) for host in hosts):
        if found and at.startswith(found[-1]):
            continue
        labels = at.split(b" ")[:-1]
        above = (b"".join(label + b" " for label in labels[:n]) for n in range(1, len(labels)))
        if any(_is_listed(key, wide, name) for name in above):
            found.append(at)
    return tuple(".".join(reversed(at.decode().split(" ")[:-1])) for at in found)


def _above(key: pa.Array, wide: cover.Mask, exceptions: tuple[str, ...]) -> cover.Mask:
    """The domains, covered ones too, that have an exception below them."""
    found = np.zeros(len(key), np.bool_)
    for exception in exceptions:
        labels = cover.key_of(exception).split(b" ")[:-1]
        for n in range(1, len(labels)):
            name = b"".join(label + b" " for label in labels[:n])
            low = cover.below(key, name)[0]
            if _is_listed(key, wide, name):
                found[low] = True
    return found


def _as_hosts(rows: pa.Table, which: cover.Mask) -> pa.Table:
    """The rows, of which some mean their name alone."""
    kind = rows["kind"].cast(pa.string()).combine_chunks()
    kinds = pc.if_else(cover.boolean(which), Kind.HOST.value, kind).dictionary_encode()
    return rows.set_column(0, SCHEMA.field("kind"), kinds.cast(SCHEMA.field("kind").type))


def _is_listed(key: pa.Array, wide: cover.Mask, name: bytes) -> bool:
    low = cover.below(key, name)[0]
    return low < len(key) and key[low].as_py() == name and bool(wide[low])


def _addressed(
    rows: pa.Table, hosts: pa.Array, allows: tuple[Indicator, ...], protected: Protected
) -> tuple[tuple[pa.Table, pa.Table], tuple[Refused, ...]]:
    """Addresses, and URLs at addresses; there are few of them."""
    hosts = _whole(hosts)
    spared = [i.value.encode() for i in allows if i.kind is not Kind.URL]
    pages = [i.value.encode() for i in allows if i.kind is Kind.URL]
    keep = pc.invert(
        pc.or_(
            pc.is_in(hosts, pa.array(spared, pa.binary())),
            pc.is_in(rows["value"].combine_chunks(), pa.array(pages, pa.binary())),
        )
    )
    rows, hosts = mask(rows, keep), hosts.filter(keep)
    allowed, refused = refuse_urls(rows, hosts, protected, all_of_them=True)
    rows, hosts = mask(rows, allowed), hosts.filter(cover.boolean(allowed))
    is_url = pc.equal(rows["kind"].cast(pa.string()), Kind.URL.value)
    addresses = _once(mask(rows, pc.invert(is_url)))
    on_listed = pc.is_in(hosts, addresses["value"].combine_chunks())
    urls = _once(mask(rows, pc.and_(is_url, pc.invert(on_listed))))
    return (addresses, urls), refused


def _once(rows: pa.Table) -> pa.Table:
    rows = rows.take(cover.order_of(rows["value"].combine_chunks()))
    none = np.zeros(len(rows), np.bool_)
    return mask(rows, ~cover.covered(rows["value"].combine_chunks(), none, none))


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


_NO_BYTES = pa.array([], pa.binary())
_NONE = SCHEMA.empty_table()
EMPTY = Lists(_NONE, _NONE, _NONE, _NONE, _NONE, (), _NONE)
"""What the release before the first one lists."""
