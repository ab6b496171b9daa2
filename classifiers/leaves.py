"""Boosted trees as text → what each feature adds to a row's log-odds, looked up leaf by leaf.

The values are those of path-dependent TreeSHAP (Lundberg et al., Nature Machine Intelligence, 2020), as
LightGBM gives them by walking every tree for every row. Here what a leaf says is worked out once for each
set of its conditions that a row can meet, so that a row costs one look into each leaf's table, which is
several times as fast (the idea of Fast TreeSHAP v2, Yang, 2021).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

MOST = 8
"""Features on the way to one leaf, up to which tables are worth their memory: 2^8 entries a leaf."""
ROWS = 64
"""Rows that are looked up together, so that what is worked on stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Condition:
    """All that the way to a leaf asks of one feature: low < x ≤ high."""

    feature: int
    low: float
    high: float
    missing: bool
    """Whether a missing value meets it."""
    share: float
    """Share of the training rows that meet it, of those that came so far."""


@dataclass(frozen=True, slots=True)
class _Plane:
    """The conditions of one place, of all leaves that have so many."""

    feature: Whole
    low: Floats
    high: Floats
    missing: npt.NDArray[np.bool_]
    table: Floats
    """What the condition's feature adds, by leaf and set of conditions that are met."""
    gather: Any
    """Leaves → features, a sparse matrix of ones."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leaves of a booster, those with the most conditions first."""

    planes: tuple[_Plane, ...]
    start: Whole
    """Where each leaf's entries begin in the tables."""

    def contributions(self, x: Floats) -> Floats:
        """What each feature adds to each row's log-odds; rows by features."""
        out = np.zeros(x.shape)
        for begin in range(0, len(x), ROWS):
            # An endless value below every bound is above none of the bounds that are not there.
            part = np.maximum(x[begin : begin + ROWS].T, np.finfo(np.float64).min)
            unknown = np.isnan(part)
            entry = np.repeat(self.start[:, None], part.shape[1], axis=1)
            for place, plane in enumerate(self.planes):
                value = part[plane.feature]
                met = (value > plane.low[:, None]) & (value <= plane.high[:, None])
                met |= unknown[plane.feature] & plane.missing[:, None]
                entry[: len(met)] += met.astype(np.int64) << place
            for plane in self.planes:
                added = plane.gather @ plane.table[entry[: len(plane.feature)]]
                out[begin : begin + ROWS] += added.T
        return out


@lru_cache(maxsize=8)
def leaves_of(text: str) -> Leaves | None:
    """The leaves of a LightGBM model's text; None where tables do not serve it.

    That is: more than `MOST` features on the way to a leaf, a split by category, zero for missing.
    """
    header, *trees = text.split("\nTree=")
    width = int(_fields(header)["max_feature_idx"]) + 1
    ways: list[tuple[float, list[Condition]]] = []
    for tree in trees:
        found = _ways(_fields(tree.split("\n\n", 1)[0]))
        if found is None:
            return None
        ways += found
    if not ways or max(len(conditions) for _, conditions in ways) > MOST:
        return None
    ways.sort(key=lambda way: -len(way[1]))
    sizes = np.array([2 ** len(conditions) for _, conditions in ways], np.int64)
    return Leaves(_planes(ways, width), np.concatenate([[0], np.cumsum(sizes)[:-1]]))


def _fields(section: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in section.splitlines() if "=" in line)


def _ways(tree: dict[str, str]) -> list[tuple[float, list[Condition]]] | None:
    """Each leaf of a tree: its value and the conditions on the way to it."""
    if int(tree["num_leaves"]) < 2:
        return []
    split, left, right, kinds = (
        np.array(tree[name].split(), np.int64)
        for name in ("split_feature", "left_child", "right_child", "decision_type")
    )
    limit, value, rows, inner = (
        np.array(tree[name].split(), np.float64)
        for name in ("threshold", "leaf_value", "leaf_count", "internal_count")
    )
    # Bit 0: by category; bit 1: missing goes left; bits 2 and 3: 1 is zero for missing, 2 is NaN.
    if int(tree["num_cat"]) or ((kinds >> 2) == 1).any():
        return None
    found: list[tuple[float, list[Condition]]] = []
    waiting: list[tuple[int, dict[int, Condition]]] = [(0, {})]
    while waiting:
        node, way = waiting.pop()
        if node < 0:
            found.append((float(value[~node]), list(way.values())))
            continue
        feature, bound = int(split[node]), float(limit[node])
        # What has no direction of its own for missing values takes them for zero.
        missing_left = bool(kinds[node] & 2) if kinds[node] >> 2 else bound >= 0
        for child, goes_left in ((int(left[node]), True), (int(right[node]), False)):
            reached = inner[child] if child >= 0 else rows[~child]
            old = way.get(feature, Condition(feature, -np.inf, np.inf, missing=True, share=1.0))
            new = Condition(
                feature,
                old.low if goes_left else max(old.low, bound),
                min(old.high, bound) if goes_left else old.high,
                missing=old.missing and missing_left == goes_left,
                share=old.share * float(reached / inner[node]),
            )
            waiting.append((child, way | {feature: new}))
    return found


def _planes(ways: list[tuple[float, list[Condition]]], width: int) -> tuple[_Plane, ...]:
    depths = np.array([len(conditions) for _, conditions in ways])
    tables: list[list[Floats]] = [[] for _ in range(depths[0])]
    for depth in range(int(depths[0]), 0, -1):
        same = [way for way in ways if len(way[1]) == depth]
        if same:
            shares = np.array([[c.share for c in conditions] for _, conditions in same])
            added = _added(np.array([value for value, _ in same]), shares)
            for place in range(depth):
                tables[place].append(added[:, :, place].ravel())
    planes = []
    for place, parts in enumerate(tables):
        own = [conditions[place] for _, conditions in ways if len(conditions) > place]
        feature = np.array([c.feature for c in own], np.int64)
        ones = (np.ones(len(own)), (feature, np.arange(len(own))))
        planes.append(
            _Plane(
                feature,
                np.array([c.low for c in own]),
                np.array([c.high for c in own]),
                np.array([c.missing for c in own], np.bool_),
                np.concatenate(parts),
                csr_array(ones, shape=(width, len(own))),
            )
        )
    return tuple(planes)


def _added(value: Floats, share: Floats) -> Floats:
    """Leaves of d conditions → leaves × 2^d sets of conditions that are met × d: Shapley values.

    With z the share and b whether it is met, a condition j adds v (b_j − z_j) ∫ ∏ (z_i (1 − u) + b_i u) du
    over the others i and 0 ≤ u ≤ 1: the integral is the sum over subsets with Shapley's weights, and as a
    polynomial of degree d − 1 it is exact at d / 2 points of Gauss and Legendre.
    """
    depth = share.shape[1]
    met = (np.arange(2**depth)[:, None] >> np.arange(depth) & 1).astype(np.float64)
    points, weights = np.polynomial.legendre.leggauss((depth + 1) // 2)
    u = (points + 1) / 2
    factors = share[:, None, :, None] * (1 - u) + met[None, :, :, None] * u
    others = factors.prod(axis=2, keepdims=True) / factors
    integral = others @ (weights / 2)
    return np.asarray(value[:, None, None] * (met - share[:, None, :]) * integral, np.float64)
