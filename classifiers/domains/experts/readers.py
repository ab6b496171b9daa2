"""What is read of a page: a reader turns a `Site` into hashed n-grams or tokens, and a linear model
on them says how much they are like those of fraud.

Many narrow readers, each combined by its own weight, hold better on unseen templates at one false
alarm in a thousand than one reader of everything: no single odd name can carry a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.domains.experts.linear import Linear, Loss, Weighting, fit_linear
from classifiers.domains.experts.marks import marks
from classifiers.domains.ngrams import Grams, Ids, char_grams, rows, token_ids, word_grams
from classifiers.domains.site import Site

VERSION = 4
"""Raise it with any change of what is read: models trained on other readings are refused."""
FOLDS = 5
_WORDS_READ = 4000
_LETTERS_READ = 2000
_HAN_READ = 3000
"""Characters of text that each reader reads."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One kind of thing to read."""

    zh: str
    en: str
    """What is read, as the subject of a reason's sentence."""
    tokens: Callable[[Site], Sequence[str]] | None = None
    """Whole tokens; or else `text` and `grams`."""
    text: Callable[[Site], str] = lambda site: ""
    grams: Callable[[str, int], Grams] = word_grams
    bits: int = 18

    def ids(self, site: Site) -> Ids:
        """Hashed ids of what there is; empty where there is nothing to read."""
        return self._read(site).grams.ids

    def _read(self, site: Site) -> "_Read":
        # Once for all readers of it, and for the reasons.
        return site.once(id(self), self._make)

    def _make(self, site: Site) -> "_Read":
        if self.tokens is None:
            text = self.text(site)
            return _Read(text, [], self.grams(text, self.bits))
        named = self.tokens(site)
        ids = token_ids(named, self.bits)
        return _Read("", named, Grams(ids, np.arange(len(ids))))

    def rows(self, sites: Sequence[Site]) -> csr_matrix:
        """One row per site."""
        return rows([self.ids(site) for site in sites], self.bits)

    def extract(self, model: Linear, site: Site, side: float) -> str:
        """What speaks most for the side that won (1 fraud, -1 honest), for people to read."""
        text, named, found = self._read(site)
        points = model.points(found.ids) * side
        if self.tokens is not None:
            return "、".join(dict.fromkeys(named[k] for k in np.argsort(-points)[:4]))[:200]
        return _strongest(text, points, found.starts)


class _Read(NamedTuple):
    """What was read of a site: a text, or tokens, and their ids."""

    text: str
    tokens: Sequence[str]
    grams: Grams


@dataclass(frozen=True, slots=True)
class Reader:
    """A thing to read, and how a linear model on it is trained."""

    reading: Reading
    weighting: Weighting = "nb"
    loss: Loss = "logistic"
    strength: float = 10.0

    @property
    def bits(self) -> int:
        """Ids are of so many bits."""
        return self.reading.bits

    def rows(self, sites: Sequence[Site]) -> csr_matrix:
        """One row per site."""
        return self.reading.rows(sites)

    def fit(
        self,
        ids: csr_matrix,
        labels: NDArray[np.integer],
        weights: NDArray[np.floating] | None = None,
    ) -> Linear:
        """Train its linear model on rows."""
        return fit_linear(
            ids, labels,
            weighting=self.weighting, loss=self.loss, strength=self.strength, weights=weights,
        )  # fmt: skip


def says(model: Linear, ids: csr_matrix) -> NDArray[np.float64]:
    """Log-odds or margins of rows; 0 where there was nothing to read, which is no word for either side."""
    return np.where(np.diff(ids.indptr) > 0, model.scores(ids), 0.0)


def fit_reader(
    reader: Reader,
    sites: Sequence[Site],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    folds: NDArray[np.integer],
) -> tuple[Linear, NDArray[np.float64]]:
    """Train a reader's model; gives it, and what its like said of sites of folds that it never saw."""
    ids = reader.rows(sites)

    out = np.zeros(len(sites))
    for fold in range(FOLDS):
        inside = folds == fold
        model = reader.fit(ids[~inside], labels[~inside], weights[~inside])
        out[inside] = says(model, ids[inside])
    return reader.fit(ids, labels, weights), out


_SPAN = 120
_NEAR = 1e-6
"""Points by which a passage may miss the most by rounding."""


def _strongest(text: str, points: NDArray[np.float32], starts: Ids) -> str:
    """The passage of at most 120 characters whose n-grams have most points."""
    if not len(points) or len(text) <= _SPAN:
        return text.replace("\x01", " ").strip() if len(points) else ""
    places = np.minimum(starts, len(text) - 1)
    heat = np.bincount(places, weights=points, minlength=len(text))
    # Differences of running sums find where to look, in a tenth of the time; sums decide.
    sums = np.concatenate([[0.0], np.cumsum(heat)])
    rough = sums[_SPAN:] - sums[:-_SPAN]
    likely = np.flatnonzero(rough >= rough.max() - _NEAR)
    first, last = int(likely[0]), int(likely[-1])
    exact = np.convolve(heat[first : last + _SPAN], np.ones(_SPAN), mode="valid")
    begin = first + int(np.argmax(exact))
    return text[begin : begin + _SPAN].replace("\x01", " ").strip()


def _words(site: Site) -> str:
    """Title and text on one line, with a mark between them."""
    whole = f"{site.title} \x01 {site.text}"
    begun = _one_line(whole[: 2 * _WORDS_READ])
    # White space was more than half of it, or the text is short: read on.
    return (begun if len(begun) > _WORDS_READ else _one_line(whole))[:_WORDS_READ]


def _one_line(text: str) -> str:
    """Every run of white space as one space. With something at either end, so that none is stripped."""
    return " ".join(f"|{text}|".split())[1:-1]


def _letters(site: Site) -> str:
    return _words(site)[:_LETTERS_READ]


def _title(site: Site) -> str:
    return f"^{site.title}$" if site.title else ""


def _han(site: Site) -> str:
    return f"{site.title}{site.text}"[:_HAN_READ]


def _chars(*sizes: int) -> Callable[[str, int], Grams]:
    return lambda text, bits: char_grams(text, sizes, bits)


def _markup(*kinds: str) -> Callable[[Site], list[str]]:
    starts = tuple(f"{kind}=" for kind in kinds)

    def read(site: Site) -> list[str]:
        tokens = site.strings("markup")
        return [token for start in starts for token in tokens if token.startswith(start)]

    return read


_WORDS = Reading("页面用词", "its words", text=_words)
_LETTERS = Reading("页面文字的写法", "its wording", text=_letters, grams=_chars(3, 4, 5), bits=19)
_TITLE = Reading("页面标题", "its title", text=_title, grams=_chars(2, 3, 4))
_MARKS = Reading("页面代码中的名称", "names in its markup", tokens=marks)
_NAMES = Reading("代码中的类名和标识", "classes and ids", tokens=_markup("class", "id"))
_PATHS = Reading("资源路径", "paths of its files", tokens=_markup("path"))
_HAN = Reading("中文用语", "its Chinese wording", text=_han, grams=_chars(1, 2, 3))


def _margins(reading: Reading, strength: float = 1.0) -> Reader:
    return Reader(reading, "root-idf", "hinge", strength)


READERS: dict[str, Reader] = {
    "words": Reader(_WORDS),
    "words-margin": _margins(_WORDS),
    "letters": _margins(_LETTERS),
    "title": Reader(_TITLE),
    "title-margin": _margins(_TITLE),
    "marks": Reader(_MARKS),
    "names": _margins(_NAMES),
    "paths": _margins(_PATHS),
    "han": _margins(_HAN, 3.0),
    "kinds": Reader(_HAN, "nb-idf", strength=400.0),
}
"""All readers by name. A model may have one trained on pages and another one on texts alone."""
