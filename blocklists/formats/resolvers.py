"""Configuration of resolvers that have no policy zones, or need words to load them.

Where a resolver can only deny a name with all below it, a host is answered with an address that is
nobody's instead, or the warning page's: its subdomains stay as they are. A warning page must be an
address here (`CarrierSettings` sees to it).
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
    page = head.page.encode() if head.answer is Answer.PAGE else b""
    record = b" AAAA " if b":" in page else b" A "
    four, six = _addresses(head)
    yield b"server:\n"
    for name in lists.exceptions:
        yield f'local-zone: "{name}." always_transparent\n'.encode()

    def pieces(chunk: pa.Table) -> list[Piece]:
        name = column(chunk, "value")
        domain = join(b'local-zone: "', name, b'." ' + deny + b"\n")
        if page:
            domain = join(
                b'local-zone: "', name, b'." redirect\n',
                b'local-data: "', name, b"." + record + page + b'"\n',
            )  # fmt: skip
        host = join(
            b'local-zone: "', name, b'." typetransparent\n',
            b'local-data: "', name, b". A " + four + b'"\n',
            b'local-data: "', name, b". AAAA " + six + b'"\n',
        )  # fmt: skip
        return [pc.if_else(is_domain(chunk).combine_chunks(), domain, host)]

    yield from lines(rows, pieces)


def _addresses(head: Head) -> tuple[bytes, bytes]:
    """With which addresses, of IPv4 and of IPv6, a host is answered."""
    page = head.page.encode() if head.answer is Answer.PAGE else b""
    return (b"0.0.0.0", page) if b":" in page else (page or b"0.0.0.0", b"::")


def dnsmasq_conf(rows: pa.Table, head: Head, lists: Lists) -> Iterator[bytes]:
    """dnsmasq(8), 2.86 or later: `local=/x/` denies a domain, `host-record=` answers a host.

    `address=/x/page` answers a domain with the warning page.
    """
    page = head.page.encode() if head.answer is Answer.PAGE else b""
    begin, end = (b"address=/", b"/" + page + b"\n") if page else (b"local=/", b"/\n")
    four, six = _addresses(head)
    for name in lists.exceptions:
        yield f"server=/{name}/#\n".encode()

    def pieces(chunk: pa.Table) -> list[Piece]:
        name = column(chunk, "value")
        domain = join(begin, name, end)
        host = join(b"host-record=", name, b"," + four + b"," + six + b"\n")
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
