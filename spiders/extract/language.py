"""Which language a text is in: by script where the script tells, by n-grams elsewhere."""

import re
from functools import cache
from typing import Any

_SAMPLE = 200
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3041-\u30fe]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LETTERS = re.compile(r"[^\W\d_]")
_LEAST = 20
"""Letters below which a Latin text is too short to tell."""


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def language_of(text: str, *, declared: str | None = None) -> str | None:
    """ISO 639-1 code; None where there is too little text to tell.

    Han, kana and Hangul tell by themselves; for other letters, what the page declares counts first.
    """
    sample = text[:_SAMPLE]
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    hangul, letters = len(_HANGUL.findall(sample)), len(_LETTERS.findall(sample))
    if kana * 10 > han + kana and kana > 2:
        return "ja"
    if hangul * 3 > letters:
        return "ko"
    # A Chinese character says as much as a word of several letters.
    if han * 6 > letters:
        return "zh" if han > 1 else None
    if letters < _LEAST:
        return None
    if declared is not None and declared not in {"zh", "ja", "ko"}:
        return declared
    found: str = _model().classify(sample)[0]
    return found
