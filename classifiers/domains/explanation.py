"""What the experts said → reasons: the contributions of the trained model, as sentences with extracts.

The weights of all reasons, kept or not, and the bias add up to the log-odds of the verdict.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from classifiers.domains.experts.boosted import Boosted
from classifiers.domains.experts.content import KINDS
from classifiers.domains.features.records import RECORDS
from classifiers.domains.model import Rows, Said, SitesModel
from classifiers.domains.site import Site
from pipeline.nouns import Reason

_LEAST = 0.05
"""Log-odds below which a contribution is no reason worth reading."""
_NAMED = {f.name: f for kind in KINDS.values() for f in kind.features}
_TREES_KEPT = 6
"""Contributions of single columns that become reasons of their own; the rest is one more reason."""


def explain(model: SitesModel, sites: Sequence[Site], said: Said) -> list[list[Reason]]:
    """For each site, the reasons that the experts give, beside those of the rules."""
    found: list[list[Reason]] = [[] for _ in sites]
    for name, content in model.content.items():
        rows = said.tree_rows.get(name, {})
        for i, points in _trees(name, content.trees, said, rows).items():
            found[i] += [_reason(point) for point in points]
    for i, site in enumerate(sites):
        found[i] += _readers(model, said.parts[i], site)
        if abs(said.host[i]) >= _LEAST:
            found[i].append(_host(site, float(said.host[i])))
        for record, weight in zip(RECORDS.values(), said.records[i], strict=True):
            if abs(weight) >= _LEAST:
                f = record.feature
                found[i].append(Reason(f.name, round(float(weight), 4), f.zh, f.en))
    return found


class _Point(NamedTuple):
    """What one column of trees adds to a verdict, and the value that it had."""

    column: str
    weight: float
    value: float


def _trees(name: str, trees: Boosted, said: Said, rows: Rows) -> dict[int, list[_Point]]:
    """Points of the trees' columns by site; their sum is what the blend made of the trees' score."""
    places = [i for i in rows if abs(said.parts[i][name]) >= _LEAST]
    if not places:
        return {}
    points = trees.contributions(np.stack([rows[i] for i in places]))
    found = {}
    for i, row in zip(places, points, strict=True):
        score, part = said.inputs[i][name], said.parts[i][name]
        columns = row * (part / score if abs(score) > 1e-6 else 0.0)
        order = np.argsort(-np.abs(columns))[:_TREES_KEPT]
        kept = [
            _Point(trees.columns[c], float(columns[c]), float(rows[i][c]))
            for c in order
            if abs(columns[c]) >= _LEAST
        ]
        rest = part - sum(point.weight for point in kept)
        found[i] = [*kept, _Point(f"{name}.rest", float(rest), 0.0)]
    return found


_SIDES = {
    True: ("偏向诈骗", "as fraud has"),
    False: ("偏向正常", "as honest pages have"),
}


def _reason(point: _Point) -> Reason:
    column, weight = point.column, round(point.weight, 4)
    zh, en = _SIDES[weight > 0]
    if column.endswith(".rest"):
        return Reason(column, weight, "页面其余特征合计", "all other features of the page together")
    feature = _NAMED[column]
    value = "" if np.isnan(point.value) else f"{point.value:.3g}"
    return Reason(
        column,
        weight,
        f"{feature.zh}（{value or '未知'}）{zh}",
        f"{feature.en[0].lower()}{feature.en[1:]}: {value or 'unknown'}, {en}",
    )


def _readers(model: SitesModel, parts: Mapping[str, float], site: Site) -> list[Reason]:
    """A reason for each thing that was read. Of several readers of it the weights are added up, and the
    one that says most for the side of their sum shows what it went by."""
    together: dict[tuple[str, int], list[str]] = {}
    for name in parts:
        if name != "rules" and name not in model.content:
            reading = model.reader(name)[0].reading
            together.setdefault((name.rpartition(".")[0], id(reading)), []).append(name)
    found = []
    for names in together.values():
        weight = sum(parts[name] for name in names)
        if abs(weight) >= _LEAST:
            side = np.sign(weight)
            most = max(names, key=lambda name: side * parts[name])
            found.append(_read(model, names[0], most, site, weight))
    return found


def _read(model: SitesModel, name: str, most: str, site: Site, weight: float) -> Reason:
    """What was read, with what of it spoke most for the side that was taken, by the reader `most`."""
    reader, linear = model.reader(most)
    zh, en = _SIDES[weight > 0]
    reading = reader.reading
    extract = reading.extract(linear, site, np.sign(weight))
    whole = name if "." in name else f"text.{name}"
    return Reason(whole, round(weight, 4), f"{reading.zh}{zh}", f"{reading.en}: {en}", extract)


def _host(site: Site, weight: float) -> Reason:
    zh, en = ("像", "like") if weight > 0 else ("不像", "unlike")
    return Reason(
        "host.name",
        round(weight, 4),
        f"域名的构成{zh}投资或赌博类诈骗站点",
        f"the host name is {en} those of investment and gambling fraud",
        site.host[:200],
    )
