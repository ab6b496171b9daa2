"""Text as a fraudster bends it → text as a rule can match it: spacing, look-alikes, pinyin, variants.

The extractor has already folded width, traditional characters and zero-width characters; this undoes
what is left, and folds again for text that did not come through it (a title in a report, a test).
Experts read `as_learned`, which changes only with a retraining; rules read `folded`, and that `squeezed`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from opencc import OpenCC

from classifiers.domains.characters import (
    CAPITAL,
    CAPITALS,
    HAN,
    IDEOGRAPHS,
    LOOK_ALIKE,
    LOOK_ALIKES,
    UNSEEN,
    UNSEEN_RUN,
    ZERO_WIDTH,
    ZERO_WIDTHS,
    has_han,
    in_place_of,
    kinds,
    points_of,
)
from classifiers.domains.phrases import Finder

_HAN = IDEOGRAPHS
_BETWEEN = re.compile(rf"(?<=[{_HAN}])[ \t\u3000·•・|*_~^+\-=/\\.,'\"`#]{{1,3}}(?=[{_HAN}])")
"""Filler between two Han characters (充 值, 充*值); never a sentence's end."""
_FILLER = re.compile(rf"(?<=[{_HAN}])[ \t\u3000·•・|*_~^+\-=/\\.'\"`#]{{1,3}}(?=[{_HAN}])")
"""The same without the comma, at which honest words meet (收入，金融): for rules."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Spellings by which fraud bends a word, and the word."""

    pattern: re.Pattern[str]
    spellings: tuple[str, ...]
    """What the pattern fits, without spaces and neighbours: looked for first, because most pages have none
    of them, and a pattern costs a hundred times as much as a word."""
    word: str


def _spellings(pattern: str) -> tuple[str, ...]:
    """All that a pattern fits that is made of letters, classes of letters, spaces, neighbours and `|`."""
    bare = re.sub(r"\(\?[^)]*\)|\\b|\\s\?", "", pattern)
    found: list[str] = []
    for one in bare.split("|"):
        parts = re.findall(r"\[([^]]+)\]|(.)", one)
        found += map("".join, product(*(several or single for several, single in parts)))
    return tuple(found)


SUBSTITUTIONS: tuple[Substitution, ...] = tuple(
    Substitution(re.compile(pattern, re.IGNORECASE), _spellings(pattern), plain)
    for pattern, plain in (
        (r"chong\s?zhi|充\s?zhi|chong\s?值|冲值|沖值|充直|茺值", "充值"),
        (r"\bti\s?xian\b|提\s?xian|ti\s?现|提線", "提现"),
        (r"yong\s?jin\b|佣\s?jin|yong\s?金|拥金|傭金|佣琻", "佣金"),
        (r"shua\s?dan\b|刷\s?dan|shua\s?单|刷掸|唰单|刷箪", "刷单"),
        (r"cai\s?jin\b|彩\s?jin|(?<=[送领])采金", "彩金"),
        (r"bo\s?cai\b|博\s?cai|搏彩|菠菜网", "博彩"),
        (r"bai\s?jia\s?le|百家樂|佰家乐|百佳乐", "百家乐"),
        (r"fan\s?shui\b|反水|返氺|反氺|返水", "返水"),
        (
            r"wei\s?xin\b|微\s?xin|wei\s?信|[薇溦]信|(?<=[^增参]加)[徽威]信(?![县镇市])|(?<=^加)[徽威]信",
            "微信",
        ),
        (r"[加➕]\s?[薇v](?![a-z信])", "加微信"),
        (r"ke\s?fu\b|客\s?fu|ke\s?服", "客服"),
        (r"dai\s?kuan\b|贷\s?kuan|dai\s?款|岱款|袋款", "贷款"),
        (r"扣扣|秋秋号|\bq\s?q\b|企鹅号", "QQ"),
        (r"tou\s?zi\b|投\s?zi", "投资"),
        (r"yin\s?hang\s?ka|银行ka|银行卞", "银行卡"),
        (r"shen\s?fen\s?zheng|身份zheng|身份正号", "身份证"),
        (r"首存|首冲", "首充"),
    )
)


_LEARNED = (
    ("提线", "提现"),
    ("采金", "彩金"),
    ("博采", "博彩"),
    ("徽信", "微信"),
    ("威信", "微信"),
)
"""What the experts learned to read as another word, and honest pages say (采金, 博采众长, 提线木偶, 威信)."""


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters as simplified ones (OpenCC t2s); half of a surrogate pair as U+FFFD."""
    try:
        return str(_simplifier().convert(text))
    except UnicodeEncodeError:
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return str(_simplifier().convert(whole))


def folded(text: str) -> str:
    """Text in the one form in which phrases are looked for; idempotent, never raises."""
    if text.isascii():
        return _worded(text) if text else text
    plain = unicodedata.normalize("NFKC", text)
    seen = kinds(plain)
    if seen & CAPITAL:
        plain = in_place_of(plain, CAPITALS)
    if seen & UNSEEN:
        plain = UNSEEN_RUN.sub("", plain)
    plain = _even(plain, seen)
    return _worded(_FILLER.sub("", plain) if has_han(plain) else plain)


def as_learned(text: str) -> str:
    """Text in the form that the experts were trained on. A change here asks for a retraining."""
    if text.isascii():
        return _worded(text) if text else text
    plain = unicodedata.normalize("NFKC", text)
    plain = _even(plain, kinds(plain))
    if not has_han(plain):
        return _worded(plain)
    plain = _worded(_BETWEEN.sub("", plain))
    for spelled, word in _LEARNED:
        plain = plain.replace(spelled, word)
    return plain


def _even(text: str, seen: int) -> str:
    """Nothing of zero width, one script; `seen` are the kinds of characters in the text."""
    plain = ZERO_WIDTHS.sub("", text) if seen & ZERO_WIDTH else text
    if seen & LOOK_ALIKE:
        plain = in_place_of(plain, LOOK_ALIKES)
    return simplified(plain) if seen & HAN and has_han(plain) else plain


def _worded(plain: str) -> str:
    """Words in place of their bent spellings, in lower case."""
    if not _may_be_bent(plain):
        return plain.lower()
    bare = _bare(plain)
    for one in SUBSTITUTIONS:
        if any(map(bare.__contains__, one.spellings)):
            plain = one.pattern.sub(one.word, plain)
            bare = _bare(plain)
    return plain.lower()


_SPELLINGS = frozenset(spelled for one in SUBSTITUTIONS for spelled in one.spellings)
_PINYIN = tuple(sorted(spelled.encode() for spelled in _SPELLINGS if spelled.isascii()))
_BEYOND_ASCII = Finder(spelled for spelled in _SPELLINGS if not spelled.isascii())
_SHORT = 300
"""Characters below which a search for each spelling is quicker than to rule most of them out."""
_SPACE = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"


def _may_be_bent(text: str) -> bool:
    """Whether any bent spelling may stand in a text; if not, it is in its words already."""
    if len(text) < _SHORT:
        return any(map(_bare(text).__contains__, _SPELLINGS))
    if text.isascii():
        letters = text.encode()
    else:
        if (has_han(text) or "➕" in text) and _BEYOND_ASCII.occurrences(_bare(text)):
            return True
        # Without what is not ASCII letters stand side by side that did not: at worst it is looked at again.
        points = points_of(text.replace("ı", "i").replace("İ", "i"))
        letters = points[points < 0x80].astype(np.uint8).tobytes()
    letters = letters.lower().translate(None, _SPACE)
    return any(map(letters.__contains__, _PINYIN))


def _bare(text: str) -> str:
    """Text in lower case without white space; the two further letters that fit an i whatever its case are one."""
    low = "".join(text.lower().split())
    return low if low.isascii() else low.replace("i\u0307", "i").replace("ı", "i")
