"""How well fraud is told from collections of honest pages, and from months, that training never saw.

    python -m benchmarks.unseen DIR [COLLECTION,COLLECTION ...]

`DIR` is a folder of labelled files (docs/sites.md). Folds keep templates together, and every expert is
trained anew without some collections of honest pages (each argument names some that are left out
together; by default each alone), or without the later half of the dated texts. Folds alone flatter: they
keep every collection on both sides.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.combination import fit_blend
from classifiers.domains.corpus import WITHHELD, PageRow
from classifiers.domains.experts.boosted import Boosted, fit_boosted
from classifiers.domains.experts.content import KINDS
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import FOLDS, READERS, says
from classifiers.domains.features.feature import matrix
from classifiers.domains.metrics import auc, rate_at, threshold_at
from classifiers.domains.rows import folds_of, labels_of, text_weights, with_content
from classifiers.domains.training import rules_say
from flows.training_folder import read_folder

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Left = dict[str, Callable[[PageRow], bool]]
SEED = 7
DRAWS, DRAWN = 300, 860


def main() -> None:
    """Print the share of fraud caught for each thing left out."""
    corpus = read_folder(Path(sys.argv[1]), tick=lambda n: None).without(WITHHELD)
    pages = with_content(corpus.pages)
    sources = dict.fromkeys(row.source for row in pages if not row.label)
    groups = [group.split(",") for group in sys.argv[2:]] or [[source] for source in sources]
    left: Left = {"nothing": lambda row: False} | {
        " and ".join(group): partial(_is_honest_of, group) for group in groups
    }
    _measure("page", pages, np.ones(len(pages)), left, lambda row: True)
    texts = [*(row.bare() for row in pages), *with_content(corpus.texts)]
    dates = sorted(row.seen for row in texts if row.label and row.seen)
    middle = dates[len(dates) // 2]
    late: Left = {"the later half": lambda row: bool(row.label and row.seen and row.seen >= middle)}
    _measure("text", texts, text_weights(texts), left, lambda row: row.seen is not None)
    _measure("text", texts, text_weights(texts), late, late["the later half"])


def _is_honest_of(sources: Sequence[str], row: PageRow) -> bool:
    return not row.label and row.source in sources


def _measure(
    kind: str,
    rows: Sequence[PageRow],
    weights: Floats,
    left: Left,
    asked: Callable[[PageRow], bool],
) -> None:
    labels, folds = labels_of(rows), folds_of(rows)
    sites = [row.site() for row in rows]
    columns = matrix(sites, KINDS[kind].features)
    read = {name: READERS[name].rows(sites) for name in KINDS[kind].readers}
    rules = np.array([rules_say(site) for site in sites])
    fraud = np.array([bool(row.label and asked(row)) for row in rows])
    for name, is_left in left.items():
        out = np.array([is_left(row) for row in rows])
        heard = {"rules": rules, kind: np.zeros(len(rows))}
        heard |= {f"{kind}.{one}": np.zeros(len(rows)) for one in read}
        for fold in range(FOLDS):
            learned, inside = (folds != fold) & ~out, folds == fold
            heard[kind][inside] = _trees(kind, columns, labels, weights, learned).scores(
                columns[inside]
            )
            for one, ids in read.items():
                model = _reader(one, ids, labels, weights, learned)
                heard[f"{kind}.{one}"][inside] = says(model, ids[inside])
        said = np.zeros(len(rows))
        for fold in range(FOLDS):
            learned, inside = (folds != fold) & ~out, folds == fold
            blend = fit_blend(
                {n: v[learned] for n, v in heard.items()}, labels[learned],
                limits=dict.fromkeys(heard, 12.0), weights=weights[learned],
            )  # fmt: skip
            said[inside] = blend.scores({n: v[inside] for n, v in heard.items()})
        print(f"{kind}, without {name}: {_figures(said[labels == 0], said[fraud])}", flush=True)


def _trees(
    kind: str, columns: NDArray[np.float32], labels: NDArray[np.int64], weights: Floats, rows: Bools
) -> Boosted:
    how = KINDS[kind]
    return fit_boosted(
        columns[rows], labels[rows], how.columns, seed=SEED,
        trees=how.trees, rate=how.rate, leaves=7, weights=weights[rows],
    )  # fmt: skip


def _reader(
    name: str, ids: csr_matrix, labels: NDArray[np.int64], weights: Floats, rows: Bools
) -> Linear:
    return READERS[name].fit(ids[rows], labels[rows], weights[rows])


def _figures(honest: Floats, fraud: Floats) -> str:
    """Area under the curve; the share caught over the highest of as many honest pages as half a validation
    file has, drawn anew many times; and at three rates."""
    rng = np.random.default_rng(0)
    drawn = min(DRAWN, len(honest) - 1)
    tops = [rng.choice(honest, drawn, replace=False).max() for _ in range(DRAWS)]
    over = np.mean([(fraud > top).mean() for top in tops])
    labels = np.r_[np.zeros(len(honest), np.int64), np.ones(len(fraud), np.int64)]
    rates = ", ".join(
        f"{rate_at(fraud, threshold_at(honest, rate).value):.3f} at {rate:g}"
        for rate in (1e-3, 3e-3, 1e-2)
    )
    return f"AUC {auc(labels, np.r_[honest, fraud]):.4f}, {over:.3f} over {drawn} drawn, {rates}"


if __name__ == "__main__":
    main()
