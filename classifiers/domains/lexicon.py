"""The phrases of `lexicon.toml`, read once: topic → phrases, and the vocabulary of warning."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from classifiers.domains.phrases import Finder, Phrases
from pipeline.categories import Category


@dataclass(frozen=True, slots=True)
class Topic:
    """What pages of one category say."""

    category: Category
    tell: Phrases
    """Phrases that an honest page hardly ever says of itself."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    version: int
    topics: tuple[Topic, ...]
    any_phrase: Phrases
    """Any `tell` of any topic, to see at once that a page says none."""
    any_talk: Phrases
    """Any common phrase of any topic: telling only in number and beside a `tell`."""
    talk_of: Mapping[str, tuple[Category, ...]]
    """The topics of each common phrase."""
    any_hint: Phrases
    """Everyday words by which kinds of fraud are told apart; they say nothing of whether it is fraud."""
    hint_of: Mapping[str, tuple[Category, ...]]
    warning: Phrases
    negation: Phrases
    """Words that deny what stands beside them in the sentence."""
    strong: Phrases
    victim: Phrases
    news: Phrases
    disclosure: Phrases
    honest: Phrases
    """Honest words that contain a telling phrase; rules do not see the phrase in them."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon that ships; read on first use."""
    raw: dict[str, Any] = tomllib.loads(
        (Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8")
    )
    topics = {Category(name): words for name, words in raw["topic"].items()}
    warning = raw["warning"]
    talk_of, hint_of = _topics_of(topics, "talk"), _topics_of(topics, "hint")
    tells = {category: words["tell"] for category, words in topics.items()}
    every = chain(*tells.values(), talk_of, hint_of, *warning.values(), raw["honest"]["words"])
    finder = Finder(every)

    def any_of(*lists: Iterable[str]) -> Phrases:
        return Phrases(frozenset(chain(*lists)), finder)

    return Lexicon(
        version=raw["version"],
        topics=tuple(Topic(category, any_of(words)) for category, words in tells.items()),
        any_phrase=any_of(*tells.values()),
        any_talk=any_of(talk_of),
        talk_of=talk_of,
        any_hint=any_of(hint_of),
        hint_of=hint_of,
        warning=any_of(warning["words"], warning["english"]),
        negation=any_of(warning["negation"]),
        strong=any_of(warning["strong"], warning["english"]),
        victim=any_of(warning["victim"]),
        news=any_of(warning["news"]),
        disclosure=any_of(warning["disclosure"]),
        honest=any_of(raw["honest"]["words"]),
    )


def _topics_of(
    topics: Mapping[Category, Mapping[str, list[str]]], kind: str
) -> dict[str, tuple[Category, ...]]:
    """The topics of each phrase of one kind."""
    found: dict[str, tuple[Category, ...]] = {}
    for category, words in topics.items():
        for phrase in words.get(kind, ()):
            found[phrase] = (*found.get(phrase, ()), category)
    return found
