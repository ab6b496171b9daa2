"""A corpus → a model: every expert on its own kind of rows, then the combinations on what the experts
say of rows that they never saw. Deterministic for a seed.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.combination import Blend, Route, fit_blend, judged_zh_page, route_of
from classifiers.domains.corpus import Corpus, HostRow, PageRow
from classifiers.domains.drift import baseline
from classifiers.domains.experts import host as host_expert
from classifiers.domains.experts.categories import CLASSES, fit_categories
from classifiers.domains.experts.content import fit_content
from classifiers.domains.experts.readers import FOLDS, READERS, fit_reader
from classifiers.domains.experts.records import Records, fit_records, judged
from classifiers.domains.model import SitesModel
from classifiers.domains.rules import log_odds, reasons_of, rule_set
from classifiers.domains.site import Site
from classifiers.domains.states import state_reason
from classifiers.domains.thresholds import Thresholds, set_thresholds
from classifiers.drift import Histogram
from pipeline.categories import Category
from pipeline.errors import FanzhaError

Floats = NDArray[np.float64]
Step = Callable[[str], None]
_LIMIT = 12.0
_RULES_LIMIT = 6.0
"""Log-odds at which a combination cuts off what an expert, and what the rules say."""
_OLD_TEXT = 0.1
_HALF_LIFE = 180
"""Days in which the text of a fraud page loses half its weight, and the least that it keeps."""


def train(
    corpus: Corpus, *, seed: int, version: str, about: dict[str, Any], step: Step
) -> SitesModel:
    """Train a model. `step` is told what begins, for a progress bar.

    Raises `FanzhaError` where a part of the corpus has no rows of one label.
    """
    _check(corpus)
    step("host names")
    full, prior = _fit_hosts(corpus.hosts, tld=True, seed=seed)
    step("host names, blind to the suffix")
    blind, _ = _fit_hosts(corpus.hosts, tld=False, seed=seed)
    step("reading pages")
    page_rows = with_content(corpus.pages)
    text_rows = [*page_rows, *with_content(corpus.texts)]
    pages, texts, chinese = (
        [row.site() for row in part] for part in (page_rows, text_rows, corpus.chinese)
    )
    step("page structure and words")
    page, page_out = fit_content(
        "page", pages, _labels(page_rows), np.ones(len(pages)), _folds(page_rows), seed=seed
    )
    step("text")
    ages = _text_weights(text_rows)
    text, text_out = fit_content(
        "text", texts, _labels(text_rows), ages, _folds(text_rows), seed=seed
    )
    step("Chinese text")
    ones = np.ones(len(chinese))
    han, han_out = fit_reader(
        READERS["han"], chinese, _labels(corpus.chinese), ones, _folds(corpus.chinese)
    )
    step("categories")
    kinds = fit_categories(*_of_known_kind(corpus))
    step("combination and thresholds")
    blends: dict[Route, Blend] = {Route.ZH_PAGE: judged_zh_page()}
    thresholds: dict[Route, Thresholds] = {}
    drift: dict[str, Histogram] = {}
    for route, sites, part, weights, heard in (
        (Route.PAGE, pages, page_rows, None, page_out),
        (Route.TEXT, texts, text_rows, ages, text_out),
        (Route.ZH_TEXT, chinese, corpus.chinese, None, {"han": han_out}),
    ):
        inputs = {"rules": np.array([rules_say(site) for site in sites]), **heard}
        limits = {name: _RULES_LIMIT if name == "rules" else _LIMIT for name in inputs}
        labels = _labels(part)
        blends[route] = fit_blend(inputs, labels, limits=limits, weights=weights)
        said = np.array([
            blends[route].bias + sum(blends[route].parts({n: float(v[i]) for n, v in inputs.items()}).values())
            for i in range(len(part))
        ])  # fmt: skip
        thresholds[route] = set_thresholds(labels, 1 / (1 + np.exp(-said)))
        if route is Route.PAGE:
            drift = baseline(sites, said)
    model = SitesModel(
        version, full, blind, prior, {"page": page, "text": text}, han, kinds, judged(), blends, thresholds,
        {**about, "seed": seed, "rows": corpus.counts(), "baseline": drift},
    )  # fmt: skip
    return with_records(model, corpus) if corpus.settled else model


def with_records(model: SitesModel, corpus: Corpus) -> SitesModel:
    """The model with its layer of records fitted on settled evidence."""
    from dataclasses import replace

    usable = [row for row in corpus.settled if row.evidence.facts.get("page")]
    if not usable:
        return model
    sites = [Site(row.evidence, row.evidence.at) for row in usable]
    silent = replace(model, records=Records(tuple(0.0 for _ in judged().weights)))
    offset = silent.say(sites, [rules_say(site) for site in sites]).total
    return replace(model, records=fit_records(sites, np.array([r.label for r in usable]), offset))


def with_content(part: Sequence[PageRow]) -> list[PageRow]:
    """The rows that show content. A page that only says that it is parked, gone or walled off teaches
    nothing, whatever it was labelled when it was alive."""
    return [row for row in part if state_reason(row.site()) is None]


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


def _check(corpus: Corpus) -> None:
    for name in ("hosts", "pages", "chinese"):
        part: Sequence[HostRow | PageRow] = getattr(corpus, name)
        labels = {row.label for row in part}
        if labels != {0, 1}:
            raise FanzhaError(
                f"training needs fraud and honest rows of {name}; got labels {sorted(labels)} in "
                f"{len(part)} rows; see docs/sites.md for the files of a training folder"
            )


def _labels(part: Sequence[HostRow | PageRow]) -> NDArray[np.int64]:
    return np.array([row.label for row in part], dtype=np.int64)


def _folds(part: Sequence[PageRow]) -> NDArray[np.int64]:
    return np.array([zlib.crc32(f"fold {r.group}".encode()) % FOLDS for r in part], dtype=np.int64)


def _fit_hosts(
    part: Sequence[HostRow], *, tld: bool, seed: int
) -> tuple[host_expert.HostExpert, float]:
    hosts, labels = [row.host for row in part], _labels(part)
    folds = np.array([zlib.crc32(h.split(".")[0].encode()) % host_expert.FOLDS for h in hosts])
    weights = _host_weights(part)
    expert = host_expert.fit_host(hosts, labels, weights, folds, tld=tld, seed=seed)
    fraud = float(weights[labels == 1].sum() / weights.sum())
    return expert, float(np.log(fraud / (1 - fraud)))


def _host_weights(part: Sequence[HostRow]) -> NDArray[np.float64]:
    """Fraud of the last year counts most: names follow fashions. Honest rows count one."""
    newest = max((row.seen for row in part if row.seen and row.label), default=None)
    return np.array([_host_weight(row, newest) for row in part])


def _host_weight(row: HostRow, newest: date | None) -> float:
    if not row.label:
        return 1.0
    if row.seen is None or newest is None:
        return 0.7
    age = (newest - row.seen).days
    return 2.5 if age <= 366 else 1.5 if age <= 3 * 366 and row.source == "tw165" else 0.7


def _text_weights(part: Sequence[PageRow]) -> Floats:
    """Recent fraud counts most: stale content models collapse. Honest rows count one."""
    newest = max((row.seen for row in part if row.seen and row.label), default=None)
    return np.array([_text_weight(row, newest) for row in part])


def _text_weight(row: PageRow, newest: date | None) -> float:
    if not row.label or newest is None:
        return 1.0
    age = (newest - row.seen).days if row.seen else 10 * _HALF_LIFE
    return max(float(0.5 ** (age / _HALF_LIFE)), _OLD_TEXT)


def wording(text: str) -> str:
    """A key under which messages of one template fall together: the first Han characters past the
    greeting."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text)[3:11]
