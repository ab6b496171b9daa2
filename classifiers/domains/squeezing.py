"""Folded text → the same without what somebody put between its characters, for rules alone."""

import re

from classifiers.domains.characters import IDEOGRAPHS, has_han

_HAN, _NOT_HAN = f"[{IDEOGRAPHS}]", f"[^{IDEOGRAPHS}]"
_JOINT = re.compile(rf"(?<={_HAN})(?:[^\w。！？!?；;，,、：:\s]+|\d)(?={_HAN})")
"""Within a sentence: symbols of any number, or one digit, between two Han characters."""
_LONE = re.compile(rf"(?<!{_HAN}){_HAN}(?:[^{IDEOGRAPHS}\n。！？!?；;]{{1,3}}{_HAN}(?!{_HAN}))+")
"""Han characters that stand alone one after the other (百、家、乐), whatever is between them."""
_DIGIT = re.compile(rf"(?<={_HAN})[0-9](?={_HAN})")
_WORDS = re.compile(f"[{IDEOGRAPHS}A-Za-z0-9]+")


def squeezed(text: str) -> str:
    """Folded text without what somebody put between its characters: symbols, single digits, and
    anything between Han characters that all stand alone. Commas within words stay, for honest
    sentences meet there (收入、金融), and so do the ends of sentences and lines."""
    if not has_han(text):
        return text
    plain = _JOINT.sub("", text)
    return _LONE.sub(lambda found: re.sub(_NOT_HAN, "", found.group()), plain)


def run_together(text: str) -> str:
    """Folded text with nothing left but Han, letters and digits, and no single digit between Han: what is
    found only here may be chance."""
    return "".join(_WORDS.findall(_DIGIT.sub("", text)))
