"""Experts' log-odds → one calibrated log-odds: a route for each kind of evidence.

A page in a language that there is labelled markup for is judged by a fitted combination; Chinese
markup, for which no labelled pages could be had, by the rules with the experts as lesser voices,
until it can be fitted too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.characters import has_han
from classifiers.domains.site import Site


class Route(StrEnum):
    """Which evidence there is, and so which combination judges it."""

    PAGE = "page"
    """Markup in any language but Chinese."""
    TEXT = "text"
    """Text alone, not Chinese."""
    ZH_PAGE = "zh-page"
    """Chinese markup."""
    ZH_TEXT = "zh-text"
    """Chinese text alone, no longer than a message."""


CHINESE = (Route.ZH_PAGE, Route.ZH_TEXT)
_HAN_SHARE = 0.2
_HAN_ENOUGH = 40
"""Han characters that say something by themselves, however much of another language stands around them:
the shortest fraud pages say what they want in some sixty."""
_LATIN_ENOUGH = 200
"""Latin letters among Chinese that say something by themselves."""
_KANA_SHARE = 0.1
_KANA_OF_A_PAGE = 0.5
"""Kana to a Han character from which on a page as a whole is Japanese, lines of Han alone and all: menus and
titles have none. Japanese prose has one or two."""
MESSAGE_LONGEST = 400
"""Characters up to which a Chinese text is a message, such as the Chinese expert learned from; what is
longer is judged as a page is, even without markup."""
_HAN, _KANA = re.compile("[\u4e00-\u9fff]"), re.compile("[\u3040-\u30ff]")
_LATIN = re.compile("[a-z]")


def route_of(site: Site) -> Route:
    """The route by which a site that has a page is judged first. Nobody sees the description, so it
    chooses nothing; Chinese may stand anywhere in the visible text."""
    return routes_of(site)[0]


def routes_of(site: Site) -> tuple[Route, ...]:
    """The routes by which a site is judged: two where enough is said in Chinese and enough in another
    language, so that padding in either takes no page away from those that read the other."""
    markup = site.marked_up
    other = Route.PAGE if markup else Route.TEXT
    if not has_han(site.visible) and not has_han(site.heading):
        return (other,)
    shown = f"{site.heading}\n{site.visible}"
    han = every = 0
    for line in shown.split("\n"):
        found = len(_HAN.findall(line)) if not line.isascii() else 0
        every += found
        # Kana makes its own line Japanese, not the lines beside it.
        han += found if found and len(_KANA.findall(line)) < _KANA_SHARE * found else 0
    mostly = han > _HAN_SHARE * len(shown)
    if not mostly and han < _HAN_ENOUGH:
        return (other,)
    chinese = Route.ZH_PAGE if markup or len(shown) > MESSAGE_LONGEST else Route.ZH_TEXT
    if len(_KANA.findall(shown)) >= _KANA_OF_A_PAGE * every:
        return (other, chinese)
    if not mostly or len(_LATIN.findall(shown)) >= _LATIN_ENOUGH:
        return (chinese, other)
    return (chinese,)


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the inputs of one route, each cut off at ± its limit, and the bias.

    Inputs are log-odds: `rules`; `page` and `text`, the trees on content; `page.words` and the like, a
    reader of `experts.readers`; `han`.
    """

    weights: dict[str, float]
    limits: dict[str, float]
    bias: float
    rows: int
    """Labelled rows that it was fitted on; 0 where it is only judged."""

    def parts(self, inputs: dict[str, float]) -> dict[str, float]:
        """What each input adds to the log-odds."""
        return {
            name: weight * float(np.clip(inputs[name], -self.limits[name], self.limits[name]))
            for name, weight in self.weights.items()
        }

    def scores(self, inputs: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float64]:
        """Log-odds of many rows at once."""
        found: NDArray[np.float64] = self.bias + sum(
            (
                w * np.clip(inputs[n], -self.limits[n], self.limits[n])
                for n, w in self.weights.items()
            ),
            start=np.zeros(len(next(iter(inputs.values())))),
        )
        return found


def judged_zh_page() -> Blend:
    """The combination for Chinese markup before there is data: rules first, experts as lesser voices.

    The experts learned from short messages and from foreign pages; what they say of a Chinese page
    may nudge the rules, and no more.
    """
    return Blend(
        {"rules": 1.0, "han": 0.15, "page": 0.15}, {"rules": 12.0, "han": 4.0, "page": 4.0}, 0.0, 0
    )


SHARES = {"page": 2.0}
"""What counts more than once in the mean of the experts: the trees on markup see what no reader does."""


def fit_blend(
    inputs: Mapping[str, NDArray[np.floating]],
    labels: NDArray[np.integer],
    *,
    limits: Mapping[str, float],
    weights: NDArray[np.floating] | None = None,
) -> Blend:
    """Combine what experts said of rows that they never saw; rows may weigh.

    Each expert's word is brought to log-odds (Platt 1999), their mean is taken, and the mean is weighed
    beside the rules. So few numbers are fitted that none can learn one collection of honest pages by
    heart: weights fitted for each expert did worse wherever a collection was left out. Who contradicts
    the labels is not heard.
    """
    cut = {name: np.clip(inputs[name], -limits[name], limits[name]) for name in inputs}
    shares: dict[str, tuple[float, float]] = {}
    for name, column in cut.items():
        if name != "rules":
            slope, shift = to_log_odds(column, labels, weights)
            if slope > 0:
                shares[name] = (slope * SHARES.get(name, 1.0), shift * SHARES.get(name, 1.0))
    total = sum(SHARES.get(name, 1.0) for name in shares) or 1.0
    parts = [slope * cut[name] + shift for name, (slope, shift) in shares.items()]
    columns = {"mean": sum(parts) / total} if parts else {}
    columns["rules"] = cut["rules"]
    weighed, bias = _positive(columns, labels, weights)
    top = weighed.get("mean", 0.0) / total
    found = {name: top * slope for name, (slope, _) in shares.items() if top}
    if "rules" in weighed:
        found["rules"] = weighed["rules"]
    bias += top * sum(shift for _, shift in shares.values())
    return Blend(found, {name: limits[name] for name in found}, bias, len(labels))


def to_log_odds(
    scores: NDArray[np.floating],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating] | None = None,
) -> tuple[float, float]:
    """Slope and shift that bring scores of rows unseen in training to log-odds (Platt 1999)."""
    slope, shift = _logistic([scores], labels, weights)
    return slope, shift


def _positive(
    columns: dict[str, NDArray[np.floating]],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating] | None,
) -> tuple[dict[str, float], float]:
    """Slopes above zero by column, and the shift; a column whose slope would be none is left out."""
    while columns:
        *slopes, bias = _logistic(list(columns.values()), labels, weights)
        found = dict(zip(columns, slopes, strict=True))
        worst = min(found, key=found.__getitem__)
        if found[worst] > 0:
            return found, bias
        columns = {name: column for name, column in columns.items() if name != worst}
    share = float(np.average(labels, weights=weights))
    return {}, float(np.log(share / (1 - share)))


def _logistic(
    columns: list[NDArray[np.floating]],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating] | None,
) -> list[float]:
    """The slope of each column, and the shift."""
    from sklearn.linear_model import LogisticRegression

    seen = np.column_stack(columns)
    model = LogisticRegression(C=1e3, max_iter=1000).fit(seen, labels, sample_weight=weights)
    return [*model.coef_[0].tolist(), float(model.intercept_[0])]
