"""The phrases of `lexicon.toml`, compiled once: topic → phrases, and the vocabulary of warning."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from classifiers.domains.folding import has_han
from pipeline.categories import Category


@dataclass(frozen=True, slots=True)
class Phrases:
    """A pattern that finds any of some phrases, the longest first.

    Most phrases are Chinese and most pages are not: a text without any Han is searched for the others
    one by one, which takes a hundredth of the time.
    """

    pattern: re.Pattern[str]
    plain: tuple[str, ...]
    """The phrases without Han characters."""

    def findall(self, text: str) -> list[str]:
        found: list[str] = self.pattern.findall(text) if self._may_have(text) else []
        return found

    def search(self, text: str) -> re.Match[str] | None:
        return self.pattern.search(text) if self._may_have(text) else None

    def fullmatch(self, text: str) -> bool:
        return self.pattern.fullmatch(text) is not None

    def sub(self, word: str, text: str) -> str:
        return self.pattern.sub(word, text) if self._may_have(text) else text

    def _may_have(self, text: str) -> bool:
        return has_han(text) or any(phrase in text for phrase in self.plain)


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


def any_of(words: Iterable[str]) -> Phrases:
    """A pattern that finds any of the words, the longest first."""
    ranked = sorted(set(words), key=lambda w: (-len(w), w))
    plain = tuple(word for word in ranked if not has_han(word))
    return Phrases(re.compile("|".join(map(re.escape, ranked))), plain)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon that ships; read on first use."""
    raw: dict[str, Any] = tomllib.loads(
        (Path(__file__).parent / "lexicon.toml").read_text(encoding="utf-8")
    )
    topics = {Category(name): words for name, words in raw["topic"].items()}
    warning = raw["warning"]
    talk_of, hint_of = _topics_of(topics, "talk"), _topics_of(topics, "hint")
    return Lexicon(
        version=raw["version"],
        topics=tuple(Topic(c, any_of(w["tell"])) for c, w in topics.items()),
        any_phrase=any_of(phrase for w in topics.values() for phrase in w["tell"]),
        any_talk=any_of(talk_of),
        talk_of=talk_of,
        any_hint=any_of(hint_of),
        hint_of=hint_of,
        warning=any_of([*warning["words"], *warning["english"]]),
        negation=any_of(warning["negation"]),
        strong=any_of([*warning["strong"], *warning["english"]]),
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
