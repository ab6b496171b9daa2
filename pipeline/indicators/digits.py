"""Digits in a text that people wrote → the phone numbers that they surely are.

People write a number in groups, several numbers in a row, and sums, dates and codes in between.
Which groups are one number is decided here; what a number is, in `pipeline.indicators.numbers`.
"""

import re
from collections.abc import Iterator

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators.numbers import E164_KINDS, NumberForm, read_number
from pipeline.nouns import Indicator

_RUN = re.compile(
    # After a slash only where the one before it is long: of 2024/01/04 nothing is a number.
    r"(?<![A-Za-z0-9_.@])(?<!(?<![0-9]{4})/)"
    r"(?:\+\s?)?\(?[0-9](?:[ \-()‐‑–—]{0,2}[0-9]){2,}(?![A-Za-z0-9_@])"
)
_NO_NUMBER_BEFORE = re.compile(
    r"(?:qq|微信|vx|验证码|驗證碼|工号|¥|￥|\$|第)\W{0,3}$", re.IGNORECASE
)
_NO_NUMBER_AFTER = re.compile(r"\s?(?:\.[0-9]|[%％元块万亿萬億折年月日分秒天人名个個点點:])")
_WHOLE = E164_KINDS | {"landline", "area-short", "international"}
"""Kinds of which the digits themselves say where the number ends."""
_LISTED = _WHOLE | {"iot", "sms-port", "spoofed"}
_SHORT = re.compile(r"95[0-9]{3}|96[0-9]{3}|12[0-9]{3}|100[0-9]{2}|95[0-9]{6}|96110")
_PREFIX = ("+", "00")
_FEWEST_DIGITS, _MOST_CHARACTERS = 5, 64
_GROUPS = 6
"""Groups that one number is written in, at most: +86 138 0013 8000 has four."""
_UNBROKEN = 7
"""Digits in one group that are a number by themselves: what follows is something else."""


def numbers_in(text: str) -> Iterator[tuple[int, int, Indicator]]:
    """Beginning, end and value of each number in a text."""
    for run in _RUN.finditer(text):
        if _NO_NUMBER_BEFORE.search(text[max(0, run.start() - 8) : run.start()]):
            continue
        groups = list(re.finditer(r"\S+", run[0]))
        if _NO_NUMBER_AFTER.match(text, run.end()):
            groups.pop()
        at = 0
        while at < len(groups):
            ends = _number_at(run[0], groups, at)
            if ends is None:
                at += 1
                continue
            last, form = ends
            start = run.start() + groups[at].start()
            yield start, run.start() + groups[last].end(), form.indicator
            at = last + 1


_Group = re.Match[str]
_Ends = tuple[int, NumberForm]
"""The last group of a number, and what the number is."""


def _number_at(run: str, groups: list[_Group], first: int) -> _Ends | None:
    """The number that begins at a group.

    The longest that ends by itself wins: `+86 138` is no hotline where `0013 8000` follows. What
    may have any length (ports of SMS, faked forms, short codes) ends where another thing begins.
    """
    candidates = [
        (last, form)
        for last in range(first, min(first + _GROUPS, len(groups)))
        if (form := _sure(run[groups[first].start() : groups[last].end()]))
    ]
    prefixed = groups[first][0].lstrip("(").startswith(_PREFIX)
    whole = [c for c in candidates if _is_whole(c[1], prefixed=prefixed)]
    if whole or not candidates:
        return whole[-1] if whole else None
    valid = [c for c in candidates if c[1].kind != "spoofed"]
    if not prefixed:
        open_ended = [c for c in valid if c[1].kind == "sms-port"]
        return _longest(run, groups, first, open_ended) if open_ended else (valid or candidates)[0]
    return _longest(run, groups, first, candidates)


def _longest(run: str, groups: list[_Group], first: int, candidates: list[_Ends]) -> _Ends:
    """The longest candidate that takes no group from whatever follows."""
    best = candidates[0]
    for candidate in candidates[1:]:
        last, _ = candidate
        if any(
            len(group[0]) >= _UNBROKEN or not group[0].strip("+()").isdigit()
            for group in groups[first:last]
        ):
            break
        if not groups[last][0].isdigit() or _begins_number(run, groups, best[0] + 1):
            break
        best = candidate
    return best


def _begins_number(run: str, groups: list[_Group], first: int) -> bool:
    """Whether a number that is not faked begins at a group."""
    return any(
        form is not None and form.kind != "spoofed"
        for last in range(first, min(first + _GROUPS, len(groups)))
        for form in [_sure(run[groups[first].start() : groups[last].end()])]
    )


def _is_whole(form: NumberForm, *, prefixed: bool) -> bool:
    return form.kind in _WHOLE and not (prefixed and form.kind == "area-short")


def _sure(text: str) -> NumberForm | None:
    """The number that a stretch of digits surely is; sums, dates and codes are left out."""
    if len(text) > _MOST_CHARACTERS or sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return None
    try:
        form = read_number(text)
    except NotAnIndicatorError:
        return None
    shown = text.lstrip("(")
    if form.kind == "landline":
        sure = shown.startswith(("+", "0"))
    elif form.kind in _LISTED:
        sure = form.kind != "international" or "no-plus" not in form.signals
    else:
        sure = shown.startswith(_PREFIX) or bool(_SHORT.fullmatch(form.indicator.value))
    return form if sure else None
