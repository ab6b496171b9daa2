"""Is a model that was read whole, and of this program's shapes? A model that passes can judge any page.

Parts that do not fit would fail in the middle of a batch, or worse: trees whose columns stand in
another order give a number for every page, and a wrong one.
"""

from collections.abc import Iterator

import numpy as np

from classifiers.domains.combination import Route
from classifiers.domains.experts.boosted import Boosted
from classifiers.domains.experts.content import KINDS
from classifiers.domains.experts.host import BITS
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import READERS
from classifiers.domains.experts.tables import Tables
from classifiers.domains.features.records import RECORDS
from classifiers.domains.model import SitesModel


def check(model: SitesModel) -> None:
    """Raises `ValueError` that names the first part that does not fit."""
    for name, linear, bits in _linears(model):
        _check_linear(name, linear, 2**bits)
    for name, host in (("host", model.host), ("host_blind", model.host_blind)):
        _check_tables(name, host.tables)
        _check_trees(name, host.trees)
    for name, content in model.content.items():
        _check_trees(name, content.trees)
    weights = model.records.weights
    _expect(
        len(weights) == len(RECORDS) and bool(np.isfinite(weights).all()),
        f"{len(RECORDS)} weights of records, all of them numbers, got {len(weights)}",
    )
    _expect(bool(np.isfinite(model.host_prior)), "a number as prior of the hosts")
    _check_blends(model)


def _expect(held: bool, what: str) -> None:
    if not held:
        raise ValueError(f"expected {what}")


def _linears(model: SitesModel) -> Iterator[tuple[str, Linear, int]]:
    yield "host", model.host.linear, BITS
    yield "host_blind", model.host_blind.linear, BITS
    yield "han", model.han, READERS["han"].bits
    for kind, content in model.content.items():
        for reader, linear in content.readers.items():
            yield f"{kind}.{reader}", linear, READERS[reader].bits
    for category, linear in model.categories.models.items():
        yield f"category.{category.value}", linear, READERS["han"].bits


def _check_linear(name: str, linear: Linear, length: int) -> None:
    for part, array in (("scale", linear.scale), ("coefficient", linear.coefficient)):
        _expect(
            array.shape == (length,),
            f"{length} values of {part} of linear/{name}, got {array.shape}",
        )
        _expect(bool(np.isfinite(array).all()), f"numbers in {part} of linear/{name}")
    _expect(bool(np.isfinite(linear.bias)), f"a number as bias of linear/{name}")


def _check_tables(name: str, tables: Tables) -> None:
    for key, hashes, totals, frauds in zip(
        tables.names, tables.hashes, tables.totals, tables.frauds, strict=True
    ):
        _expect(
            hashes.ndim == 1 and hashes.shape == totals.shape == frauds.shape,
            f"arrays of one length in tables/{name}/{key}",
        )
        _expect(bool((hashes[1:] > hashes[:-1]).all()), f"sorted hashes in tables/{name}/{key}")


def _check_trees(name: str, trees: Boosted) -> None:
    seen = trees.trained_on()
    wrong = next((a or b for a, b in zip(seen, trees.columns, strict=False) if a != b), "")
    _expect(
        seen == trees.columns,
        f"trees/{name} of {len(trees.columns)} columns in this program's order, got {len(seen)}"
        + (f", where {wrong} stands in another place" if wrong else ""),
    )


def _check_blends(model: SitesModel) -> None:
    known = {"rules", "han", *KINDS, *(f"{k}.{r}" for k, c in KINDS.items() for r in c.readers)}
    missing = [route.value for route in Route if route not in model.blends]
    _expect(not missing, f"a combination for every route, none for {', '.join(missing)}")
    for route, blend in model.blends.items():
        strange = sorted(set(blend.weights) - known)
        _expect(not strange, f"known inputs of {route.value}, got {', '.join(strange)}")
        _expect(set(blend.weights) <= set(blend.limits), f"a limit for each input of {route.value}")
        values = [*blend.weights.values(), *blend.limits.values(), blend.bias]
        _expect(bool(np.isfinite(values).all()), f"numbers in the combination of {route.value}")
