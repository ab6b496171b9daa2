"""Experts' log-odds → one calibrated log-odds: a route for each kind of evidence.

A page in a language that there is labelled markup for is judged by a fitted combination; Chinese
markup, for which no labelled pages could be had, by the rules with the experts as lesser voices,
until it can be fitted too.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

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
    markup = bool(site.page.get("html_length"))
    other = Route.PAGE if markup else Route.TEXT
    shown = f"{site.heading}\n{site.visible}"
    if shown.isascii():
        return (other,)
    han = 0
    for line in shown.split("\n"):
        found = len(_HAN.findall(line)) if not line.isascii() else 0
        # Kana makes its own line Japanese, not the lines beside it.
        han += found if found and len(_KANA.findall(line)) < _KANA_SHARE * found else 0
    mostly = han > _HAN_SHARE * len(shown)
    if not mostly and han < _HAN_ENOUGH:
        return (other,)
    chinese = Route.ZH_PAGE if markup or len(shown) > MESSAGE_LONGEST else Route.ZH_TEXT
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


def judged_zh_page() -> Blend:
    """The combination for Chinese markup before there is data: rules first, experts as lesser voices.

    The experts learned from short messages and from foreign pages; what they say of a Chinese page
    may nudge the rules, and no more.
    """
    return Blend(
        {"rules": 1.0, "han": 0.15, "page": 0.15}, {"rules": 12.0, "han": 4.0, "page": 4.0}, 0.0, 0
    )


def fit_blend(
    inputs: dict[str, NDArray[np.floating]],
    labels: NDArray[np.integer],
    *,
    limits: dict[str, float],
    weights: NDArray[np.floating] | None = None,
) -> Blend:
    """Fit a route's weights and bias by a penalised logistic regression on rows that may weigh; weights
    below zero, which would turn an expert's word round, are dropped."""
    from sklearn.linear_model import LogisticRegression

    names = list(inputs)
    while True:
        columns = np.column_stack([np.clip(inputs[n], -limits[n], limits[n]) for n in names])
        model = LogisticRegression(C=0.1, max_iter=1000).fit(columns, labels, sample_weight=weights)
        found = dict(zip(names, model.coef_[0].tolist(), strict=True))
        worst = min(names, key=lambda n: found[n])
        if found[worst] >= 0 or len(names) == 1:
            kept = {n: limits[n] for n in names}
            return Blend(found, kept, float(model.intercept_[0]), len(labels))
        names.remove(worst)
