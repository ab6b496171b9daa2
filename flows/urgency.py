"""Composition root: in which order a batch of sites is visited, by the harm that is expected of each."""

import math
from collections.abc import Mapping, Sequence

from pipeline.indicators import host_of
from pipeline.nouns import Indicator
from pipeline.settings import Settings


def most_harmful_first(
    sites: Sequence[Indicator], voices: Mapping[Indicator, int], *, settings: Settings
) -> list[Indicator]:
    """The sites by expected harm: how many speak of one, times how likely fraud is by its name.

    A name alone never condemns anybody; it says where to look first, for pages die within hours.
    """
    from flows.shelf import current_model

    if not sites:
        return []
    names = [host_of(site) or site.value for site in sites]
    scores = current_model(settings).host_scores(names)
    harm = {
        site: max(1, voices.get(site, 1)) / (1 + math.exp(-max(-30.0, min(30.0, float(score)))))
        for site, score in zip(sites, scores, strict=True)
    }
    return sorted(sites, key=lambda site: -harm[site])
