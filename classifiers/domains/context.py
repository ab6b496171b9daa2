"""A page's text → what it offers and what it merely quotes: fraud phrases in the light of warnings."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain

from classifiers.domains.folding import has_han, run_together, squeezed
from classifiers.domains.lexicon import Lexicon
from pipeline.categories import Category

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")

QUOTING_DENSITY = 3.0
"""Warning words per 1,000 characters from which a whole text counts as speaking about fraud."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a text uses the phrases of fraud."""

    offered: dict[Category, tuple[str, ...]]
    """Distinct telling phrases that the text says of itself, by category, most frequent first."""
    quoted: tuple[str, ...]
    """Telling phrases that stand only in sentences which warn or report."""
    talk: dict[Category, int]
    """Distinct common phrases of each category."""
    warnings: int
    """Warning words in the whole text."""
    density: float
    """Warning words per 1,000 characters."""
    warned_title: bool
    sentence: dict[str, str] = field(default_factory=dict)
    """For each telling phrase, the sentence it was first seen in."""
    titled: frozenset[Category] = frozenset()
    """Categories whose phrases stand in the title."""
    share: float = 0.0
    """Share of the text's characters that stand in sentences with a telling phrase."""
    broken: frozenset[str] = frozenset()
    """Longer telling phrases that show only in a text without any sign or line between its words."""

    @property
    def about_fraud(self) -> bool:
        """Whether the text as a whole speaks about fraud rather than commits it."""
        return self.warned_title or (self.warnings >= 3 and self.density >= QUOTING_DENSITY)

    @property
    def offers(self) -> int:
        """The most telling phrases that it says of itself of any one category."""
        return max(map(len, self.offered.values()), default=0)


def listen(title: str, text: str, words: Lexicon) -> Speech:
    """Read text as the experts learned to (`folding.as_learned`). A phrase is quoted where its
    sentence, or the one before it, warns."""
    return _heard(title, text, words, words.any_phrase.findall)


def listen_closely(title: str, text: str, words: Lexicon) -> Speech:
    """Read folded text as the rules do: phrases that are broken up count, those within an honest word
    do not."""

    def phrases(sentence: str) -> list[str]:
        plain = words.honest.sub(" ", sentence)
        tight = squeezed(plain)
        found = words.any_phrase.findall(plain)
        if tight != plain:
            seen = set(found)
            found += [p for p in words.any_phrase.findall(tight) if p not in seen]
        return found

    whole = f"{title}\n{text}"
    straight = not words.honest.search(whole) and squeezed(whole) == whole
    speech = _heard(title, text, words, words.any_phrase.findall if straight else phrases)
    known = {*speech.quoted, *chain.from_iterable(speech.offered.values())}
    within = "\n".join(known)
    # What is not Chinese has spaces between its words, and is no phrase without them.
    together = run_together(text) if has_han(text) else ""
    apart = {p for p in words.any_phrase.findall(together) if len(p) >= 3}
    # A phrase across the end of a sentence is chance once, and no chance where there are several.
    broken = {p for p in apart - known if p not in within}
    return replace(speech, broken=frozenset(broken)) if broken else speech


def _heard(title: str, text: str, words: Lexicon, phrases_in: Callable[[str], list[str]]) -> Speech:
    warnings = len(words.warning.findall(text))
    density = 1000 * warnings / max(len(text), 200)
    warned_title = bool(words.strong.search(title))
    heard = Counter(topic for p in set(words.any_talk.findall(text)) for topic in words.talk_of[p])
    talk = {topic.category: heard[topic.category] for topic in words.topics}
    whole = f"{title}\n{text}"
    if not phrases_in(whole):
        return Speech({}, (), talk, warnings, density, warned_title)
    offered: Counter[str] = Counter()
    quoted: Counter[str] = Counter()
    seen_in: dict[str, str] = {}
    before_warns, telling = False, 0
    for found in _SENTENCE.finditer(whole):
        sentence = found.group()
        phrases = phrases_in(sentence)
        warns = bool(words.warning.search(sentence))
        denied = warns or (bool(phrases) and words.negation.search(sentence) is not None)
        for phrase in phrases:
            seen_in.setdefault(phrase, sentence.strip()[:200])
        telling += len(sentence) if phrases else 0
        (quoted if denied or before_warns else offered).update(phrases)
        before_warns = warns
    ranked = [phrase for phrase, _ in offered.most_common()]
    by_topic = {
        topic.category: tuple(p for p in ranked if topic.tell.fullmatch(p))
        for topic in words.topics
    }
    return Speech(
        offered={category: phrases for category, phrases in by_topic.items() if phrases},
        quoted=tuple(p for p, _ in quoted.most_common() if p not in offered),
        talk=talk,
        warnings=warnings,
        density=density,
        warned_title=warned_title,
        sentence=seen_in,
        titled=frozenset(t.category for t in words.topics if t.tell.search(title)),
        share=telling / max(len(whole), 1),
    )
