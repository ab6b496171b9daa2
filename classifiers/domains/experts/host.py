"""The host-name expert: how much a name looks like those of investment and gambling fraud.

A linear model on character n-grams and whole-name tokens, then trees on its score, lexical measures
and the tables of families. Its score orders the crawl and adds a little to a verdict; alone it never
blocks: at a base rate of 1 in 1,000 most of what it points at is honest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifiers.domains.experts.boosted import Boosted, Matrix, fit_boosted
from classifiers.domains.experts.linear import Linear, fit_linear, mean_of
from classifiers.domains.experts.names import (
    KEYS,
    KEYS_OF_TLD,
    LEXICAL,
    Name,
    keys,
    lexical,
    parts,
    tokens,
)
from classifiers.domains.experts.tables import Tables, count, hashed
from classifiers.domains.ngrams import char_ids, rows_of, tokens_of

BITS = 19
FOLDS = 4
LINEAR = "linear"
_TOGETHER = 4096
"""Names whose n-grams are made at once: quicker than one by one, and training has a great many."""


@dataclass(frozen=True)
class HostExpert:
    """A trained host expert; `tld` tells the full one from its twin that is blind to the suffix."""

    tld: bool
    linear: Linear
    tables: Tables
    trees: Boosted

    def matrix(self, hosts: Sequence[str]) -> Matrix:
        """The columns that the trees see."""
        names = [parts(host) for host in hosts]
        score = self.linear.scores(ids_of(names, tld=self.tld))
        return _columns(names, score, self.tables, tld=self.tld)

    def scores(self, hosts: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds of each host."""
        return self.trees.scores(self.matrix(hosts))


def ids_of(names: Sequence[Name], *, tld: bool) -> csr_matrix:
    """Hashed n-grams and tokens of names."""
    parts = [names[at : at + _TOGETHER] for at in range(0, len(names), _TOGETHER)]
    return csr_matrix(vstack([_ids_of(part, tld=tld) for part in parts]))


def _ids_of(names: Sequence[Name], *, tld: bool) -> csr_matrix:
    shown = [f"^{n.before}.{n.label}$" if n.before else f"^{n.label}$" for n in names]
    grams = char_ids(shown, (1, 2, 3, 4, 5), BITS)
    whole = tokens_of([tokens(name, tld=tld) for name in names], BITS)
    return rows_of([grams, whole], len(names), BITS)


def table_names(*, tld: bool) -> tuple[str, ...]:
    """The keys whose tables a host expert keeps."""
    return (*KEYS, *KEYS_OF_TLD) if tld else KEYS


def column_names(*, tld: bool) -> tuple[str, ...]:
    """The columns of a host expert's trees."""
    measures = [m for m in LEXICAL if tld or m != "suffix_length"]
    tables = [f"{name}.{part}" for name in table_names(tld=tld) for part in ("seen", "fraud")]
    return (LINEAR, *measures, *tables)


def _columns(
    names: Sequence[Name], score: NDArray[np.floating], tables: Tables, *, tld: bool
) -> Matrix:
    measures = np.array([lexical(name) for name in names], dtype=np.float32)
    if not tld:
        measures = measures[:, :-1]
    return np.column_stack([score, measures, tables.features(_pieces(names, tld=tld))]).astype(
        np.float32
    )


def _pieces(names: Sequence[Name], *, tld: bool) -> NDArray[np.uint32]:
    width = len(table_names(tld=tld))
    return hashed([keys(name)[:width] for name in names])


def fit_host(
    hosts: Sequence[str],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    folds: NDArray[np.integer],
    *,
    tld: bool,
    seed: int,
) -> HostExpert:
    """Train on labelled hosts.

    What the trees see of a row comes from a linear model and tables that never saw that row's fold,
    or the trees would learn to trust a memory.
    """
    names = [parts(host) for host in hosts]
    ids, pieces = ids_of(names, tld=tld), _pieces(names, tld=tld)
    score = np.zeros(len(names))
    seen = table_names(tld=tld)
    shared = np.zeros((len(names), 2 * len(seen)), dtype=np.float32)
    models = []
    for fold in range(FOLDS):
        inside = folds == fold
        model = fit_linear(
            ids[~inside], labels[~inside], weighting="none", strength=3.0, weights=weights[~inside]
        )
        score[inside] = model.scores(ids[inside])
        models.append(model)
        shared[inside] = count(pieces[~inside], labels[~inside], seen).features(pieces[inside])
    measures = np.array([lexical(name) for name in names], dtype=np.float32)[
        :, : None if tld else -1
    ]
    matrix = np.column_stack([score, measures, shared]).astype(np.float32)
    trees = fit_boosted(
        matrix, labels, column_names(tld=tld), seed=seed, trees=400 if tld else 200, leaves=63,
        rate=0.03 if tld else 0.05, smallest=200, share=0.5, weights=weights,
    )  # fmt: skip
    return HostExpert(tld, mean_of(models), count(pieces, labels, seen), trees)
