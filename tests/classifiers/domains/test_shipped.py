"""The model that ships: small, readable without running code, trained on nothing it may not be."""

from classifiers.domains.combination import Route
from classifiers.domains.corpus import WITHHELD
from classifiers.domains.shipped import DEFAULT, default_model


def test_it_is_small() -> None:
    assert DEFAULT.stat().st_size < 15_000_000


def test_it_was_trained_on_permitted_sources_only() -> None:
    rows = default_model().about["rows"]
    used = {source for part in rows.values() for source, n in part.items() if n}
    assert not used & set(WITHHELD)


def test_its_thresholds_say_what_the_data_can_support() -> None:
    for route in (Route.PAGE, Route.TEXT, Route.ZH_TEXT):
        thresholds = default_model().thresholds[route]
        assert thresholds.block.bound > thresholds.block.asked
        assert not thresholds.block.supported
        assert len(thresholds.warnings) == 2
        assert 0 <= thresholds.dismiss < 1
    assert Route.ZH_PAGE not in default_model().thresholds


def test_a_suffix_alone_moves_no_verdict() -> None:
    model = default_model()
    blind = model.host_scores(["xinyuan668.top", "xinyuan668.com"], blind=True)
    assert blind[0] == blind[1]
