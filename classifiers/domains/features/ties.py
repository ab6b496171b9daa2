"""Features of how a page hangs together with its own site and with others (`spiders.extract.ties`).

They ask nothing of its words, and are the same for any collection of honest pages: a site at home leads
to many pages of its own, a copy to few or none. None throughout where they were not counted.
"""

from collections.abc import Callable

from classifiers.domains.features.feature import Feature, Read, family, log1p
from classifiers.domains.site import Site

_KINDS = ("absolute", "root", "relative", "fragment", "nowhere", "data", "other")
_NAMES = {
    what: tuple(f"{what} {kind}" for kind in _KINDS)
    for what in ("links", "loads", "forms", "icons")
}


def _number(site: Site, name: str) -> float | None:
    return site.ties.get(name)


def _total(site: Site, what: str) -> float | None:
    return site.once("totals of ties", _totals).get(what)


def _totals(site: Site) -> dict[str, float]:
    counts = site.ties
    if not counts:
        return {}
    return {what: sum([counts.get(name, 0.0) for name in names]) for what, names in _NAMES.items()}


def _share(site: Site, what: str, *kinds: str) -> float | None:
    total = _total(site, what)
    return sum([site.ties.get(f"{what} {kind}", 0.0) for kind in kinds]) / total if total else None


def own_paths(site: Site) -> float | None:
    """Different pages and files that links lead to, logarithmic. Honest sites lead somewhere."""
    return log1p(_number(site, "paths"))


def paths_per_link(site: Site) -> float | None:
    """Different targets for each link. Copies point all links at one place."""
    links, paths = _total(site, "links"), _number(site, "paths")
    return paths / links if links and paths is not None else None


def linked_sites(site: Site) -> float | None:
    """Different sites that links name, logarithmic."""
    return log1p(_number(site, "linked sites"))


def most_linked(site: Site) -> float | None:
    """Share of the site named most often among the named. A site at home names itself most."""
    return _number(site, "most linked") if _number(site, "linked sites") else None


def most_loaded(site: Site) -> float | None:
    """Share of the site loaded from most often among those loaded from."""
    return _number(site, "most loaded") if _number(site, "loaded sites") else None


def same_most(site: Site) -> float | None:
    """Whether the site most linked is the one most loaded from. One owner, one name."""
    both = _number(site, "linked sites") and _number(site, "loaded sites")
    return _number(site, "same most") if both else None


def linked_and_loaded(site: Site) -> float | None:
    """Share of the linked sites that are loaded from too."""
    linked, both = _number(site, "linked sites"), _number(site, "both sites")
    return both / linked if linked and both is not None else None


def loaded(site: Site) -> float | None:
    """Files that the page loads, logarithmic."""
    return log1p(_total(site, "loads"))


def cards(site: Site) -> float | None:
    """Tags for cards in social networks, logarithmic. Who wants to be found has them."""
    return log1p(_number(site, "cards"))


def metas(site: Site) -> float | None:
    """Meta tags, logarithmic."""
    return log1p(_number(site, "metas"))


def legal_dead(site: Site) -> float | None:
    """Share of the links to legal notices that lead nowhere."""
    legal, dead = _number(site, "legal"), _number(site, "legal dead")
    return dead / legal if legal and dead is not None else None


def sent_to_script(site: Site) -> float | None:
    """Share of forms that are sent to a program by its name. Kits are a folder of such files."""
    forms, scripts = _total(site, "forms"), _number(site, "forms scripts")
    return scripts / forms if forms and scripts is not None else None


def _written(what: str, kind: str) -> Callable[[Site], float | None]:
    def read(site: Site) -> float | None:
        kinds = ("fragment", "nowhere") if kind == "nowhere" else (kind,)
        return _share(site, what, *kinds)

    read.__name__ = f"{what}_{kind}"
    read.__doc__ = f"Share of {what} whose address is {kind}. Copies carry files along, portals name them in full."
    return read


_ZH = {
    "links": "链接", "loads": "资源", "forms": "表单", "icons": "图标",
    "absolute": "完整网址", "root": "根路径", "relative": "相对路径", "nowhere": "空地址", "data": "内嵌数据",
}  # fmt: skip
_WRITTEN: tuple[tuple[str, Read], ...] = tuple(
    (f"{_ZH[what]}写作{_ZH[kind]}的比例", _written(what, kind))
    for what, kinds in (
        ("links", ("absolute", "root", "relative", "nowhere")),
        ("loads", ("absolute", "root", "relative", "data")),
        ("forms", ("absolute", "root", "relative", "nowhere")),
        ("icons", ("absolute", "root", "relative")),
    )
    for kind in kinds
)

TIES: dict[str, Feature] = family(
    "ties",
    ("链接去向的种数", own_paths), ("每个链接的不同去向", paths_per_link), ("链接到的站点数", linked_sites),
    ("链接最多的站点占比", most_linked), ("加载最多的站点占比", most_loaded),
    ("链接与加载是否同一站点", same_most), ("既链接又加载的站点占比", linked_and_loaded),
    ("加载的文件数", loaded), ("社交分享标签数", cards), ("元标签数", metas),
    ("法律声明空链接比例", legal_dead), ("表单提交到程序文件的比例", sent_to_script),
    *_WRITTEN,
)  # fmt: skip
