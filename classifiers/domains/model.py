"""The trained model of sites: its experts, its combinations, its thresholds, and what it was trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.combination import Blend, Route, routes_of
from classifiers.domains.experts.categories import Categories
from classifiers.domains.experts.content import Content
from classifiers.domains.experts.host import HostExpert
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import READERS, Reader, says
from classifiers.domains.experts.records import Records
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
    content: Mapping[str, Content]
    """Experts by kind of content: `page` and `text`."""
    han: Linear
    categories: Categories
    records: Records
    blends: Mapping[Route, Blend]
    thresholds: Mapping[Route, Thresholds]
    about: Mapping[str, Any]
    """What it was trained on and when, for its card; plain JSON."""

    @property
    def name(self) -> str:
        return f"sites@{self.version}"

    @property
    def warnings(self) -> dict[str, list[str]]:
        """By route, what a policy that acts on this model must say aloud."""
        unfitted = ["no labelled rows: judged weights; the policy's own thresholds hold"]
        return {
            route.value: self.thresholds[route].warnings if route in self.thresholds else unfitted
            for route in Route
        }

    def host_scores(self, hosts: Sequence[str], *, blind: bool = False) -> NDArray[np.float64]:
        """Log-odds of each host, for ordering a crawl."""
        return (self.host_blind if blind else self.host).scores(hosts)

    def say(self, sites: Sequence[Site], rules: Sequence[float]) -> "Said":
        """What every expert says of sites that have a page; `rules` are the rules' log-odds."""
        named = [i for i, site in enumerate(sites) if not site.host.endswith(_RESERVED)]
        host = np.zeros(len(sites))
        if named:
            raw = self.host_blind.scores([sites[i].host for i in named]) - self.host_prior
            host[named] = HOST_WEIGHT * np.clip(raw, -HOST_LIMIT, HOST_LIMIT)
        records = self.records.contributions(sites)
        routes = [routes_of(site) for site in sites]
        said = self._by(sites, rules, [each[0] for each in routes], host, records)
        mixed = [i for i, each in enumerate(routes) if len(each) > 1]
        if not mixed:
            return said
        second = self._by(
            [sites[i] for i in mixed],
            [rules[i] for i in mixed],
            [routes[i][1] for i in mixed],
            host[mixed],
            records[mixed],
        )
        beside = {
            i: (route, float(content))
            for i, route, content in zip(mixed, second.routes, second.content, strict=True)
        }
        return replace(said, beside=beside)

    def _by(
        self,
        sites: Sequence[Site],
        rules: Sequence[float],
        routes: list[Route],
        host: NDArray[np.float64],
        records: NDArray[np.float64],
    ) -> "Said":
        """What is said of sites by one route each."""
        inputs = [{"rules": value} for value in rules]
        wanted: dict[str, list[int]] = {}
        for i, route in enumerate(routes):
            for name in self.blends[route].weights:
                if name != "rules":
                    wanted.setdefault(name, []).append(i)
        tree_rows: dict[str, Rows] = {}
        read: dict[tuple[int, ...], csr_matrix] = {}
        for name, places in wanted.items():
            part = [sites[i] for i in places]
            if name in self.content:
                seen = self.content[name].matrix(part)
                tree_rows[name] = dict(zip(places, seen, strict=True))
                values = self.content[name].trees.scores(seen)
            else:
                reader, linear = self.reader(name)
                # What two readers read is read once.
                key = (id(reader.reading), *places)
                if key not in read:
                    read[key] = reader.rows(part)
                values = says(linear, read[key])
            for i, value in zip(places, values, strict=True):
                inputs[i][name] = float(value)
        parts = [self.blends[r].parts(found) for r, found in zip(routes, inputs, strict=True)]
        bias = np.array([self.blends[r].bias for r in routes])
        content = bias + np.array([sum(p.values()) for p in parts])
        total = content + host + records.sum(axis=1)
        return Said(routes, inputs, parts, host, records, content, total, tree_rows)

    def reader(self, name: str) -> tuple[Reader, Linear]:
        """The reader behind an input such as `page.words` or `han`, and its model."""
        kind, _, what = name.rpartition(".")
        return READERS[what], self.content[kind].readers[what] if kind else self.han


Rows = dict[int, NDArray[np.float32]]


@dataclass(frozen=True)
class Said:
    """What the experts said of a batch: inputs, parts and totals in log-odds, and the columns behind them."""

    routes: list[Route]
    inputs: list[dict[str, float]]
    parts: list[dict[str, float]]
    """What each input of the blend adds to the total."""
    host: NDArray[np.float64]
    records: NDArray[np.float64]
    content: NDArray[np.float64]
    """Log-odds by the content alone: what the thresholds of a route were measured on."""
    total: NDArray[np.float64]
    """Content, name and records together."""
    tree_rows: Mapping[str, Rows]
    """For each kind of content, the columns that the trees saw, by the site's place."""
    beside: Mapping[int, tuple[Route, float]] = field(default_factory=dict)
    """Of a site in two languages, by its place: the second route, and the content by it."""
