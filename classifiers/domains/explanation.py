"""What the experts said → reasons: the contributions of the trained model, as sentences with extracts.

The weights of all reasons, kept or not, and the bias add up to the log-odds of the verdict.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.experts.boosted import Boosted
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.page import PAGE_FEATURES
from classifiers.domains.experts.reading import BITS, han_ids, han_text, marks, word_ids, words_of
from classifiers.domains.experts.text import TEXT_FEATURES
from classifiers.domains.features.records import RECORDS
from classifiers.domains.model import Rows, Said, SitesModel
from classifiers.domains.ngrams import token_ids
from classifiers.domains.site import Site
from pipeline.nouns import Reason

_LEAST = 0.05
"""Log-odds below which a contribution is no reason worth reading."""
_NAMED = {f.name: f for f in (*PAGE_FEATURES, *TEXT_FEATURES)}
_TREES_KEPT = 6
"""Contributions of single columns that become reasons of their own; the rest is one more reason."""


def explain(model: SitesModel, sites: Sequence[Site], said: Said) -> list[list[Reason]]:
    """For each site, the reasons that the experts give, beside those of the rules."""
    found: list[list[Reason]] = [[] for _ in sites]
    page, text = model.page, model.text
    for i, reasons in _trees("page", page.trees, said, said.page_rows).items():
        found[i] += [_reason(one, sites[i], page.words, page.marks) for one in reasons]
    for i, reasons in _trees("text", text.trees, said, said.text_rows).items():
        found[i] += [_reason(one, sites[i], text.words, None) for one in reasons]
    for i, site in enumerate(sites):
        han = said.parts[i].get("han", 0.0)
        if abs(han) >= _LEAST:
            found[i].append(_han(model.han, site, han))
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
        columns = row[:-1] * (part / score if abs(score) > 1e-6 else 0.0)
        order = np.argsort(-np.abs(columns))[:_TREES_KEPT]
        kept = [
            _Point(trees.columns[c], float(columns[c]), float(rows[i][c]))
            for c in order
            if abs(columns[c]) >= _LEAST
        ]
        rest = part - sum(point.weight for point in kept)
        found[i] = [*kept, _Point(f"{name}.rest", float(rest), 0.0)]
    return found


def _reason(point: _Point, site: Site, words: Linear, names: Linear | None) -> Reason:
    column, weight = point.column, round(point.weight, 4)
    accuses = weight > 0
    zh, en = ("偏向诈骗", "as fraud has") if accuses else ("偏向正常", "as honest pages have")
    if column.endswith(".rest"):
        return Reason(column, weight, "页面其余特征合计", "all other features of the page together")
    if column == "words":
        extract = _strongest(words_of(site), *_word_points(words, site), weight)
        return Reason("page.words", weight, f"页面用词{zh}", f"words {en} them", extract)
    if column == "marks" and names is not None:
        named = marks(site)
        points = names.points(token_ids(named, BITS)) * np.sign(weight)
        best = dict.fromkeys(named[k] for k in np.argsort(-points)[:4])
        shown = "、".join(best)[:200]
        return Reason(
            "page.marks", weight, f"页面代码中的名称{zh}", f"names in the markup {en} them", shown
        )
    feature = _NAMED[column]
    value = "" if np.isnan(point.value) else f"{point.value:.3g}"
    return Reason(
        column,
        weight,
        f"{feature.zh}（{value or '未知'}）{zh}",
        f"{feature.en[0].lower()}{feature.en[1:]}: {value or 'unknown'}, {en}",
    )


def _word_points(words: Linear, site: Site) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    grams = word_ids(site)
    return words.points(grams.ids), grams.starts


def _strongest(
    text: str, points: NDArray[np.float32], starts: NDArray[np.int64], weight: float
) -> str:
    """The passage of at most 120 characters whose n-grams add most to the side that won."""
    if not len(points) or not text:
        return ""
    heat = np.bincount(
        np.minimum(starts, len(text) - 1), weights=points * np.sign(weight), minlength=len(text)
    )
    span = min(120, len(text))
    sums = np.convolve(heat, np.ones(span), mode="valid")
    begin = int(np.argmax(sums))
    return text[begin : begin + span].replace("\x01", " ").strip()


def _han(han: Linear, site: Site, weight: float) -> Reason:
    grams = han_ids(site)
    extract = _strongest(han_text(site), han.points(grams.ids), grams.starts, weight)
    zh, en = (
        ("像诈骗信息", "those of fraud")
        if weight > 0
        else ("像正常信息", "those of honest messages")
    )
    return Reason(
        "text.han", round(weight, 4), f"中文用语{zh}", f"its Chinese wording is like {en}", extract
    )


def _host(site: Site, weight: float) -> Reason:
    zh, en = ("像", "like") if weight > 0 else ("不像", "unlike")
    return Reason(
        "host.name",
        round(weight, 4),
        f"域名的构成{zh}投资或赌博类诈骗站点",
        f"the host name is {en} those of investment and gambling fraud",
        site.host[:200],
    )
