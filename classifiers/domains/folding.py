"""Text as a fraudster bends it → text as a rule can match it: spacing, look-alikes, pinyin, variants.

The extractor has already folded width, traditional characters and zero-width characters; this undoes
what is left, and folds again for text that did not come through it (a title in a report, a test).
Experts read `as_learned`, which changes only with a retraining; rules read `folded` and `squeezed`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from opencc import OpenCC

_HAN = "\u3400-\u9fff"
_ANY_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Han characters, radicals and signs beside them: without any, nothing of what follows is to be done."""
_BETWEEN = re.compile(rf"(?<=[{_HAN}])[ \t\u3000·•・|*_~^+\-=/\\.,'\"`#]{{1,3}}(?=[{_HAN}])")
"""Filler between two Han characters (充 值, 充*值); never a sentence's end."""
_FILLER = re.compile(rf"(?<=[{_HAN}])[ \t\u3000·•・|*_~^+\-=/\\.'\"`#]{{1,3}}(?=[{_HAN}])")
"""The same without the comma, at which honest words meet (收入，金融): for rules."""
_UNSEEN = re.compile(
    "[\u0300-\u036f\u0489\u115f\u1160\u20d0-\u20f0\u3164\uffa0\U000e0000-\U000e01ef]+"
)
"""What shows nothing of its own, or strikes another character through: marks, fillers, tags."""
_JOINT = re.compile(rf"(?<=[{_HAN}])(?:[^\w。！？!?；;，,、：:\s]+|[\d０-９])(?=[{_HAN}])")
"""Within a sentence: symbols of any number, or one digit, between two Han characters."""
_LONE = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:[^{_HAN}\n。！？!?；;]{{1,3}}[{_HAN}](?![{_HAN}]))+")
"""Han characters that stand alone one after the other (百、家、乐), whatever is between them."""
_APART = re.compile(rf"[^{_HAN}A-Za-z0-9]+|(?<=[{_HAN}])[0-9](?=[{_HAN}])")
_ZERO_WIDTH = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")

LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁӏοανρυκιτ氺歀簢衤彡囗仺",
    "aeopcyxijsdloavpukit水款圆衣三口仓",
)
"""Cyrillic and Greek letters, and Han characters, that stand for another one which they resemble."""
_CAPITALS = str.maketrans("АВЕЅІЈКМНОРСТХУΑΒΕΗΙΚΜΝΟΡΤΧ", "ABESIJKMHOPCTXYABEHIKMNOPTX")
"""The same of capitals, which resemble others than their small ones do; the experts never saw it."""


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


def has_han(text: str) -> bool:
    """Whether there is any Han character, or what becomes one when it is folded."""
    return not text.isascii() and _ANY_HAN.search(text) is not None


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters as simplified ones (OpenCC t2s)."""
    return str(_simplifier().convert(text))


def folded(text: str) -> str:
    """Text in the one form in which phrases are looked for; idempotent, never raises."""
    if text.isascii():
        return _worded(text)
    plain = unicodedata.normalize("NFKC", text).translate(_CAPITALS)
    plain = _even(_UNSEEN.sub("", plain))
    return _worded(_FILLER.sub("", plain) if has_han(plain) else plain)


def as_learned(text: str) -> str:
    """Text in the form that the experts were trained on. A change here asks for a retraining."""
    if text.isascii():
        return _worded(text)
    plain = _even(unicodedata.normalize("NFKC", text))
    plain = _worded(_BETWEEN.sub("", plain) if has_han(plain) else plain)
    for spelled, word in _LEARNED:
        plain = plain.replace(spelled, word)
    return plain


def squeezed(text: str) -> str:
    """Folded text without what somebody put between its characters: symbols, single digits, and
    anything between Han characters that all stand alone. Commas within words stay, for honest
    sentences meet there (收入、金融), and so do the ends of sentences and lines."""
    if not has_han(text):
        return text
    plain = _JOINT.sub("", text)
    return _LONE.sub(lambda found: re.sub(rf"[^{_HAN}]", "", found.group()), plain)


def run_together(text: str) -> str:
    """Folded text with nothing left but Han, letters and digits: what is found only here may be chance."""
    return _APART.sub("", text)


def _even(text: str) -> str:
    """Nothing of zero width, one script."""
    plain = _ZERO_WIDTH.sub("", text).translate(LOOK_ALIKES)
    return simplified(plain) if has_han(plain) else plain


def _worded(plain: str) -> str:
    """Words in place of their bent spellings, in lower case."""
    bare = _bare(plain)
    for one in SUBSTITUTIONS:
        if any(spelled in bare for spelled in one.spellings):
            plain = one.pattern.sub(one.word, plain)
            bare = _bare(plain)
    return plain.lower()


def _bare(text: str) -> str:
    """Text in lower case without white space; the two further letters that fit an i whatever its case are one."""
    low = "".join(text.lower().split())
    return low if low.isascii() else low.replace("i\u0307", "i").replace("ı", "i")
