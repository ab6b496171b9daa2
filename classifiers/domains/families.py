"""Sites that share more than chance would give: template families and campaigns.

A family is a component of the graph whose edges are shared marks. Being in a family proves nothing:
a confirmed member raises the others for review, with the link named, and blocks none of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import networkx

from pipeline.nouns import Evidence, Indicator, Json
from pipeline.whys import Why, why

STRONG = frozenset({"dom", "text", "favicon", "contact", "wallet"})
"""Marks of which one is enough: nobody has them by chance."""
WEAK = frozenset({"address", "ns", "certificate", "icp"})
"""Marks of which two different ones are needed: hosting and registrars are shared by strangers."""
COMMON = 50
"""A mark that more sites share than this is a platform's or a theme's, and tells nothing."""
_TAGS_LEAST = 40
"""Elements that a page must have for its tag sequence to be telling."""
_TEXT_LEAST = 200
"""Characters that a page must have for its simhash to be telling."""
_BITS = 3
"""Bits of 64 in which near-clones' simhashes may differ (Manku et al. 2007)."""

Mark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """Sites that hang together, and by what."""

    members: tuple[Indicator, ...]
    by: tuple[str, ...]
    """Kinds of marks that hold it together, sorted."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A site that a confirmed member of its family raises for review."""

    indicator: Indicator
    confirmed: Indicator
    """The confirmed fraud site that it hangs together with."""
    by: tuple[str, ...]

    @property
    def why(self) -> Why:
        """The reason of the review item."""
        return why("family", name=self.confirmed.value, by=", ".join(self.by))

    @property
    def link(self) -> Json:
        """One element of a `links` observation about the raised site."""
        return {"indicator": str(self.confirmed), "by": ", ".join(self.by), "confirmed": True}


def marks_of(evidence: Evidence) -> set[Mark]:
    """The marks that a site could share with its family; of what is unknown there is none."""
    page = _mapping(evidence.facts.get("page"))
    dns, tls = _mapping(evidence.facts.get("dns")), _mapping(evidence.facts.get("tls"))
    found: set[Mark] = set()
    tags = sum(n for n in _mapping(page.get("tag_counts")).values() if isinstance(n, int))
    if page.get("dom_hash") and tags >= _TAGS_LEAST:
        found.add(("dom", str(page["dom_hash"])))
    if page.get("text_simhash") and (page.get("text_length") or 0) >= _TEXT_LEAST:
        found.add(("text", str(page["text_simhash"])))
    favicon = _mapping(page.get("favicon")).get("hash")
    if favicon:
        found.add(("favicon", str(favicon)))
    for kind, values in _mapping(page.get("contacts")).items():
        for value in values if isinstance(values, list) else []:
            if kind == "wallets":
                found.add(("wallet", str(value)))
            elif kind in {"wechat", "qq", "telegram", "whatsapp"}:
                found.add(("contact", f"{kind}:{value}"))
    found |= {("address", str(a)) for a in _texts(dns.get("a")) + _texts(dns.get("aaaa"))}
    servers = sorted(_texts(dns.get("ns")))
    if servers:
        found.add(("ns", " ".join(servers)))
    found |= {("certificate", name) for name in _texts(tls.get("sans"))}
    found |= {("icp", number.rsplit("-", 1)[0]) for number in _texts(page.get("icp"))}
    return found


def families(evidence: Sequence[Evidence]) -> list[Family]:
    """Group sites, the largest family first; a site alone is no family."""
    shared: dict[Mark, list[int]] = defaultdict(list)
    for place, one in enumerate(evidence):
        for mark in marks_of(one):
            shared[mark].append(place)
    edges: dict[tuple[int, int], set[str]] = defaultdict(set)
    for (kind, _), places in shared.items():
        if 2 <= len(places) <= COMMON:
            for pair in combinations(places, 2):
                edges[pair].add(kind)
    for pair in _near(shared):
        edges[pair].add("text")
    graph = networkx.Graph()
    for (a, b), kinds in edges.items():
        if kinds & STRONG or len(kinds & WEAK) >= 2:
            graph.add_edge(a, b, kinds=kinds)
    found = []
    for component in networkx.connected_components(graph):
        kinds = {
            k for *_, data in graph.subgraph(component).edges(data=True) for k in data["kinds"]
        }
        members = tuple(sorted(evidence[i].indicator for i in component))
        found.append(Family(members, tuple(sorted(kinds))))
    return sorted(found, key=lambda f: (-len(f.members), f.members))


def raised(
    found: Iterable[Family], confirmed: Collection[Indicator], settled: Collection[Indicator] = ()
) -> list[Raised]:
    """Members to look at because one of their family is confirmed; `settled` ones are left in peace."""
    sure, done = set(confirmed), set(settled)
    return [
        Raised(member, known[0], family.by)
        for family in found
        if (known := [m for m in family.members if m in sure])
        for member in family.members
        if member not in sure and member not in done
    ]


def _near(shared: Mapping[Mark, list[int]]) -> set[tuple[int, int]]:
    """Pairs of sites whose simhashes differ in few bits: four bands of sixteen bits find them all."""
    hashes = [
        (int(value, 16), places) for (kind, value), places in shared.items() if kind == "text"
    ]
    bands: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (value, _) in enumerate(hashes):
        for band in range(4):
            bands[band, (value >> (16 * band)) & 0xFFFF].append(place)
    pairs = set()
    for candidates in bands.values():
        if len(candidates) > COMMON:
            continue
        for a, b in combinations(candidates, 2):
            if (hashes[a][0] ^ hashes[b][0]).bit_count() <= _BITS:
                for i in hashes[a][1][:COMMON]:
                    for j in hashes[b][1][:COMMON]:
                        pairs.add((min(i, j), max(i, j)))
    return pairs


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
