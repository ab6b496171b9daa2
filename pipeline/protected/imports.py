"""Lists that others keep: MISP warninglists and rank files, read into shields."""

import csv
import io
import json
from collections.abc import Mapping
from ipaddress import ip_network

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.indicators.urls import read_url
from pipeline.protected.rules import Network, Reach, Shield


def read_warninglist(
    text: str, where: str
) -> tuple[dict[str, Shield], list[tuple[Network, Shield]]]:
    """A MISP warninglist (github.com/MISP/misp-warninglists, `schema.json`): names and networks.

    Of the types, `hostname`, `string` and `cidr` can be used; `substring` and `regex` cannot, since
    what they match is no name. One that says it matches URLs protects the URLs too.
    """
    try:
        parsed = json.loads(text)
        name, entries = str(parsed["name"]), [str(entry) for entry in parsed["list"]]
        kind, matches = parsed["type"], parsed.get("matching_attributes", [])
    except (ValueError, KeyError, TypeError) as error:
        raise FanzhaError(
            f"protected: {where} should be a MISP warninglist, a JSON object with name, type and list "
            f"({type(error).__name__}: {error}); fetch it again"
        ) from error
    reach = Reach.ALL if "url" in matches else Reach.NAMES
    shield = Shield("imported", f"见于名单“{name}”", f"on the list “{name}”", reach)
    if kind == "cidr":
        return {}, [(ip_network(entry, strict=False), shield) for entry in entries]
    if kind not in {"hostname", "string"}:
        raise FanzhaError(
            f"protected: {where} is of type {kind!r}; expected hostname, string or cidr: take it out "
            "of the setting protected.files"
        )
    names = (entry.strip().strip(".") for entry in entries)
    return {a_labels(n, where): shield for n in names if "." in n and "/" not in n}, []


def read_rank(text: str, where: str) -> dict[str, int]:
    """A rank file as Tranco and others publish it, `rank,domain` without a header: name → rank."""
    found: dict[str, int] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if len(row) != 2 or not row[0].strip().isdigit() or "." not in row[1]:
            raise FanzhaError(
                f"protected: {where}, line {number}: expected `rank,domain` as in `1,example.com`, got "
                f"{','.join(row)[:80]!r}; fetch the file again"
            )
        found[a_labels(row[1], f"{where}, line {number}")] = int(row[0])
    return found


def a_labels(name: str, where: str) -> str:
    """A name as somebody wrote it → as lists have it: lower case, A-labels (`银行.example` among
    others). Raises `FanzhaError` where it is no name."""
    plain = name.strip().strip(".")
    if plain.isascii():
        return plain.lower()
    try:
        return read_url(f"http://{plain}/", plain).host
    except NotAnIndicatorError as error:
        raise FanzhaError(
            f"protected: {where}: expected a domain name, got {name[:80]!r} ({error.reason}); mend it"
        ) from error


def shields_of(ranked: Mapping[str, int], *, limit: int) -> dict[str, Shield]:
    """The first `limit` ranks as protected names; a page on them may still be listed."""
    return {
        name: Shield("ranked", f"访问量排名第 {rank} 位", f"ranked {rank} by traffic", Reach.NAMES)
        for name, rank in ranked.items()
        if rank <= limit
    }
