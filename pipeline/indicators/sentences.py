"""A text that people wrote → every indicator in it: links, bare names, addresses and numbers.

Chinese has no spaces, so a link ends where its characters end. What is only perhaps meant is left
out: a bare name needs a known top level, a bare number a form that sums and dates do not have.
"""

import re
from collections.abc import Iterator

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators.digits import numbers_in
from pipeline.indicators.folding import fold, refang
from pipeline.indicators.hosts import host_of, is_ip
from pipeline.indicators.suffixes import has_known_top_level
from pipeline.indicators.text import parse
from pipeline.nouns import Indicator, Kind

_REST = r"(?::[0-9]{1,5}(?![0-9]))?(?:[/?#\\][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|{}\\^]{0,4096})?"
_FOREIGN = (
    "\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff"
    "\u200c\u200d\u2070-\u218f\u2460-\u24ff\u2c00-\u2dff\ua4d0-\uabff\ufb00-\ufdff\ufe00-\ufe0f"
    "\ufe20-\ufe2f\ufe70-\ufefe\U00010000-\U00016fff\U0001d400-\U0001d7ff\U0001f110-\U0001f169"
)
"""Letters, marks and joiners that make one name with what they touch: Latin, Cyrillic, Arabic …

Not those of Chinese, Japanese and Korean, which stand before and after names without a space.
"""
_WORD = f"A-Za-z0-9_{_FOREIGN}"
_LETTER = f"A-Za-z{_FOREIGN}"
_ASCII_LINK = re.compile(
    rf"https?:[/\\]+(?:[A-Za-z0-9_.~%+$!&=@-]*(?::[!-\"$-.0-\[\]-~]*)?@)?"
    rf"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.%*-]*[A-Za-z0-9_](?![.%*-]*[{_WORD}])){_REST}",
    re.IGNORECASE | re.ASCII,
)
_ANY_LINK = re.compile(
    rf"https?:[/\\]+(?:[\w-]+[.。])+(?:[A-Za-z][A-Za-z0-9-]+|[^\W\d_A-Za-z]{{2,}})"
    rf"(?![{_WORD}]){_REST}",
    re.IGNORECASE,
)
_LINK_START = re.compile(r"https?:[/\\]+", re.IGNORECASE)
_NEXT_LINK = re.compile(r"[,;|](?=https?:[/\\])", re.IGNORECASE)
_MAIL = re.compile(
    r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+)+"
)
_BARE = re.compile(
    rf"(?<![{_WORD}@.\-])(?:(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?![{_WORD}-]|\.[{_WORD}])"
    rf"|(?:\*\.)?(?:[{_WORD}][{_WORD}-]{{0,62}}\.)+[{_LETTER}][{_LETTER}0-9-]{{1,62}}(?![{_WORD}@])"
    r"|\[(?=[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]{2,45}\])" + _REST
)
_LONGEST = 4096
"""Characters of a link; what is longer is too long to be listed, and is passed over."""


def find(text: str) -> list[Indicator]:
    """Every indicator in a text, each once, in the order they stand there; perhaps none."""
    clean = refang(fold(text))
    found: list[tuple[int, Indicator]] = []
    for collect in (_links, _mails, _names, numbers_in):
        pieces, at = [], 0
        for start, end, indicator in collect(clean):
            pieces += [clean[at:start], "\t" * (end - start)]
            at = end
            if indicator is not None:
                found.append((start, indicator))
        clean = "".join(pieces) + clean[at:]
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(indicator for _, indicator in found))


_Span = tuple[int, int, Indicator | None]


def _links(text: str) -> Iterator[_Span]:
    at = 0
    while start := _LINK_START.search(text, at):
        at, indicator = start.end(), None
        for pattern in (_ASCII_LINK, _ANY_LINK):
            link = pattern.match(text, start.start())
            if link is None:
                continue
            following = _NEXT_LINK.search(text, at, link.end())
            end = following.start() if following else link.end()
            indicator = _site(text[start.start() : end])
            if indicator:
                at = end
                break
        yield start.start(), at, indicator


def _mails(text: str) -> Iterator[_Span]:
    for mail in _MAIL.finditer(text):
        yield mail.start(), mail.end(), None


def _names(text: str) -> Iterator[_Span]:
    for name in _BARE.finditer(text):
        indicator = _site(name[0])
        host = host_of(indicator) if indicator else None
        if host is not None and (is_ip(host) or has_known_top_level(host)):
            yield name.start(), name.end(), indicator


def _site(text: str) -> Indicator | None:
    """The site of a stretch of text, without the punctuation that ends the sentence."""
    if len(text) >= _LONGEST:
        return None
    try:
        found = parse(_without_end(text))
    except NotAnIndicatorError:
        return None
    return None if found.kind is Kind.NUMBER else found


def _without_end(text: str) -> str:
    while text:
        last = text[-1]
        unopened = last in ")]}" and text.count(last) > text.count("([{"[")]}".index(last)])
        if last not in ".,:;!?'*|\\" and not unopened:
            break
        text = text[:-1]
    return text
