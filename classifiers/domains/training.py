"""A corpus → a model: every expert on its own kind of rows, then the combinations on what the experts
say of rows that they never saw. Deterministic for a seed.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.combination import (
    Blend,
    Route,
    fit_blend,
    judged_zh_page,
    route_of,
    to_log_odds,
)
from classifiers.domains.corpus import Corpus, EvidenceRow, HostRow, PageRow
from classifiers.domains.drift import baseline
from classifiers.domains.experts import host as host_expert
from classifiers.domains.experts.categories import CLASSES, fit_categories
from classifiers.domains.experts.content import Content, fit_content
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import READERS, fit_reader, says
from classifiers.domains.experts.records import Records, fit_records, judged
from classifiers.domains.model import SitesModel
from classifiers.domains.rows import folds_of, host_weights, labels_of, text_weights, with_content
from classifiers.domains.rules import log_odds, reasons_of, rule_set
from classifiers.domains.site import Site
from classifiers.domains.thresholds import Thresholds, set_thresholds
from classifiers.drift import Histogram
from pipeline.categories import Category
from pipeline.errors import FanzhaError

Floats = NDArray[np.float64]
Step = Callable[[str], None]
StandIn = Callable[[], SitesModel]
_LIMIT = 12.0
_RULES_LIMIT = 6.0
"""Log-odds at which a combination cuts off what an expert, and what the rules say."""
LEARNABLE = 50
"""Rows of either label from which experts are trained anew, where there are others to keep."""
ENOUGH = 200
"""Rows of either label from which Chinese markup gets a combination and thresholds of its own."""


def train(
    corpus: Corpus,
    *,
    seed: int,
    version: str,
    about: dict[str, Any],
    step: Step,
    stand_in: StandIn | None = None,
) -> SitesModel:
    """Train a model. `step` is told what begins, for a progress bar.

    Of what the corpus has fewer than `LEARNABLE` rows of either label, the experts of `stand_in` are kept.
    Raises `FanzhaError` where there is none to take them from, or nothing at all to learn.
    """
    settled = [row for row in corpus.settled if isinstance(row.evidence.facts.get("page"), dict)]
    page_rows = with_content([*corpus.pages, *(settled_page(row) for row in settled)])
    text_rows = [*(row.bare() for row in page_rows), *with_content(corpus.texts)]
    parts: dict[str, Sequence[HostRow | PageRow]] = {
        "hosts": corpus.hosts, "pages": page_rows, "chinese": corpus.chinese,
    }  # fmt: skip
    missing = _too_few(parts, stand_in, len(settled))
    base = stand_in() if missing and stand_in else None
    step("host names")
    full, blind, prior = (
        (base.host, base.host_blind, base.host_prior)
        if base and "hosts" in missing
        else _fit_hosts(corpus.hosts, seed=seed)
    )
    told = Heard({}, {}, {}, {})
    content: dict[str, Content] = dict(base.content) if base else {}
    if "pages" not in missing:
        step("page structure and words")
        content["page"] = told.learn_content("page", page_rows, None, seed=seed)
        step("text")
        content["text"] = told.learn_content("text", text_rows, text_weights(text_rows), seed=seed)
    step("Chinese text")
    han, kinds = (
        (base.han, base.categories)
        if base and "chinese" in missing
        else (told.learn_han(corpus.chinese), fit_categories(*_of_known_kind(corpus)))
    )
    step("combination and thresholds")
    blends: dict[Route, Blend] = dict(base.blends) if base else {Route.ZH_PAGE: judged_zh_page()}
    thresholds: dict[Route, Thresholds] = dict(base.thresholds) if base else {}
    drift: Mapping[str, Histogram] = base.about.get("baseline", {}) if base else {}
    for name, route in _ROUTES.items():
        if name in told.rows:
            blends[route], thresholds[route], said = told.combine(name, route)
            if route is Route.PAGE:
                drift = baseline(told.sites_of(name, route), said)
    chinese_pages = told.combine_chinese(han)
    if chinese_pages is not None:
        blends[Route.ZH_PAGE], thresholds[Route.ZH_PAGE] = chinese_pages
    model = SitesModel(
        version, full, blind, prior, content, han, kinds, judged(), blends, thresholds,
        {**about, "seed": seed, "rows": corpus.counts(), "baseline": drift},
    )  # fmt: skip
    return with_records(model, settled, told.unseen(blends, han)) if settled else model


_ROUTES = {"page": Route.PAGE, "text": Route.TEXT, "han": Route.ZH_TEXT}
"""The route whose combination is fitted on what each kind of experts says."""


def _too_few(
    parts: Mapping[str, Sequence[HostRow | PageRow]], stand_in: StandIn | None, settled: int
) -> list[str]:
    """The parts that are not learned anew. Raises `FanzhaError` where nothing could be."""
    least = 1 if stand_in is None else LEARNABLE
    found = [
        name
        for name, part in parts.items()
        if min(sum(row.label for row in part), sum(not row.label for row in part)) < least
    ]
    if found and (stand_in is None or (len(found) == len(parts) and not settled)):
        rows = parts[found[0]]
        raise FanzhaError(
            f"training needs fraud and honest rows of {found[0]}; got labels "
            f"{sorted({row.label for row in rows})} in {len(rows)} rows; see docs/sites.md for the "
            "files of a training folder"
        )
    return found


@dataclass
class Heard:
    """What experts said, while a model is trained, of rows that they never saw."""

    rows: dict[str, Sequence[PageRow]]
    sites: dict[str, list[Site]]
    inputs: dict[str, dict[str, Floats]]
    weights: dict[str, Floats]

    def learn_content(
        self, name: str, rows: Sequence[PageRow], weights: Floats | None, *, seed: int
    ) -> Content:
        """Train the experts on a kind of content, and keep what they said."""
        weights = self._begin(name, rows, weights)
        expert, heard = fit_content(
            name, self.sites[name], labels_of(rows), weights, folds_of(rows), seed=seed
        )
        self.inputs[name] |= heard
        return expert

    def learn_han(self, rows: Sequence[PageRow]) -> Linear:
        """Train the reader of Chinese messages, and keep what it said, in log-odds: it is a lesser voice
        on Chinese markup too, where a judged weight takes it at its word."""
        weights = self._begin("han", rows, None)
        model, heard = fit_reader(
            READERS["han"], self.sites["han"], labels_of(rows), weights, folds_of(rows)
        )
        read = heard != 0
        slope, shift = to_log_odds(heard[read], labels_of(rows)[read])
        self.inputs["han"]["han"] = np.where(read, slope * heard + shift, 0.0)
        return model.rescaled(slope, shift)

    def _begin(self, name: str, rows: Sequence[PageRow], weights: Floats | None) -> Floats:
        self.rows[name], self.sites[name] = rows, [row.site() for row in rows]
        self.inputs[name] = {"rules": np.array([rules_say(site) for site in self.sites[name]])}
        self.weights[name] = np.ones(len(rows)) if weights is None else weights
        return self.weights[name]

    def places(self, name: str, route: Route) -> NDArray[np.intp]:
        """The rows that are judged by a route; Chinese text is not judged by that of others."""
        routes = [route_of(site) for site in self.sites[name]]
        return np.flatnonzero([one is route for one in routes])

    def sites_of(self, name: str, route: Route) -> list[Site]:
        return [self.sites[name][i] for i in self.places(name, route)]

    def combine(self, name: str, route: Route) -> tuple[Blend, Thresholds, Floats]:
        """A route's combination and thresholds, and what it says of its rows."""
        # A message in another script than Chinese is a message all the same.
        at = self.places(name, route) if name != "han" else np.arange(len(self.rows[name]))
        inputs = {one: values[at] for one, values in self.inputs[name].items()}
        labels, weights = labels_of([self.rows[name][i] for i in at]), self.weights[name][at]
        blend = fit_blend(inputs, labels, limits=_limits(inputs), weights=weights)
        said = blend.scores(inputs)
        return blend, set_thresholds(labels, 1 / (1 + np.exp(-said))), said

    def combine_chinese(self, han: Linear) -> tuple[Blend, Thresholds] | None:
        """The combination and thresholds of Chinese markup, where there are rows enough."""
        at = self.places("page", Route.ZH_PAGE) if "page" in self.rows else np.zeros(0, np.intp)
        labels = labels_of([self.rows["page"][i] for i in at])
        if min((labels == 1).sum(), (labels == 0).sum()) < ENOUGH:
            return None
        inputs = self._chinese_inputs(at, han)
        blend = fit_blend(inputs, labels, limits=judged_zh_page().limits)
        return blend, set_thresholds(labels, 1 / (1 + np.exp(-blend.scores(inputs))))

    def _chinese_inputs(self, at: NDArray[np.intp], han: Linear) -> dict[str, Floats]:
        sites = [self.sites["page"][i] for i in at]
        inputs = {name: self.inputs["page"][name][at] for name in ("rules", "page")}
        return {**inputs, "han": says(han, READERS["han"].rows(sites))}

    def unseen(self, blends: Mapping[Route, Blend], han: Linear) -> dict[int, float]:
        """By the identity of its page: the content's log-odds of each page, by experts that never saw it."""
        found: dict[int, float] = {}
        for route in (Route.PAGE, Route.ZH_PAGE) if "page" in self.rows else ():
            at = self.places("page", route)
            if not len(at):
                continue
            if route is Route.PAGE:
                inputs = {name: values[at] for name, values in self.inputs["page"].items()}
            else:
                inputs = self._chinese_inputs(at, han)
            said = blends[route].scores(inputs)
            found |= {
                id(self.rows["page"][i].page): float(value)
                for i, value in zip(at, said, strict=True)
            }
        return found


def _limits(inputs: Mapping[str, Floats]) -> dict[str, float]:
    return {name: _RULES_LIMIT if name == "rules" else _LIMIT for name in inputs}


def with_records(
    model: SitesModel, settled: Sequence[EvidenceRow], unseen: Mapping[int, float]
) -> SitesModel:
    """The model with its layer of records fitted on settled evidence of pages.

    What the content says of a page that the experts were trained on is taken from `unseen`: they know
    it by heart, and would leave the records nothing to explain.
    """
    sites = [Site(row.evidence, row.evidence.at) for row in settled]
    silent = replace(model, records=Records(tuple(0.0 for _ in judged().weights)))
    said = silent.say(sites, [rules_say(site) for site in sites])
    content = [
        unseen.get(id(row.evidence.facts["page"]), float(by_model))
        for row, by_model in zip(settled, said.content, strict=True)
    ]
    offset = np.array(content) + said.host
    return replace(model, records=fit_records(sites, np.array([r.label for r in settled]), offset))


def settled_page(row: EvidenceRow) -> PageRow:
    """Settled evidence of a page as a labelled page; clones of one template stay together."""
    page: Any = row.evidence.facts["page"]
    host = Site(row.evidence, row.evidence.at).host
    group = str(page.get("dom_hash"))
    return PageRow(page, row.label, "own", group, row.settled.date(), None, host)


def rules_say(site: Site) -> float:
    """Log-odds by the rules alone."""
    rules = rule_set()
    return log_odds(reasons_of(site, rules), rules)


def _of_known_kind(corpus: Corpus) -> tuple[list[Site], list[Category]]:
    """Chinese fraud whose category is known: by its source's class, or by who settled it."""
    rows = [(row.site(), CLASSES.get(row.kind or "")) for row in corpus.chinese if row.label]
    rows += [(Site(r.evidence, r.evidence.at), r.category) for r in corpus.settled if r.label]
    chinese = (Route.ZH_PAGE, Route.ZH_TEXT)
    known = [(site, c) for site, c in rows if c is not None and route_of(site) in chinese]
    return [site for site, _ in known], [c for _, c in known]


def _fit_hosts(
    part: Sequence[HostRow], *, seed: int
) -> tuple[host_expert.HostExpert, host_expert.HostExpert, float]:
    """The expert on names, its twin that is blind to the suffix, and the prior of both."""
    hosts, labels, weights = [row.host for row in part], labels_of(part), host_weights(part)
    folds = np.array([zlib.crc32(h.split(".")[0].encode()) % host_expert.FOLDS for h in hosts])
    full, blind = (
        host_expert.fit_host(hosts, labels, weights, folds, tld=tld, seed=seed)
        for tld in (True, False)
    )
    fraud = float(weights[labels == 1].sum() / weights.sum())
    return full, blind, float(np.log(fraud / (1 - fraud)))
