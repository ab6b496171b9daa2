"""A text that people wrote → every indicator in it: links, bare names, addresses and numbers.

Chinese has no spaces, so a link ends where its characters end. What is only perhaps meant is left
out: a bare name needs a known top level, a bare number a form that sums and dates do not have.
"""

import re
from collections.abc import Iterator

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators.folding import fold, refang
from pipeline.indicators.hosts import host_of, is_ip
from pipeline.indicators.numbers import NumberForm, read_number
from pipeline.indicators.suffixes import has_known_top_level
from pipeline.indicators.text import parse
from pipeline.nouns import Indicator, Kind

_REST = r"(?::[0-9]{1,5}(?![0-9]))?(?:[/?#\\][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|{}\\^]{0,4096})?"
_ASCII_LINK = re.compile(
    rf"https?:[/\\]+(?:[A-Za-z0-9_.~%+$!&=-]*(?::[^\s@/]*)?@)?"
    rf"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.%*-]*[A-Za-z0-9_]){_REST}",
    re.IGNORECASE | re.ASCII,
)
_ANY_LINK = re.compile(
    rf"https?:[/\\]+(?:[\w-]+[.。])+(?:[A-Za-z][A-Za-z0-9-]+|[^\W\d_A-Za-z]{{2,}}){_REST}",
    re.IGNORECASE,
)
_LINK_START = re.compile(r"https?:[/\\]+", re.IGNORECASE)
_MAIL = re.compile(
    r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+)+"
)
_BARE = re.compile(
    r"(?<![A-Za-z0-9_@.\-])(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![A-Za-z0-9_-]|\.[0-9A-Za-z])"
    r"|(?:\*\.)?(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,62}\.)+[A-Za-z][A-Za-z0-9-]{1,62}(?![A-Za-z0-9_@]))"
    + _REST
)
_DIGITS = re.compile(
    r"(?<![A-Za-z0-9_.@/])(?:\+\s?)?\(?[0-9](?:[ \-()‐‑–—]{0,2}[0-9]){2,25}(?![A-Za-z0-9_@])"
)
_NO_NUMBER_BEFORE = re.compile(
    r"(?:qq|微信|vx|验证码|驗證碼|工号|¥|￥|\$|第)\W{0,3}$", re.IGNORECASE
)
_NO_NUMBER_AFTER = re.compile(r"\s?(?:\.[0-9]|[%％元块万亿萬億折年月日分秒天人名个個点點:])")
_SURE = frozenset(
    {"mobile", "data-card", "iot", "shared-cost", "toll-free", "sms-port", "landline"}
    | {"area-short", "international", "spoofed"}
)
_SHORT = re.compile(r"95[0-9]{3}|96[0-9]{3}|12[0-9]{3}|100[0-9]{2}|95[0-9]{6}|96110")


_FEWEST_DIGITS = 5
_LONGEST = 4096
"""Characters of a link; what is longer is too long to be listed, and is passed over."""


def find(text: str) -> list[Indicator]:
    """Every indicator in a text, each once, in the order they stand there; perhaps none."""
    clean = refang(fold(text))
    found: list[tuple[int, Indicator]] = []
    for collect in (_links, _mails, _names, _numbers):
        spans = []
        for start, end, indicator in collect(clean):
            spans.append((start, end))
            if indicator is not None:
                found.append((start, indicator))
        for start, end in spans:
            clean = clean[:start] + "\t" * (end - start) + clean[end:]
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(indicator for _, indicator in found))


_Span = tuple[int, int, Indicator | None]


def _links(text: str) -> Iterator[_Span]:
    at = 0
    while start := _LINK_START.search(text, at):
        at = start.end()
        for pattern in (_ASCII_LINK, _ANY_LINK):
            link = pattern.match(text, start.start())
            indicator = _site(link[0]) if link else None
            if link and indicator:
                at = link.end()
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


def _numbers(text: str) -> Iterator[_Span]:
    for run in _DIGITS.finditer(text):
        if _NO_NUMBER_BEFORE.search(text[max(0, run.start() - 8) : run.start()]):
            continue
        after = _NO_NUMBER_AFTER.match(text, run.end())
        for start, piece in _pieces(run[0]):
            amount = after and start + len(piece) == len(run[0])
            form = None if amount else _sure(piece)
            if form:
                at = run.start() + start
                yield at, at + len(piece), form.indicator


def _pieces(run: str) -> Iterator[tuple[int, str]]:
    """A run of digits in groups → the numbers in it: the fewest groups that make a sure number."""
    groups = list(re.finditer(r"\S+", run))
    at = 0
    while at < len(groups):
        start = groups[at].start()
        last = _last_group(run, groups, at)
        if last is not None:
            yield start, run[start : groups[last].end()]
        at = at + 1 if last is None else last + 1


def _last_group(run: str, groups: list[re.Match[str]], first: int) -> int | None:
    """The group at which a number ends; a form that is only spoofed gives way to a valid one."""
    spoofed = None
    for last in range(first, min(first + 6, len(groups))):
        form = _sure(run[groups[first].start() : groups[last].end()])
        if form and form.kind != "spoofed":
            return last
        if form and spoofed is None:
            spoofed = last
    return spoofed


def _sure(text: str) -> NumberForm | None:
    """The number that a stretch of digits surely is; sums, dates and codes are left out."""
    if sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return None
    try:
        form = read_number(text)
    except NotAnIndicatorError:
        return None
    shown = text.lstrip("(")
    if form.kind == "landline":
        sure = shown.startswith(("+", "0"))
    elif form.kind in _SURE:
        sure = form.kind != "international" or "no-plus" not in form.signals
    else:
        sure = shown.startswith(("+", "00")) or bool(_SHORT.fullmatch(form.indicator.value))
    return form if sure else None
