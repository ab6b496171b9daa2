"""How well fraud is told from collections of honest pages, and from months, that training never saw.

    python -m benchmarks.unseen DIR [COLLECTION,COLLECTION ...]

`DIR` is a folder of labelled files (docs/sites.md). Folds keep templates together, and every expert is
trained anew without some collections of honest pages (each argument names some that are left out
together; by default each alone), without the later half of the dated texts, or without both. Folds alone
flatter: they keep every collection on both sides. Rows are folded in three ways, because which pages fall
together moves the share caught at 1e-3 by several points; printed are the means, and in brackets half of
how far apart the three are. Nine minutes of processor for 5,000 pages.
"""

import sys
import zlib
from collections.abc import Callable, Sequence
from datetime import date
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
from classifiers.domains.rows import labels_of, text_weights, with_content
from classifiers.domains.training import rules_say
from flows.training_folder import read_folder

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Asked = Callable[[PageRow], bool]
Left = dict[str, Asked]
SEED = 7
DRAWS, DRAWN = 300, 860
FOLDINGS = 3


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
    late = partial(_is_late, dates[len(dates) // 2])
    both: Left = {
        f"the later half and {name}": partial(_is_either, late, is_left)
        for name, is_left in left.items()
        if name != "nothing"
    }
    _measure("text", texts, text_weights(texts), left, lambda row: row.seen is not None)
    _measure("text", texts, text_weights(texts), {"the later half": late} | both, late)


def _is_late(middle: date, row: PageRow) -> bool:
    return bool(row.label and row.seen and row.seen >= middle)


def _is_either(one: Asked, other: Asked, row: PageRow) -> bool:
    return one(row) or other(row)


def _is_honest_of(sources: Sequence[str], row: PageRow) -> bool:
    return not row.label and row.source in sources


def _measure(
    kind: str,
    rows: Sequence[PageRow],
    weights: Floats,
    left: Left,
    asked: Asked,
) -> None:
    labels = labels_of(rows)
    sites = [row.site() for row in rows]
    columns = matrix(sites, KINDS[kind].features)
    read = {name: READERS[name].rows(sites) for name in KINDS[kind].readers}
    rules = np.array([rules_say(site) for site in sites])
    fraud = np.array([bool(row.label and asked(row)) for row in rows])
    for name, is_left in left.items():
        out = np.array([is_left(row) for row in rows])
        found = []
        for folding in range(FOLDINGS):
            folds = _folds(rows, folding)
            said = _said(kind, folds, out, rules, columns, read, labels, weights)
            found.append(_figures(said[labels == 0], said[fraud]))
        print(f"{kind}, without {name}: {_sentence(np.array(found))}", flush=True)


def _folds(rows: Sequence[PageRow], folding: int) -> NDArray[np.int64]:
    """The fold of each row, in one of many ways; a template or a wording is never torn apart."""
    return np.array([zlib.crc32(f"fold {folding} {row.group}".encode()) % FOLDS for row in rows])


def _said(
    kind: str,
    folds: NDArray[np.int64],
    out: Bools,
    rules: Floats,
    columns: NDArray[np.float32],
    read: dict[str, csr_matrix],
    labels: NDArray[np.int64],
    weights: Floats,
) -> Floats:
    """Log-odds of each row by experts and a combination that saw neither its fold nor what is left `out`."""
    heard = {"rules": rules, kind: np.zeros(len(labels))}
    heard |= {f"{kind}.{one}": np.zeros(len(labels)) for one in read}
    for fold in range(FOLDS):
        learned, inside = (folds != fold) & ~out, folds == fold
        trees = _trees(kind, columns, labels, weights, learned)
        heard[kind][inside] = trees.scores(columns[inside])
        for one, ids in read.items():
            model = _reader(one, ids, labels, weights, learned)
            heard[f"{kind}.{one}"][inside] = says(model, ids[inside])
    said = np.zeros(len(labels))
    for fold in range(FOLDS):
        learned, inside = (folds != fold) & ~out, folds == fold
        blend = fit_blend(
            {n: v[learned] for n, v in heard.items()}, labels[learned],
            limits=dict.fromkeys(heard, 12.0), weights=weights[learned],
        )  # fmt: skip
        said[inside] = blend.scores({n: v[inside] for n, v in heard.items()})
    return said


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


def _figures(honest: Floats, fraud: Floats) -> tuple[float, ...]:
    """Area under the curve; the share caught over the highest of as many honest pages as half a validation
    file has, drawn anew many times; and at three rates."""
    rng = np.random.default_rng(0)
    drawn = min(DRAWN, len(honest) - 1)
    tops = [rng.choice(honest, drawn, replace=False).max() for _ in range(DRAWS)]
    over = float(np.mean([(fraud > top).mean() for top in tops]))
    labels = np.r_[np.zeros(len(honest), np.int64), np.ones(len(fraud), np.int64)]
    rates = (rate_at(fraud, threshold_at(honest, rate).value) for rate in (1e-3, 3e-3, 1e-2))
    return auc(labels, np.r_[honest, fraud]), over, *rates


def _sentence(found: Floats) -> str:
    """What `_figures` gave for each folding, as one line."""
    area, over, *rates = found.mean(axis=0)
    apart = np.ptp(found, axis=0)
    caught = ", ".join(
        f"{value:.3f} (±{far / 2:.3f}) at {rate}"
        for value, far, rate in zip(rates, apart[2:], ("1e-3", "3e-3", "1e-2"), strict=True)
    )
    return f"AUC {area:.4f}, {over:.3f} (±{apart[1] / 2:.3f}) over {DRAWN} drawn, {caught}"


if __name__ == "__main__":
    main()
