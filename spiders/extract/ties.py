"""How a page hangs together with its own site and with others, by how its addresses are written.

A site at home leads to many pages of its own and loads from where it links to; a copied front keeps
its look, drops its targets, and carries its files beside it. All is told from the page alone, so that it
is the same whatever host the page was read from.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from pipeline.indicators import registrable_domain
from spiders.extract.elements import Attributes, Elements
from spiders.extract.links import host_named
from spiders.extract.markup import KIND_SHOWS, address_kind

KINDS = ("absolute", "root", "relative", "fragment", "nowhere", "data", "other")
"""How an address is written; `nowhere` is empty or script, `other` any further scheme (`tel:`)."""
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
_MOST = 5_000
_LONGEST = 2048
_AGAIN = {"empty": "nowhere", "javascript": "nowhere", "void": "nowhere", "about": "nowhere"}
_LOADED_BY = ("style", "icon", "preload", "manifest")
_LEGAL = (
    "privacy", "terms", "legal", "datenschutz", "impressum", "privacidad", "cookies", "隐私", "条款",
)  # fmt: skip
_PROGRAMS = (".php", ".asp", ".cgi")


def read_ties(elements: Elements) -> dict[str, int]:
    """The counts of `TIES` for a page; each is there."""
    counts = dict.fromkeys(TIES, 0)
    links: list[str] = []
    loads: list[str] = []
    icons: list[str] = []
    for tag, _, attributes in elements.addressed[:_MOST]:
        if tag in ("a", "area"):
            if "href" in attributes:
                links.append(_clean(attributes["href"]))
        elif tag == "link":
            rel = (attributes.get("rel") or "").lower()
            if any(mark in rel for mark in _LOADED_BY) and "href" in attributes:
                loads.append(_clean(attributes["href"]))
                if "icon" in rel:
                    icons.append(loads[-1])
        elif "src" in attributes:
            loads.append(_clean(attributes["src"]))
    actions = [_clean(said.get("action")) for _, _, said in elements.named["form"]]
    kinds = {address: _kind(address) for address in {*links, *loads, *icons, *actions}}
    for what, addresses in (
        ("links", links),
        ("loads", loads),
        ("forms", actions),
        ("icons", icons),
    ):
        for kind, number in Counter(map(kinds.__getitem__, addresses)).items():
            counts[f"{what} {kind}"] = number
    counts["paths"] = len({_path(link) for link in links if kinds[link] in _LEADING})
    linked, loaded = _sites(links, kinds), _sites(loads, kinds)
    counts["linked sites"], counts["loaded sites"] = len(linked), len(loaded)
    counts["both sites"] = len(linked.keys() & loaded.keys())
    for name, sites in (("most linked", linked), ("most loaded", loaded)):
        counts[name] = 100 * max(sites.values()) // sites.total() if sites else 0
    counts["same most"] = int(bool(linked and loaded) and _most(linked) == _most(loaded))
    counts["forms scripts"] = sum(any(p in action.lower() for p in _PROGRAMS) for action in actions)
    legal = [link for link in links if any(mark in link.lower() for mark in _LEGAL)]
    counts["legal"] = len(legal)
    counts["legal dead"] = sum(kinds[link] in ("fragment", "nowhere") for link in legal)
    metas = [said for _, _, said in elements.named["meta"]]
    counts["metas"], counts["cards"] = len(metas), sum(map(_is_card, metas))
    return counts


_LEADING = frozenset(["absolute", "root", "relative"])


def _clean(address: str | None) -> str:
    return (address or "")[:_LONGEST].strip()


def _kind(address: str) -> str:
    """One of `KINDS`."""
    kind = _AGAIN.get(said := address_kind(address[:KIND_SHOWS].lower()), said)
    return kind if kind in KINDS else "other"


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


def _sites(addresses: Iterable[str], kinds: dict[str, str]) -> Counter[str]:
    """How often each site is named by addresses."""
    hosts = Counter(host_named(a) or "" for a in addresses if kinds[a] == "absolute")
    sites: Counter[str] = Counter()
    for host, number in hosts.items():
        if host:
            sites[_site(host)] += number
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
