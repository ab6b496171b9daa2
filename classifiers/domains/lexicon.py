"""The phrases of `lexicon.toml`, compiled once: topic → phrases, and the vocabulary of warning."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.categories import Category


@dataclass(frozen=True, slots=True)
class Topic:
    """What pages of one category say."""

    category: Category
    tell: re.Pattern[str]
    """Phrases that an honest page hardly ever says of itself."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    version: int
    topics: tuple[Topic, ...]
    any_phrase: re.Pattern[str]
    """Any `tell` of any topic, to see at once that a page says none."""
    any_talk: re.Pattern[str]
    """Any common phrase of any topic: telling only in number and beside a `tell`."""
    talk_of: Mapping[str, tuple[Category, ...]]
    """The topics of each common phrase."""
    warning: re.Pattern[str]
    negation: re.Pattern[str]
    """Words that deny what stands beside them in the sentence."""
    strong: re.Pattern[str]
    victim: re.Pattern[str]
    news: re.Pattern[str]
    disclosure: re.Pattern[str]
    honest: re.Pattern[str]
    """Honest words that contain a telling phrase; rules do not see the phrase in them."""


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words, the longest first."""
    return re.compile(
        "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))
    )


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon that ships; read on first use."""
    raw: dict[str, Any] = tomllib.loads(
        (Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8")
    )
    topics = {Category(name): words for name, words in raw["topic"].items()}
    warning = raw["warning"]
    talk_of: dict[str, tuple[Category, ...]] = {}
    for category, words in topics.items():
        for phrase in words["talk"]:
            talk_of[phrase] = (*talk_of.get(phrase, ()), category)
    return Lexicon(
        version=raw["version"],
        topics=tuple(Topic(c, any_of(w["tell"])) for c, w in topics.items()),
        any_phrase=any_of(phrase for w in topics.values() for phrase in w["tell"]),
        any_talk=any_of(talk_of),
        talk_of=talk_of,
        warning=any_of([*warning["words"], *warning["english"]]),
        negation=any_of(warning["negation"]),
        strong=any_of([*warning["strong"], *warning["english"]]),
        victim=any_of(warning["victim"]),
        news=any_of(warning["news"]),
        disclosure=any_of(warning["disclosure"]),
        honest=any_of(raw["honest"]["words"]),
    )
