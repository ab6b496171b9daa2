"""Configuration of resolvers that have no policy zones, or need words to load them.

Where a resolver can only deny a name with all below it, a host is answered with an address that is
nobody's instead: its subdomains stay as they are.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import Piece, column, is_domain, join, lines
from blocklists.formats.format import Answer, Head


def unbound_zones(rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """unbound.conf(5): `local-zone` for domains, `local-data` for hosts; include it in `server:`."""
    deny = b"always_nodata" if head.answer is Answer.NODATA else b"always_nxdomain"
    yield b"server:\n"
    for name in lists.exceptions:
        yield f'local-zone: "{name}." always_transparent\n'.encode()

    def pieces(chunk: pa.Table) -> list[Piece]:
        name = column(chunk, "value")
        domain = join(b'local-zone: "', name, b'." ' + deny + b"\n")
        host = join(
            b'local-zone: "', name, b'." typetransparent\n',
            b'local-data: "', name, b'. A 0.0.0.0"\nlocal-data: "', name, b'. AAAA ::"\n',
        )  # fmt: skip
        return [pc.if_else(is_domain(chunk).combine_chunks(), domain, host)]

    yield from lines(rows, pieces)


def dnsmasq_conf(rows: pa.Table, _head: Head, lists: Lists) -> Iterator[bytes]:
    """dnsmasq(8), 2.86 or later: `local=/x/` denies a domain, `host-record=` answers a host."""
    for name in lists.exceptions:
        yield f"server=/{name}/#\n".encode()

    def pieces(chunk: pa.Table) -> list[Piece]:
        name = column(chunk, "value")
        domain = join(b"local=/", name, b"/\n")
        host = join(b"host-record=", name, b",0.0.0.0,::\n")
        return [pc.if_else(is_domain(chunk).combine_chunks(), domain, host)]

    yield from lines(rows, pieces)


def knot_resolver_conf(_rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """kresd.conf of knot-resolver 5: the three zones in their order, reloaded when they change."""
    yield (
        b"-- Fanzha: put the folder of the zone files into FANZHA_ZONES\n"
        b"local zones = os.getenv('FANZHA_ZONES') or '/var/lib/fanzha'\n"
        b"modules = { 'policy' }\n"
        b"for _, zone in ipairs({ 'passthru.zone', 'hot.zone', 'base.zone' }) do\n"
        b"    policy.add(policy.rpz(policy.DENY, zones .. '/' .. zone, true))\n"
        b"end\n"
    )


def powerdns_lua(_rows: pa.Table, _head: Head, _lists: Lists) -> Iterator[bytes]:
    """`lua-config-file` of PowerDNS Recursor: the three zones in their order."""
    yield (
        b"-- Fanzha: put the folder of the zone files into FANZHA_ZONES\n"
        b"local zones = os.getenv('FANZHA_ZONES') or '/var/lib/fanzha'\n"
        b"for _, zone in ipairs({ 'passthru', 'hot', 'base' }) do\n"
        b"    rpzFile(zones .. '/' .. zone .. '.zone', { policyName = 'fanzha-' .. zone })\n"
        b"end\n"
    )
