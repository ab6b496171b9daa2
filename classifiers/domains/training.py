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

from classifiers.domains.combination import Blend, Route, fit_blend, judged_zh_page
from classifiers.domains.corpus import Corpus, HostRow, PageRow
from classifiers.domains.drift import baseline
from classifiers.domains.experts import host as host_expert
from classifiers.domains.experts import page as page_expert
from classifiers.domains.experts import text as text_expert
from classifiers.domains.experts.linear import Linear, fit_linear
from classifiers.domains.experts.reading import BITS, han_ids
from classifiers.domains.experts.records import Records, fit_records, judged
from classifiers.domains.model import SitesModel
from classifiers.domains.ngrams import rows
from classifiers.domains.rules import log_odds, reasons_of, rule_set
from classifiers.domains.site import Site
from classifiers.domains.thresholds import Thresholds, set_thresholds
from classifiers.drift import Histogram
from pipeline.errors import FanzhaError

Step = Callable[[str], None]
_LIMITS = {"rules": 6.0, "page": 12.0, "text": 12.0, "han": 12.0}


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
    pages, texts, chinese = (
        [row.site() for row in part]
        for part in (corpus.pages, [*corpus.pages, *corpus.texts], corpus.chinese)
    )
    text_rows = [*corpus.pages, *corpus.texts]
    step("page structure and words")
    page, page_out = page_expert.fit_page(
        pages, _labels(corpus.pages), np.ones(len(pages)), _folds(corpus.pages, 5), seed=seed
    )
    step("text")
    text, text_out = text_expert.fit_text(
        texts, _labels(text_rows), _text_weights(text_rows), _folds(text_rows, 5), seed=seed
    )
    step("Chinese text")
    han, han_out = _fit_han(chinese, corpus.chinese)
    step("combination and thresholds")
    blends: dict[Route, Blend] = {Route.ZH_PAGE: judged_zh_page()}
    thresholds: dict[Route, Thresholds] = {}
    drift: dict[str, Histogram] = {}
    for route, name, sites, part, out in (
        (Route.PAGE, "page", pages, corpus.pages, page_out),
        (Route.TEXT, "text", texts, text_rows, text_out),
        (Route.ZH_TEXT, "han", chinese, corpus.chinese, han_out),
    ):
        inputs = {"rules": np.array([rules_say(site) for site in sites]), name: out}
        labels = _labels(part)
        blends[route] = fit_blend(inputs, labels, limits={n: _LIMITS[n] for n in inputs})
        said = np.array([
            blends[route].bias + sum(blends[route].parts({n: float(v[i]) for n, v in inputs.items()}).values())
            for i in range(len(part))
        ])  # fmt: skip
        thresholds[route] = set_thresholds(labels, 1 / (1 + np.exp(-said)))
        if route is Route.PAGE:
            drift = baseline(sites, said)
    model = SitesModel(
        version, full, blind, prior, page, text, han, judged(), blends, thresholds,
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


def rules_say(site: Site) -> float:
    """Log-odds by the rules alone."""
    rules = rule_set()
    return log_odds(reasons_of(site, rules), rules)


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


def _folds(part: Sequence[PageRow], count: int) -> NDArray[np.int64]:
    return np.array([zlib.crc32(f"fold {r.group}".encode()) % count for r in part], dtype=np.int64)


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


def _text_weights(part: Sequence[PageRow]) -> NDArray[np.float64]:
    """Recent texts count half as much again: stale content models collapse."""
    return np.array([1.5 if row.label and row.seen else 1.0 for row in part])


def _fit_han(sites: Sequence[Site], part: Sequence[PageRow]) -> tuple[Linear, NDArray[np.float64]]:
    labels, folds = _labels(part), _folds(part, 5)
    ids = rows([han_ids(site).ids for site in sites], BITS)
    out = np.zeros(len(part))
    for fold in range(5):
        inside = folds == fold
        model = fit_linear(ids[~inside], labels[~inside], weighting="nb-idf", strength=400.0)
        out[inside] = model.scores(ids[inside])
    return text_expert.fit_han(sites, labels), out


def wording(text: str) -> str:
    """A key under which messages of one template fall together: the first Han characters past the
    greeting."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text)[3:11]
