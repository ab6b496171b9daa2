"""A subject's identity document in the one form that a pseudonym is made of (`fanzha-industry@2`).

Two carriers meet only where they write the same person the same way. Resident identity numbers are 18
characters by GB 11643-1999 (also those of residence permits), unified social credit codes 18 by
GB 32100-2015; both end with a check character. Whatever else is written is refused: its pseudonym
would match nothing, without a word.
"""

import re
import unicodedata
from datetime import date

from pipeline.errors import FanzhaError

_RESIDENT = re.compile(r"\d{6}(\d{4})(\d\d)(\d\d)\d{3}[\dX]")
_COMPANY = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}")
_COMPANY_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_JOINTS = re.compile(r"[\s\-‐‑–]+")


def canonical_subject(text: str) -> str:
    """The document in canonical form: half width, upper case, without spaces and hyphens.

    Raises `FanzhaError`, which does not repeat the document, where it is none or its check character
    does not fit.
    """
    plain = _JOINTS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if _is_resident(plain) or _is_company(plain):
        return plain
    hint = ""
    if re.fullmatch(r"\d{15}", plain):
        hint = "; 15 digits are the form of before 1999: give the 18 of the same person"
    raise FanzhaError(
        "expected a resident identity number or a unified social credit code, 18 characters whose last "
        f"one fits the others, got something else{hint}"
    )


def _is_resident(text: str) -> bool:
    """ISO 7064 MOD 11-2, and a date of birth that is one."""
    found = _RESIDENT.fullmatch(text)
    if found is None or not text.isascii():
        return False
    try:
        date(*map(int, found.groups()))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - n, 11) for n, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17]


def _is_company(text: str) -> bool:
    """GB 32100-2015: weights are the powers of 3 modulo 31."""
    if not _COMPANY.fullmatch(text) or not text.isascii():
        return False
    total = sum(_COMPANY_SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(text[:17]))
    return _COMPANY_SIGNS[-total % 31] == text[17]
