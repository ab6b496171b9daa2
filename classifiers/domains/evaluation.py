"""A model on labelled rows that it never saw → the figures of its card. Pure.

Thresholds are set on one half of the honest rows and measured on the other; no figure here is taken
at a threshold that was chosen on the rows it is measured on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.combination import Route
from classifiers.domains.corpus import Corpus, PageRow
from classifiers.domains.experts.categories import CLASSES
from classifiers.domains.kinds import category_of
from classifiers.domains.metrics import (
    auc,
    calibration_error,
    operate,
    precision_at,
    reaching,
    reliability,
)
from classifiers.domains.model import SitesModel
from classifiers.domains.states import state_probability, state_reason
from classifiers.domains.training import rules_say

RATES = (1e-2, 1e-3)
BASES = (0.01, 0.001)
_BATCH = 500

Floats = NDArray[np.float64]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bar:
    """What is to be reached on a task."""

    auc: float | None = None
    tpr: float | None = None
    """At a false-positive rate of 1e-3."""


BARS: dict[str, Bar] = {
    "host, tw165": Bar(0.93, 0.26),
    "html": Bar(0.995, 0.88),
    "fresh phishing text": Bar(None, 0.70),
    "Chinese text, fbs_sms": Bar(None, 0.92),
}
CALIBRATION_BAR = 0.02


@dataclass(frozen=True)
class Task:
    """One task: labels and scores of its rows, and what they come to."""

    name: str
    labels: NDArray[np.int64]
    scores: Floats
    sources: tuple[str, ...] = ()
    months: tuple[str, ...] = ()

    def figures(self) -> dict[str, Any]:
        """All figures of the task as plain JSON."""
        found: dict[str, Any] = {
            "fraud": int(self.labels.sum()),
            "honest": int((self.labels == 0).sum()),
            "auc": auc(self.labels, self.scores),
        }
        for rate in RATES:
            at = operate(self.labels, self.scores, rate)
            found[f"fpr {rate:g}"] = {
                "threshold": at.threshold.value,
                "supported": at.threshold.supported,
                "threshold bound": at.threshold.bound,
                "tpr": at.tpr,
                "fpr measured": at.fpr,
                "fpr bound": at.fpr_bound,
                # The bound, not the rate that was asked: precision is promised, not hoped for.
                **{
                    f"precision at base {b:g}": precision_at(at.tpr, at.fpr_bound, b) for b in BASES
                },
            }
        return found

    def split(self, keys: Sequence[str], rate: float = 1e-3) -> dict[str, dict[str, float]]:
        """Per source or month: rows, and the share at or above the thresholds of the whole task, of
        honest rows that of the half which they did not help to set."""
        reached = reaching(self.labels, self.scores, rate)
        found: dict[str, dict[str, float]] = {}
        for key in sorted(set(keys)):
            inside = np.array([k == key for k in keys])
            fraud, honest = inside & (self.labels == 1), inside & (self.labels == 0)
            found[key] = {"fraud": int(fraud.sum()), "honest": int(honest.sum())}
            if fraud.any():
                found[key]["tpr"] = float(reached[fraud].mean())
            if honest.any():
                found[key]["fpr"] = float(reached[honest].mean())
        return found


@dataclass(frozen=True)
class Evaluation:
    tasks: tuple[Task, ...]
    calibration: float
    calibrated_rows: int
    bins: list[tuple[float, float, float]]
    classes: dict[str, dict[str, float]] = field(default_factory=dict)
    """Per class of the sources: rows, and the share called fraud."""
    categories: dict[str, dict[str, float]] = field(default_factory=dict)
    """Per category of fraud: rows, and how often it is named rightly."""

    def task(self, name: str) -> Task:
        return next(task for task in self.tasks if task.name == name)


def evaluate(model: SitesModel, corpus: Corpus, *, step: Step) -> Evaluation:
    """Measure a model on every part of a corpus that there is."""
    tasks: list[Task] = []
    if corpus.hosts:
        step("host names")
        tasks += _hosts(model, corpus)
    pooled: list[tuple[NDArray[np.int64], Floats]] = []
    if corpus.pages:
        step("pages")
        seen = _said(model, corpus.pages)
        tasks += _with_states("html", corpus.pages, seen)
        pooled.append((seen.labels[seen.content], seen.scores[seen.content]))
        if corpus.texts:
            step("texts")
            bare = [row.bare() for row in corpus.pages if not row.label]
            both = [*corpus.texts, *bare]
            seen = _said(model, both)
            tasks += _with_states("fresh phishing text", both, seen)
            fresh = seen.content & (np.arange(len(both)) < len(corpus.texts))
            pooled.append((seen.labels[fresh], seen.scores[fresh]))
    for name, kept in (("Chinese text, fbs_sms", True), ("Chinese text, others", False)):
        part = [row for row in corpus.chinese if (row.source == "fbs_sms") == kept]
        if part:
            step(name)
            seen = _said(model, part)
            tasks.append(_task(name, part, seen))
            if kept:
                pooled.append((seen.labels, seen.scores))
    labels = np.concatenate([p[0] for p in pooled]) if pooled else np.zeros(0, np.int64)
    said = _probability(np.concatenate([p[1] for p in pooled])) if pooled else np.zeros(0)
    return Evaluation(
        tuple(tasks),
        calibration_error(labels, said),
        len(labels),
        reliability(labels, said),
        _by_kind(model, corpus),
        _by_category(model, corpus),
    )


def _probability(scores: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(scores, -40, 40)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a model said of labelled rows."""

    labels: NDArray[np.int64]
    scores: Floats
    """Log-odds of the whole model; of a page that shows only a state, those that its verdict has."""
    content: NDArray[np.bool_]
    """False for pages that show only a state, which no verdict calls honest or fraud."""


def _said(model: SitesModel, rows: Sequence[PageRow]) -> _Said:
    labels = np.array([row.label for row in rows], dtype=np.int64)
    scores, content = np.zeros(len(rows)), np.ones(len(rows), dtype=bool)
    for start in range(0, len(rows), _BATCH):
        sites = [row.site() for row in rows[start : start + _BATCH]]
        said = model.say(sites, [rules_say(site) for site in sites]).total
        for place, site in enumerate(sites):
            state = state_reason(site)
            content[start + place] = state is None
            scores[start + place] = (
                said[place] if state is None else _log_odds(state_probability(site, state[0]))
            )
    return _Said(labels, scores, content)


def _log_odds(probability: float) -> float:
    return float(np.log(max(probability, 1e-12) / (1 - probability)))


def _task(name: str, rows: Sequence[PageRow], said: _Said) -> Task:
    months = tuple(row.seen.strftime("%Y-%m") if row.seen else "undated" for row in rows)
    return Task(name, said.labels, said.scores, tuple(row.source for row in rows), months)


def _with_states(name: str, rows: Sequence[PageRow], said: _Said) -> list[Task]:
    """Two tasks: pages that show content, and every row, where fraud of which only a notice is left
    counts as missed."""
    kept = np.flatnonzero(said.content)
    content = _Said(said.labels[kept], said.scores[kept], said.content[kept])
    every = _task(f"{name}, with pages that show only a state", rows, said)
    return [_task(name, [rows[int(k)] for k in kept], content), every]


def _hosts(model: SitesModel, corpus: Corpus) -> list[Task]:
    rows = corpus.hosts
    labels = np.array([row.label for row in rows], dtype=np.int64)
    full = model.host_scores([row.host for row in rows])
    blind = model.host_scores([row.host for row in rows], blind=True)
    sources = [row.source for row in rows]
    months = [row.seen.strftime("%Y-%m") if row.seen else "undated" for row in rows]
    tasks = []
    for source in sorted({s for s, label in zip(sources, labels, strict=True) if label}):
        keep = np.array([not y or s == source for s, y in zip(sources, labels, strict=True)])
        for name, scores in (
            (f"host, {source}", full),
            (f"host, {source}, blind to the suffix", blind),
        ):
            tasks.append(
                Task(
                    name,
                    labels[keep],
                    scores[keep],
                    tuple(s for s, k in zip(sources, keep, strict=True) if k),
                    tuple(m for m, k in zip(months, keep, strict=True) if k),
                )
            )
    return tasks


def _by_kind(model: SitesModel, corpus: Corpus) -> dict[str, dict[str, float]]:
    """Per class of the Chinese texts: rows, and the share called fraud (probability ≥ 1/2)."""
    found: dict[str, dict[str, float]] = {}
    rows = [row for row in corpus.chinese if row.kind]
    if not rows:
        return found
    scores = _said(model, rows).scores
    for kind in sorted({str(row.kind) for row in rows}):
        inside = np.array([row.kind == kind for row in rows])
        fraud = next(row.label for row in rows if row.kind == kind)
        found[kind] = {
            "rows": int(inside.sum()),
            "fraud": fraud,
            "called fraud": float((scores[inside] >= 0).mean()),
        }
    return found


def _by_category(model: SitesModel, corpus: Corpus) -> dict[str, dict[str, float]]:
    """Per category of the fraud whose category is known, whether or not it is called fraud: rows, the
    share named so, the share of what is named so that is it, and whether it was learned or is ruled."""
    rows = [(row, CLASSES[row.kind]) for row in corpus.chinese if row.label and row.kind in CLASSES]
    if not rows:
        return {}
    sites = [row.site() for row, _ in rows]
    truth = [category for _, category in rows]
    likely = model.categories.likely(sites)
    named = [category_of(site, kinds) for site, kinds in zip(sites, likely, strict=True)]
    found: dict[str, dict[str, float]] = {}
    for category in sorted({*truth, *named}):
        hits = sum(t is n is category for t, n in zip(truth, named, strict=True))
        of_it, so_named = truth.count(category), named.count(category)
        found[category.value] = {
            "rows": of_it,
            "named rightly": hits / of_it if of_it else float("nan"),
            "right when named": hits / so_named if so_named else float("nan"),
            "learned": float(category in model.categories.models),
        }
    return found


def routes_of(model: SitesModel) -> dict[str, dict[str, Any]]:
    """Per route: what the combination rests on, and its thresholds, for the card and the policy."""
    return {
        route.value: {
            "rows": model.blends[route].rows,
            "weights": model.blends[route].weights,
            "thresholds": model.thresholds[route].to_json() if route in model.thresholds else None,
            "warnings": model.warnings[route.value],
        }
        for route in Route
    }
