"""A host → the pieces that its name is judged by: labels, suffix, shape, mask, lexical measures."""

import math
import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from pipeline.indicators import registrable_domain


class Name(NamedTuple):
    """A host in three parts: what stands before, the label that was registered, the public suffix."""

    before: str
    label: str
    suffix: str


@lru_cache(maxsize=65536)
def parts(host: str) -> Name:
    """The parts of a host; an address or a bare suffix is all label."""
    registrable = registrable_domain(host)
    if not registrable or "." not in registrable:
        return Name("", host, "")
    label, _, suffix = registrable.partition(".")
    return Name(host[: -len(registrable)].rstrip("."), label, suffix)


def mask(label: str) -> str:
    """Digits masked, the mark of serial families: `a389b` → `a###b`."""
    return re.sub(r"\d", "#", label)


def shape(label: str) -> str:
    """Letters and digits only told apart: `a389b` → `a000a`."""
    return re.sub(r"[a-z]", "a", re.sub(r"\d", "0", label))


_SOUNDS = str.maketrans(
    "aeiou" + "bcdfghjklmnpqrstvwxyz" + "0123456789", "v" * 5 + "c" * 21 + "#" * 10
)


def tokens(name: Name, *, tld: bool) -> list[str]:
    """Whole-name tokens for the linear model; without any that knows the suffix where `tld` is False."""
    label = name.label
    digits = sum(map(str.isdigit, label))
    sounds = re.sub(r"(.)\1+", r"\1+", label.translate(_SOUNDS))
    found = [
        f"mask={mask(label)}",
        f"sounds={sounds}",
        f"length={len(label)}",
        f"letters={re.sub('[^a-z]', '', label)}",
        f"digits={digits}",
        f"before={bool(name.before)}",
    ]
    if tld:
        found += [
            f"tld={name.suffix}",
            f"tld-length={name.suffix}|{min(len(label) // 3, 6)}",
            f"tld-digits={name.suffix}|{digits > 0}",
        ]
    return found


KEYS = ("label", "mask", "letters", "head4", "head5", "tail4", "tail5", "shape")
KEYS_OF_TLD = ("tail3-tld", "head3-tld", "tld", "shape-tld")


def keys(name: Name) -> tuple[str, ...]:
    """What siblings of a family share, in the order of `KEYS` then `KEYS_OF_TLD`."""
    label, tld = name.label, name.suffix
    return (
        label,
        mask(label),
        re.sub("[^a-z]", "", label),
        label[:4],
        label[:5],
        label[-4:],
        label[-5:],
        shape(label),
        f"{label[-3:]}.{tld}",
        f"{label[:3]}.{tld}",
        tld,
        f"{shape(label)}.{tld}",
    )


LEXICAL = {
    "length": ("主域名长度", "length of the registered label"),
    "entropy": ("字符熵", "entropy of its characters"),
    "digits": ("数字比例", "share of digits"),
    "consonants": ("最长辅音串", "longest run of consonants"),
    "hyphens": ("连字符数", "hyphens"),
    "vowels": ("元音比例", "share of vowels"),
    "distinct": ("不同字符比例", "share of different characters"),
    "before": ("子域名长度", "length of what stands before it"),
    "depth": ("子域名层数", "labels before it"),
    "idn": ("国际化域名", "internationalised name"),
    "digit_run": ("最长数字串", "longest run of digits"),
    "starts_digit": ("以数字开头", "begins with a digit"),
    "ends_digit": ("以数字结尾", "ends with a digit"),
    "doubled": ("有叠字符", "a doubled character"),
    "suffix_length": ("后缀长度", "length of the suffix"),
}
"""Lexical measures in their order, in two languages; the last one knows the suffix."""


def lexical(name: Name) -> list[float]:
    """The measures of `LEXICAL`."""
    label = name.label
    n = max(len(label), 1)
    counts = Counter(label)
    return [
        len(label),
        -sum(c / n * math.log2(c / n) for c in counts.values()),
        sum(map(str.isdigit, label)) / n,
        max(map(len, re.findall(r"[b-df-hj-np-tv-z]+", label)), default=0),
        label.count("-"),
        sum(c in "aeiou" for c in label) / n,
        len(counts) / n,
        len(name.before),
        name.before.count(".") + bool(name.before),
        label.startswith("xn--"),
        max(map(len, re.findall(r"\d+", label)), default=0),
        label[:1].isdigit(),
        label[-1:].isdigit(),
        bool(re.search(r"(.)\1", label)),
        len(name.suffix),
    ]
