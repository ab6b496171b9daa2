"""Lists that others keep: MISP warninglists and rank files, read into shields."""

import json
import re
from collections.abc import Mapping
from ipaddress import ip_network

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.indicators.urls import read_url
from pipeline.protected.rules import Network, Reach, Shield

_PLAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""A name that is as it should be already, as nearly all of a rank file are."""


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
    if kind in {"cidr", "hostname", "string"} and not entries:
        raise FanzhaError(f"protected: {where} lists nothing; fetch it again")
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
    # By hand: the csv module takes three times as long for a million lines.
    for number, line in enumerate(text.splitlines(), 1):
        rank, _, name = line.replace('"', "").partition(",")
        name = name.strip()
        if not rank.strip().isdigit() or "." not in name or "," in name:
            raise FanzhaError(
                f"protected: {where}, line {number}: expected `rank,domain` as in `1,example.com`, got "
                f"{line[:80]!r}; fetch the file again"
            )
        plain = _PLAIN.fullmatch(name) is not None
        found[name if plain else a_labels(name, f"{where}, line {number}")] = int(rank)
    if not found:
        raise FanzhaError(
            f"protected: {where} is empty; expected `rank,domain` lines: fetch it again"
        )
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
