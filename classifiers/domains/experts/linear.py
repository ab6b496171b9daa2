"""A linear model on hashed n-grams: fast to train and to apply, and every point explainable.

Each id is weighted by its naive-Bayes log-count ratio (Wang & Manning 2012, NB-SVM), by that and its
inverse document frequency, or by the ratio's root and that frequency, then rows are brought to unit
length. The root keeps one telling word from carrying a short page. What says log-odds (logistic loss) and
what says margins (squared hinge) err on different pages, so that both are heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from classifiers.domains.ngrams import Ids, different

Weighting = Literal["nb", "nb-idf", "root-idf", "none"]
Loss = Literal["logistic", "hinge"]
_COARSE = np.uint16(0xFFF0)
"""Bits of a number of half precision that are kept: sign, exponent and six of the ten bits after the first,
so that no weight moves by more than 0.83 %. The file is a seventh smaller for it. Of readers trained on half
of the training files, scores of the other half moved by 0.036 at most where they are log-odds (their
standard deviation is 7), and by 0.005 where they are margins (1)."""


@dataclass(frozen=True)
class Linear:
    """Weights of ids before the row is brought to unit length, coefficients after it, and the bias."""

    scale: NDArray[np.float32]
    coefficient: NDArray[np.float32]
    bias: float

    def scores(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Log-odds, or the margin, of each row."""
        # On what is there only: a product with the whole diagonal would cost its half a million ids.
        scaled = rows.data * self.scale[rows.indices]
        owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        norms = np.sqrt(np.bincount(owner, scaled * scaled, rows.shape[0]))
        dots = np.bincount(owner, scaled * self.coefficient[rows.indices], rows.shape[0])
        found: NDArray[np.float64] = dots / np.maximum(norms, 1e-9) + self.bias
        return found

    def points(self, ids: Ids) -> NDArray[np.float32]:
        """What the id at each place of a text adds to its score, as if it stood there alone."""
        scaled = self.scale[different(ids)]
        norm = max(float(np.sqrt((scaled * scaled).sum())), 1e-9)
        found: NDArray[np.float32] = self.scale[ids] * self.coefficient[ids] / norm
        return found

    def rescaled(self, slope: float, shift: float) -> "Linear":
        """The model whose score is `slope` times this one's, and `shift`."""
        coefficient = (self.coefficient * slope).astype(np.float32)
        return Linear(self.scale, coefficient, self.bias * slope + shift)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The model as arrays of less than half precision, for the model file."""
        return {
            "scale": _coarse(self.scale),
            "coefficient": _coarse(self.coefficient),
            "bias": np.array([self.bias]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Linear":
        """Read back what `arrays` gave."""
        return cls(
            np.asarray(arrays["scale"], np.float32),
            np.asarray(arrays["coefficient"], np.float32),
            float(np.asarray(arrays["bias"], np.float64)[0]),
        )


def fit_linear(
    rows: csr_matrix,
    labels: NDArray[np.integer],
    *,
    weighting: Weighting,
    strength: float,
    loss: Loss = "logistic",
    weights: NDArray[np.floating] | None = None,
) -> Linear:
    """Train on rows of presence. `strength` is the inverse of the L2 penalty; liblinear, fixed seed. With
    the (squared) hinge loss the scores are margins."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    scale = _scale(rows, labels, weighting)
    # Only of ids that were seen: most of a quarter of a million never are in a small corpus.
    used = np.flatnonzero(scale) if scale.any() else np.arange(1)
    scaled = rows[:, used] @ diags(scale[used])
    norms = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    ready = csr_matrix(diags(1 / np.maximum(norms, 1e-9)) @ scaled)
    # liblinear takes 32-bit indices.
    ready.indices, ready.indptr = ready.indices.astype(np.int32), ready.indptr.astype(np.int32)
    if loss == "hinge":
        model = LinearSVC(C=strength, tol=1e-3, max_iter=5000, random_state=0)
    else:
        model = LogisticRegression(
            C=strength, solver="liblinear", tol=5e-3, max_iter=60, random_state=0
        )
    model.fit(ready, labels, sample_weight=weights)
    coefficient = np.zeros(rows.shape[1], dtype=np.float32)
    coefficient[used] = model.coef_[0]
    return Linear(scale.astype(np.float32), coefficient, float(model.intercept_[0]))


def _coarse(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """Numbers of half precision with six bits after the first, the nearest ones; below 65,000 in size."""
    bits = values.astype(np.float16).view(np.uint16)
    return ((bits + np.uint16(8)) & _COARSE).view(np.float16)


def mean_of(models: list[Linear]) -> Linear:
    """The mean of models that share their scale: its score is the mean of their scores."""
    return Linear(
        models[0].scale,
        np.mean([m.coefficient for m in models], axis=0),
        float(np.mean([m.bias for m in models])),
    )


def _scale(
    rows: csr_matrix, labels: NDArray[np.integer], weighting: Weighting
) -> NDArray[np.float32]:
    seen = np.asarray(rows.sum(axis=0)).ravel()
    if weighting == "none":
        return np.ones(len(seen), dtype=np.float32)
    fraud = np.asarray(rows[labels == 1].sum(axis=0)).ravel() + 1
    honest = np.asarray(rows[labels == 0].sum(axis=0)).ravel() + 1
    ratio = np.log((fraud / fraud.sum()) / (honest / honest.sum()))
    if weighting == "root-idf":
        ratio = np.sqrt(np.abs(ratio))
    if weighting in ("nb-idf", "root-idf"):
        ratio = ratio * np.log((1 + rows.shape[0]) / (1 + seen))
    # Ids never seen in training weigh nothing: they can neither accuse nor dilute.
    return np.where(seen > 0, ratio, 0).astype(np.float32)
