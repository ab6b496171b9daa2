"""All formats: adding one is a function, a line here and a golden file."""

from blocklists.formats import (
    changes,
    filters,
    misp,
    numbers,
    plain,
    reasons,
    resolvers,
    rpz,
    stix,
    tables,
)
from blocklists.formats.format import Format, single

FORMATS: dict[str, Format] = {
    "domains": single(
        "domains.txt", "names", "domains, each meant with all its subdomains",
        plain.domains_only, plain.values,
    ),
    "hosts": single(
        "hosts.txt", "names", "hosts(5): exact names", plain.exact_names, plain.hosts,
    ),
    "urls": single(
        "urls.txt", "urls", "URLs, for DPI and proxy gateways", lambda lists: lists.urls, plain.values,
    ),
    "addresses": single(
        "addresses.txt", "addresses", "IP addresses, for packet filters",
        lambda lists: lists.addresses, plain.values,
    ),
    "rpz": single(
        "rpz.zone", "names", "the whole as one response policy zone", rpz.zone_names, rpz.whole_zone,
    ),
    "unbound": single(
        "unbound.conf", "names", "unbound local zones", lambda lists: lists.names, resolvers.unbound_zones,
    ),
    "dnsmasq": single(
        "dnsmasq.conf", "names", "dnsmasq 2.86 and later", lambda lists: lists.names, resolvers.dnsmasq_conf,
    ),
    "knot-resolver": single(
        "knot-resolver.conf", "names", "knot-resolver 5, loading the three zones",
        rpz.no_rows, resolvers.knot_resolver_conf,
    ),
    "powerdns": single(
        "powerdns.lua", "names", "PowerDNS Recursor, loading the three zones",
        rpz.no_rows, resolvers.powerdns_lua,
    ),
    "adblock": single(
        "adblock.txt", "names", "Adblock rules, for browsers and AdGuard Home",
        lambda lists: lists.names, filters.adblock,
    ),
    "squid": single(
        "squid.txt", "names", "Squid dstdomain", filters.names_and_addresses, filters.squid,
    ),
    "mihomo": single(
        "mihomo.txt", "names", "mihomo rule provider", lambda lists: lists.plain, filters.mihomo,
    ),
    "sing-box": single(
        "sing-box.json", "names", "sing-box rule set", lambda lists: lists.plain, filters.sing_box,
    ),
    "csv": single(
        "list.csv", "entries", "every entry, with tombstones", tables.all_entries, tables.list_csv,
    ),
    "jsonl": single(
        "entries.jsonl", "entries", "every entry with its decision", tables.all_entries,
        tables.entries_jsonl,
    ),
    "removed": Format("entries", "what left the lists, with the time of it", tables.removed_jsonl),
    "reasons": Format(
        "entries", "reasons that the public may see, by decision", reasons.files, deltas=False,
    ),
    "stix": single(
        "stix.json", "entries", "STIX 2.1 bundle: names, addresses and URLs", stix.sites, stix.bundle,
    ),
    "misp": Format("entries", "MISP feed, an event for each day", misp.files),
    "numbers": single(
        "numbers.csv", "numbers", "phone numbers in E.164 with class and risk",
        numbers.numbers, numbers.numbers_csv,
    ),
    "kamailio": single(
        "kamailio.sql", "numbers", "Kamailio globalblocklist", numbers.numbers, numbers.kamailio_sql,
    ),
    "asterisk": single(
        "asterisk.txt", "numbers", "Asterisk database", numbers.numbers, numbers.asterisk,
    ),
}  # fmt: skip
"""Name → format, in the order in which the files are written."""

ZONES: dict[str, Format] = {
    "passthru-zone": single(
        "passthru.zone", "names", "RPZ of exceptions: list it first", rpz.no_rows, rpz.passthru_zone,
    ),
    "hot-zone": Format(
        "names", "RPZ of what has changed since BASE: list it second", rpz.hot_files,
    ),
    "base-zone": single(
        "base.zone", "names", "RPZ of everything at the last BASE: list it third",
        rpz.zone_names, rpz.base_zone,
    ),
}  # fmt: skip
"""The three zones that together say what `rpz.zone` says, and of which two are small."""

CHANGES: dict[str, Format] = {
    "hot-csv": Format(
        "entries", "what has changed since the full files, in the columns of list.csv",
        changes.csv_files,
    ),
    "hot-jsonl": Format(
        "entries", "what has changed since the full files, with decisions and reasons",
        changes.jsonl_files,
    ),
    "exceptions": Format(
        "names", "names that pass, with all below, although a listed domain covers them",
        plain.exceptions,
    ),
}  # fmt: skip
"""HOT of every kind, in every release: with the full files, they say what the lists are now."""
