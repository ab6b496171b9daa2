"""Sites that share more than chance would give: template families and campaigns.

A family is a component of the graph whose edges are shared marks. Being in a family proves nothing:
a confirmed member raises the others for review, with the link named, and blocks none of them.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
"""A mark that more sites share than this may be a platform's or a theme's, and tells nothing by itself."""
CAMPAIGNS = frozenset({"dom", "text", "contact", "wallet"})
"""Marks that still lead to a confirmed site where more share them: a campaign may be as large as it
likes. An icon may not: whole platforms hand out one."""
_TAGS_LEAST = 40
"""Elements that a page must have for its tag sequence to be telling."""
_TEXT_LEAST = 200
"""Characters that a page must have for its simhash to be telling."""
_BITS = 3
"""Bits of 64 in which near-clones' simhashes may differ (Manku et al. 2007)."""

Mark = tuple[str, str]
_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Family:
    """Sites that hang together, and by what."""

    members: tuple[Indicator, ...]
    by: tuple[str, ...]
    """Kinds of marks that hold it together, sorted."""
    links: tuple[tuple[Indicator, Indicator, tuple[str, ...]], ...]
    """Which two of them share which kinds of marks, sorted."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A site that a confirmed member of its family raises for review."""

    indicator: Indicator
    confirmed: Indicator
    """The confirmed fraud site that it hangs together with, by as few steps as any."""
    neighbour: Indicator
    """The next site on the way there: the confirmed one itself, or one that leads to it."""
    by: tuple[str, ...]
    """What it shares with its neighbour."""

    @property
    def why(self) -> Why:
        """The reason of the review item."""
        name, by = self.confirmed.value, ", ".join(self.by)
        if self.neighbour == self.confirmed:
            return why("family", name=name, by=by)
        return why("family-through", name=name, by=by, neighbour=self.neighbour.value)

    @property
    def link(self) -> Json:
        """One element of a `links` observation about the raised site: what it shares, and with whom."""
        link: dict[str, Json] = {"indicator": str(self.neighbour), "by": ", ".join(self.by)}
        return link | {"confirmed": True} if self.neighbour == self.confirmed else link


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


def families(evidence: Sequence[Evidence], confirmed: Collection[Indicator] = ()) -> list[Family]:
    """Group sites, the largest family first; a site alone is no family.

    However many share a mark of a campaign with one of the `confirmed`, they hang together with it.
    """
    shared: dict[Mark, list[int]] = defaultdict(list)
    for place, one in enumerate(evidence):
        for mark in marks_of(one):
            shared[mark].append(place)
    sure = {place for place, one in enumerate(evidence) if one.indicator in confirmed}
    edges: dict[tuple[int, int], set[str]] = defaultdict(set)
    for (kind, _), places in shared.items():
        if 2 <= len(places) <= COMMON:
            for pair in combinations(places, 2):
                edges[pair].add(kind)
        elif kind in CAMPAIGNS:
            for pair in _star(places, places, sure):
                edges[pair].add(kind)
    for pair in _near(shared, sure):
        edges[pair].add("text")
    graph = networkx.Graph()
    for (a, b), kinds in edges.items():
        if kinds & STRONG or len(kinds & WEAK) >= 2:
            graph.add_edge(evidence[a].indicator, evidence[b].indicator, kinds=kinds)
    found = []
    for component in networkx.connected_components(graph):
        links = tuple(
            sorted(
                (min(a, b), max(a, b), tuple(sorted(kinds)))
                for a, b, kinds in graph.subgraph(component).edges(data="kinds")
            )
        )
        by = tuple(sorted({kind for *_, kinds in links for kind in kinds}))
        found.append(Family(tuple(sorted(component)), by, links))
    return sorted(found, key=lambda f: (-len(f.members), f.members))


def raised(
    found: Iterable[Family], confirmed: Collection[Indicator], settled: Collection[Indicator] = ()
) -> list[Raised]:
    """Members to look at because one of their family is confirmed; `settled` ones are left in peace."""
    sure, done = set(confirmed), set(settled)
    return [
        way
        for family in found
        for way in sorted(_ways(family, sure), key=lambda way: way.indicator)
        if way.indicator not in done
    ]


def _ways(family: Family, sure: set[Indicator]) -> Iterator[Raised]:
    """How each member that is not confirmed hangs together with the nearest one that is."""
    around: dict[Indicator, dict[Indicator, tuple[str, ...]]] = defaultdict(dict)
    for a, b, kinds in family.links:
        around[a][b] = around[b][a] = kinds
    begun = [member for member in family.members if member in sure]
    origin = {member: member for member in begun}
    waiting = deque(begun)
    while waiting:
        here = waiting.popleft()
        for member, kinds in sorted(around[here].items()):
            if member not in origin:
                origin[member] = origin[here]
                waiting.append(member)
                yield Raised(member, origin[here], here, kinds)


def _star(left: Sequence[int], right: Sequence[int], sure: Collection[int]) -> Iterator[_Pair]:
    """Two crowds of sites, linked by the first confirmed one of each with all of the other."""
    for crowd, others in ((left, right), (right, left)):
        hub = next((place for place in crowd if place in sure), None)
        if hub is not None:
            yield from (_pair(hub, other) for other in others if other != hub)


def _near(shared: Mapping[Mark, list[int]], sure: set[int]) -> set[_Pair]:
    """Pairs of sites whose simhashes differ in few bits: four bands of sixteen bits find them all."""
    hashes = [
        (int(value, 16), places) for (kind, value), places in shared.items() if kind == "text"
    ]
    bands: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (value, _) in enumerate(hashes):
        for band in range(4):
            bands[band, (value >> (16 * band)) & 0xFFFF].append(place)
    known = {place for place, (_, sites) in enumerate(hashes) if not sure.isdisjoint(sites)}
    pairs = set()
    for candidates in bands.values():
        # In a crowd, only those that are near a confirmed one.
        some = (
            combinations(candidates, 2)
            if len(candidates) <= COMMON
            else (
                (a, b)
                for a in [c for c in candidates if c in known][:COMMON]
                for b in candidates
                if a != b
            )
        )
        for a, b in some:
            if (hashes[a][0] ^ hashes[b][0]).bit_count() <= _BITS:
                one, other = hashes[a][1], hashes[b][1]
                if max(len(one), len(other)) <= COMMON:
                    pairs |= {_pair(i, j) for i in one for j in other}
                else:
                    pairs |= set(_star(one, other, sure))
    return pairs


def _pair(a: int, b: int) -> _Pair:
    return (min(a, b), max(a, b))


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
