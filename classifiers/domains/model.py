"""The trained model of sites: its experts, its combinations, its thresholds, and what it was trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.combination import Blend, Route, route_of
from classifiers.domains.experts.host import HostExpert
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.page import PageExpert
from classifiers.domains.experts.reading import BITS, han_ids
from classifiers.domains.experts.records import Records
from classifiers.domains.experts.text import TextExpert
from classifiers.domains.ngrams import rows
from classifiers.domains.site import Site
from classifiers.domains.thresholds import Thresholds

HOST_WEIGHT = 0.3
HOST_LIMIT = 3.0
"""A name adds at most 0.9 to the log-odds of a page: it may tip a balance, never make one."""

_RESERVED = (".example", ".invalid", ".test", ".localhost", ".local", ".onion")
"""Names that nobody can register (RFC 2606, RFC 6761, RFC 7686): they say nothing of their owner."""


@dataclass(frozen=True)
class SitesModel:
    """Everything that judges sites. Immutable; made by training or read from a file."""

    version: str
    host: HostExpert
    host_blind: HostExpert
    """Blind to the suffix; this one speaks in verdicts, so that no suffix condemns anybody."""
    host_prior: float
    """Log-odds of fraud among the names it was trained on, taken off its score."""
    page: PageExpert
    text: TextExpert
    han: Linear
    records: Records
    blends: Mapping[Route, Blend]
    thresholds: Mapping[Route, Thresholds]
    about: Mapping[str, Any]
    """What it was trained on and when, for its card; plain JSON."""

    @property
    def name(self) -> str:
        return f"sites@{self.version}"

    def host_scores(self, hosts: Sequence[str], *, blind: bool = False) -> NDArray[np.float64]:
        """Log-odds of each host, for ordering a crawl."""
        return (self.host_blind if blind else self.host).scores(hosts)

    def say(self, sites: Sequence[Site], rules: Sequence[float]) -> "Said":
        """What every expert says of sites that have a page; `rules` are the rules' log-odds."""
        routes = [route_of(site) for site in sites]
        inputs = [{"rules": value} for value in rules]
        pages = [i for i, route in enumerate(routes) if "page" in self.blends[route].weights]
        texts = [i for i, route in enumerate(routes) if "text" in self.blends[route].weights]
        hans = [i for i, route in enumerate(routes) if "han" in self.blends[route].weights]
        page_rows = self.page.matrix([sites[i] for i in pages]) if pages else None
        text_rows = self.text.matrix([sites[i] for i in texts]) if texts else None
        if page_rows is not None:
            for i, value in zip(pages, self.page.trees.scores(page_rows), strict=True):
                inputs[i]["page"] = value
        if text_rows is not None:
            for i, value in zip(texts, self.text.trees.scores(text_rows), strict=True):
                inputs[i]["text"] = value
        if hans:
            ids = rows([han_ids(sites[i]).ids for i in hans], BITS)
            for i, value in zip(hans, self.han.scores(ids), strict=True):
                inputs[i]["han"] = value
        named = [i for i, site in enumerate(sites) if not site.host.endswith(_RESERVED)]
        host = np.zeros(len(sites))
        host_rows = self.host_blind.matrix([sites[i].host for i in named]) if named else None
        if host_rows is not None:
            raw = self.host_blind.trees.scores(host_rows) - self.host_prior
            host[named] = HOST_WEIGHT * np.clip(raw, -HOST_LIMIT, HOST_LIMIT)
        records = self.records.contributions(sites)
        parts = [self.blends[r].parts(found) for r, found in zip(routes, inputs, strict=True)]
        bias = np.array([self.blends[r].bias for r in routes])
        total = bias + np.array([sum(p.values()) for p in parts]) + host + records.sum(axis=1)
        return Said(
            routes, inputs, parts, host, records, total,
            _placed(pages, page_rows), _placed(texts, text_rows), _placed(named, host_rows),
        )  # fmt: skip


Rows = dict[int, NDArray[np.float32]]


@dataclass(frozen=True)
class Said:
    """What the experts said of a batch: inputs, parts and totals in log-odds, and the rows behind them."""

    routes: list[Route]
    inputs: list[dict[str, float]]
    parts: list[dict[str, float]]
    """What each input of the blend adds to the total."""
    host: NDArray[np.float64]
    records: NDArray[np.float64]
    total: NDArray[np.float64]
    page_rows: Rows
    text_rows: Rows
    host_rows: Rows


def _placed(places: list[int], matrix: NDArray[np.float32] | None) -> Rows:
    return {} if matrix is None else dict(zip(places, matrix, strict=True))
