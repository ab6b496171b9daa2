"""A page's text → what it offers and what it merely quotes: fraud phrases in the light of warnings."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from classifiers.domains.characters import has_han
from classifiers.domains.lexicon import Lexicon
from classifiers.domains.phrases import Phrases
from classifiers.domains.squeezing import run_together, squeezed
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
    hedged: tuple[str, ...] = ()
    """Quoted phrases whose own sentences neither warn nor deny: only those before them do."""

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
    whole = f"{title}\n{text}"
    return _heard(title, text, words, _by_sentence(whole, words.any_phrase))


def listen_closely(title: str, text: str, words: Lexicon) -> Speech:
    """Read folded text as the rules do: phrases that are broken up count, those within an honest word
    do not."""
    plain = words.honest.sub(" ", f"{title}\n{text}")
    tight = squeezed(plain)
    told = _by_sentence(plain, words.any_phrase)
    if tight != plain:
        # Neither takes the end of a sentence away: the sentences of all forms are the same ones.
        for place, phrases in _by_sentence(tight, words.any_phrase).items():
            straight = told.setdefault(place, [])
            seen = frozenset(straight)
            straight += [phrase for phrase in phrases if phrase not in seen]
    speech = _heard(title, text, words, told)
    known = {*speech.quoted, *chain.from_iterable(speech.offered.values())}
    within = "\n".join(known)
    # What is not Chinese has spaces between its words, and is no phrase without them.
    together = run_together(text) if has_han(text) else ""
    apart = {p for p in words.any_phrase.findall(together) if len(p) >= 3}
    # A phrase across the end of a sentence is chance once, and no chance where there are several.
    broken = {p for p in apart - known if p not in within}
    return replace(speech, broken=frozenset(broken)) if broken else speech


def _by_sentence(whole: str, phrases: Phrases) -> dict[int, list[str]]:
    """The phrases of each sentence that has any, in their order."""
    found: dict[int, list[str]] = {}
    told = phrases.among(phrases.finder.occurrences(whole))
    if told:
        places = _places([one.start for one in told], _spans(whole))
        for place, one in zip(places, told, strict=True):
            found.setdefault(place, []).append(one.phrase)
    return found


def _spans(whole: str) -> list[tuple[int, int]]:
    return [sentence.span() for sentence in _SENTENCE.finditer(whole)]


def _places(starts: Iterable[int], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Which sentence each start stands in."""
    begins = [begin for begin, _ in spans]
    return [bisect_right(begins, start) - 1 for start in starts]


def _heard(title: str, text: str, words: Lexicon, told: Mapping[int, Sequence[str]]) -> Speech:
    """What is made of the phrases `told` by the sentences of title and text in which they stand."""
    whole = f"{title}\n{text}"
    said = words.any_phrase.finder.occurrences(whole)
    of_text = [one for one in said if one.start > len(title)]
    warnings = len(words.warning.among(of_text))
    density = 1000 * warnings / max(len(text), 200)
    in_title = {one.phrase for one in said if one.start < len(title)}
    warned_title = not in_title.isdisjoint(words.strong.words)
    common = {one.phrase for one in words.any_talk.among(of_text)}
    heard = Counter(topic for phrase in common for topic in words.talk_of[phrase])
    talk = {topic.category: heard[topic.category] for topic in words.topics}
    if not told:
        return Speech({}, (), talk, warnings, density, warned_title)
    spans = _spans(whole)
    warned = set(_places((one.start for one in words.warning.among(said)), spans))
    denied = set(_places((one.start for one in words.negation.among(said)), spans))
    offered: Counter[str] = Counter()
    quoted: Counter[str] = Counter()
    own_word: set[str] = set()
    seen_in: dict[str, str] = {}
    for place in sorted(told):
        phrases = told[place]
        begin, end = spans[place]
        for phrase in phrases:
            seen_in.setdefault(phrase, whole[begin:end].strip()[:200])
        itself = place in warned or place in denied
        if itself:
            own_word.update(phrases)
        (quoted if itself or place - 1 in warned else offered).update(phrases)
    ranked = [phrase for phrase, _ in offered.most_common()]
    by_topic = {
        topic.category: tuple(p for p in ranked if p in topic.tell.words) for topic in words.topics
    }
    only_quoted = tuple(p for p, _ in quoted.most_common() if p not in offered)
    telling = sum(end - begin for begin, end in map(spans.__getitem__, told))
    return Speech(
        offered={category: phrases for category, phrases in by_topic.items() if phrases},
        quoted=only_quoted,
        talk=talk,
        warnings=warnings,
        density=density,
        warned_title=warned_title,
        sentence=seen_in,
        titled=frozenset(t.category for t in words.topics if not in_title.isdisjoint(t.tell.words)),
        share=telling / max(len(whole), 1),
        hedged=tuple(p for p in only_quoted if p not in own_word),
    )
