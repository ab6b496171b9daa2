"""Titles of call features: every feature has one, in both languages, each its own."""

from classifiers.numbers.features.catalogue import FEATURES
from pipeline.call_features import TITLES, title


def test_every_feature_has_a_title_and_every_title_a_feature() -> None:
    assert set(TITLES) == set(FEATURES)


def test_no_two_features_read_alike() -> None:
    for language in ("zh", "en"):
        assert len({title(name, language) for name in TITLES}) == len(TITLES)


def test_a_title_follows_the_reader_s_language() -> None:
    assert title("callback_rate", "zh") == title("callback_rate", "zh-CN") == "回拨率"
    assert title("callback_rate", "en") == "callees who call back"
    assert title("a_later_feature", "en") == "a_later_feature"
