"""How a page hangs together with its own site and with others, by how its addresses are written.

A site at home leads to many pages of its own and loads from where it links to; a copied front keeps
its look, drops its targets, and carries its files beside it. All is told from the page alone, so that it
is the same whatever host the page was read from.
"""

from collections import Counter
from functools import lru_cache

from pipeline.indicators import registrable_domain
from spiders.extract.addressed import KINDS, Addressed
from spiders.extract.elements import Attributes, Elements
from spiders.extract.links import lines_with

TIES = (
    *(f"links {kind}" for kind in KINDS),
    *(f"loads {kind}" for kind in KINDS),
    *(f"forms {kind}" for kind in KINDS),
    *(f"icons {kind}" for kind in KINDS),
    "paths", "linked sites", "most linked", "loaded sites", "most loaded", "both sites", "same most",
    "forms scripts", "legal", "legal dead", "cards", "metas",
)  # fmt: skip
"""The names of all that is counted: addresses by kind of links, of what is loaded, of forms and of icons;
distinct `paths` that links lead to, wherever; sites linked to, loaded from, and both, the share of the
one most often linked or loaded, in hundredths, and whether they are one; forms sent to a program by its
name; links to legal notices, and those that lead nowhere; tags for cards in social networks; all meta tags."""
_LOADED_BY = ("style", "icon", "preload", "manifest")
_LEGAL = (
    "privacy", "terms", "legal", "datenschutz", "impressum", "privacidad", "cookies", "隐私", "条款",
)  # fmt: skip
_PROGRAMS = (".php", ".asp", ".cgi")


def read_ties(elements: Elements, addressed: Addressed) -> dict[str, int]:
    """The counts of `TIES` for a page; each is there."""
    counts = dict.fromkeys(TIES, 0)
    kinds = addressed.kinds
    links = [address for address, _ in addressed.links]
    icons = [address for address, rel in addressed.relations if "icon" in rel]
    loads = [
        *(a for a, rel in addressed.relations if any(mark in rel for mark in _LOADED_BY)),
        *(address for address, said in addressed.images if "src" in said),
        *addressed.scripts,
        *addressed.frames,
        *addressed.media,
    ]
    for what, addresses in (
        ("links", links),
        ("loads", loads),
        ("forms", addressed.actions),
        ("icons", icons),
    ):
        for kind, number in Counter(map(kinds.__getitem__, addresses)).items():
            counts[f"{what} {kind}"] = number
    counts["paths"] = len({_path(link) for link in set(links) if kinds[link] in _LEADING})
    linked, loaded = _sites(links, addressed), _sites(loads, addressed)
    counts["linked sites"], counts["loaded sites"] = len(linked), len(loaded)
    counts["both sites"] = len(linked.keys() & loaded.keys())
    for name, sites in (("most linked", linked), ("most loaded", loaded)):
        counts[name] = 100 * max(sites.values()) // sites.total() if sites else 0
    counts["same most"] = int(bool(linked and loaded) and _most(linked) == _most(loaded))
    counts["forms scripts"] = sum(
        any(p in action.lower() for p in _PROGRAMS) for action in addressed.actions
    )
    shown = [link.replace("\n", " ") for link in links]
    legal = [links[number] for number in lines_with(shown, _LEGAL)]
    counts["legal"] = len(legal)
    counts["legal dead"] = sum(kinds[link] in ("fragment", "nowhere") for link in legal)
    metas = [said for _, said in elements.named["meta"]]
    counts["metas"], counts["cards"] = len(metas), sum(map(_is_card, metas))
    return counts


_LEADING = frozenset(["absolute", "root", "relative"])


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


def _sites(addresses: list[str], addressed: Addressed) -> Counter[str]:
    """How often each site is named by addresses."""
    kinds, hosts = addressed.kinds, addressed.hosts
    sites: Counter[str] = Counter()
    for address in addresses:
        if address in hosts and kinds[address] == "absolute":
            sites[_site(hosts[address])] += 1
    return sites


def _most(sites: Counter[str]) -> str:
    """The site named most often; of several, the first by name."""
    return min(sites, key=lambda site: (-sites[site], site))


@lru_cache(maxsize=16_384)
def _site(host: str) -> str:
    return registrable_domain(host[:253]) or host


def _is_card(meta: Attributes) -> bool:
    name = meta.get("property") or meta.get("name") or ""
    return name.lower().startswith(("og:", "twitter:"))
