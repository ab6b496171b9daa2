"""Folded text → the same without what somebody put between its characters, for rules alone."""

import re

import numpy as np

from classifiers.domains.characters import (
    ALPHANUMERIC,
    DECIMAL,
    IDEOGRAPH,
    IDEOGRAPHS,
    SYMBOL,
    Flags,
    Kinds,
    has_han,
    kinds_by_point,
    points_of,
    runs,
    text_of,
)

_HAN = f"[{IDEOGRAPHS}]"
_NOT_HAN = f"[^{IDEOGRAPHS}]"
_LONE = re.compile(rf"(?<!{_HAN}){_HAN}(?:[^{IDEOGRAPHS}\n。！？!?；;]{{1,3}}{_HAN}(?!{_HAN}))+")
"""Han characters that stand alone one after the other (百、家、乐), whatever is between them."""
_APART = 4
"""Places from one of them to the next, at most."""


def squeezed(text: str) -> str:
    """Folded text without what somebody put between its characters: symbols, single digits, and
    anything between Han characters that all stand alone. Commas within words stay, for honest
    sentences meet there (收入、金融), and so do the ends of sentences and lines."""
    if not has_han(text):
        return text
    points = points_of(text)
    seen = kinds_by_point(points)
    han, joint = _joints(seen)
    if joint.any():
        points, han = points[~joint], han[~joint]
        text = text_of(points)
    lone = np.flatnonzero(han & ~_before(han) & ~_after(han))
    if not (np.diff(lone) <= _APART).any():
        return text
    return _LONE.sub(lambda found: re.sub(_NOT_HAN, "", found.group()), text)


def _joints(seen: Kinds) -> tuple[Flags, Flags]:
    """Where Han characters are, and where symbols of any number, or one digit, stand between two of them."""
    han, symbol = (seen & IDEOGRAPH) > 0, (seen & SYMBOL) > 0
    joint = ((seen & DECIMAL) > 0) & _before(han) & _after(han)
    begins, ends = runs(symbol)
    between = _before(han)[begins] & _after(han)[ends - 1]
    steps = np.zeros(len(seen) + 1, dtype=np.int8)
    steps[begins[between]] = 1
    steps[ends[between]] = -1
    return han, joint | (np.cumsum(steps[:-1], dtype=np.int8) > 0)


def _before(flags: Flags) -> Flags:
    """For each place, the flag of the one before it."""
    return np.concatenate([[False], flags[:-1]])


def _after(flags: Flags) -> Flags:
    return np.concatenate([flags[1:], [False]])


def run_together(text: str) -> str:
    """Folded text with nothing left but Han, letters and digits, and no single digit between Han: what is
    found only here may be chance."""
    points = points_of(text)
    seen = kinds_by_point(points)
    han = (seen & IDEOGRAPH) > 0
    lone = ((points >= ord("0")) & (points <= ord("9"))) & _before(han) & _after(han)
    return text_of(points[((seen & (IDEOGRAPH | ALPHANUMERIC)) > 0) & ~lone])
