"""Features of a page's words that hold for any language, and of the vocabulary of fraud."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from classifiers.domains.brands import borrowed_name
from classifiers.domains.characters import (
    COMMA,
    DIGIT,
    SPACE,
    STOP,
    UNIFIED,
    Kinds,
    kinds_by_point,
    points_of,
)
from classifiers.domains.features.feature import Feature, family, log1p
from classifiers.domains.folding import as_learned
from classifiers.domains.phrases import Finder
from classifiers.domains.site import Site

_HEAD = 4000
"""Characters that the language-independent measures look at."""
_ASCII = 0x80

_LOGIN = (
    "login", "log in", "signin", "sign in", "passw", "anmeld", "connexion", "iniciar sesi", "acceder",
    "accedi", "entrar", "登录", "登入", "ログイン", "вход", "вой", "giriş", "zaloguj", "przihl", "identifi",
    "usuario", "username", "email", "e-mail",
)  # fmt: skip
_URGENT = (
    "verif", "confirm", "suspend", "locked", "unusual", "expire", "update your", "limited", "secure",
    "restor", "recover", "bloqu", "vérif", "aktualis", "bestätig", "確認", "更新", "验证", "失效", "冻结",
    "激活",
)  # fmt: skip
_MONEY = (
    "wallet", "seed phrase", "recovery phrase", "metamask", "airdrop", "claim", "bitcoin", "usdt", "crypto",
    "profit", "invest", "deposit", "withdraw", "bonus", "casino", "payment", "card number", "cvv", "refund",
    "gift",
)  # fmt: skip
_BUILDER = (
    "wix", "weebly", "webflow", "google forms", "gitbook", "square online", "godaddy", "create your own",
    "create your free", "powered by", "framer", "jotform", "typeform", "canva", "report abuse",
    "this content is neither created",
)  # fmt: skip
_LEGAL = (
    "privacy policy", "terms of", "all rights reserved", "cookie", "datenschutz", "confidentialit", "隐私",
    "条款",
)  # fmt: skip
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the of and to in a is for on that with by as at from it be this are was have not der die und de la "
        "le les des et en el los que del il di che och att og på det van het een",
    )
)


@dataclass(frozen=True, slots=True)
class _Head:
    """What is read of the beginning of a text, once for all features."""

    length: int
    words: list[str]
    kinds: Kinds
    """The kinds of its characters, in their order."""
    ascii: int
    """Characters of ASCII."""
    counts: Mapping[str, int]
    """How often each of the words below stands in it or in the title."""
    measured: int
    """Characters that these were looked for in."""

    def share(self, kind: int) -> float | None:
        """Share of characters of a kind."""
        return np.count_nonzero(self.kinds & kind) / self.length if self.length else None


def _head(site: Site) -> _Head:
    return site.once(_Head, _read)


def _read(site: Site) -> _Head:
    text = site.text[:_HEAD]
    points = points_of(text)
    both = f"{site.title} {text}"
    counts: Counter[str] = Counter()
    end: dict[str, int] = {}
    for start, word in _finder().occurrences(both):
        # As `str.count` counts: a word does not overlap itself.
        if start >= end.get(word, 0):
            counts[word] += 1
            end[word] = start + len(word)
    return _Head(
        len(text),
        text.split(),
        kinds_by_point(points),
        int(np.count_nonzero(points < _ASCII)),
        counts,
        len(both),
    )


@lru_cache(maxsize=1)
def _finder() -> Finder:
    return Finder([*_LOGIN, *_URGENT, *_MONEY, *_BUILDER, *_LEGAL])


def length(site: Site) -> float | None:
    """Length of the text that was read, logarithmic."""
    return log1p(len(site.text)) if site.page else None


def words(site: Site) -> float | None:
    """Mean length of words. Runs of glued menu words and codes are long."""
    found = _head(site).words
    return sum(map(len, found)) / len(found) if found else None


def distinct(site: Site) -> float | None:
    """Share of words that are different. Prose repeats itself, interfaces do not."""
    found = _head(site).words[:300]
    return len(set(found)) / len(found) if found else None


def function_words(site: Site) -> float | None:
    """Share of common function words of European languages. Prose has them, interfaces do not."""
    found = _head(site).words
    return sum(map(_STOP.__contains__, found)) / len(found) if found else None


def digits(site: Site) -> float | None:
    """Share of digits."""
    return _head(site).share(DIGIT)


def signs(site: Site) -> float | None:
    """Sentence ends per hundred characters. Prose has sentences."""
    head = _head(site)
    ends = (head.kinds[:-1] & STOP > 0) & (head.kinds[1:] & SPACE > 0)
    return 100 * np.count_nonzero(ends) / head.length if head.length else None


def commas(site: Site) -> float | None:
    """Commas per hundred characters. Prose has clauses."""
    head = _head(site)
    return 100 * np.count_nonzero(head.kinds & COMMA) / head.length if head.length else None


def foreign(site: Site) -> float | None:
    """Share of letters outside ASCII."""
    head = _head(site)
    return 1 - head.ascii / head.length if head.length else None


def han(site: Site) -> float | None:
    """Share of Han characters."""
    return _head(site).share(UNIFIED)


def _per(words: Sequence[str], site: Site) -> float | None:
    head = _head(site)
    found = sum(map(head.counts.__getitem__, words))
    return log1p(1000 * found / max(head.measured, 100)) if site.page else None


def login(site: Site) -> float | None:
    """Words of logging in, per thousand characters, logarithmic."""
    return _per(_LOGIN, site)


def urgency(site: Site) -> float | None:
    """Words that urge to confirm, restore or renew, per thousand characters, logarithmic."""
    return _per(_URGENT, site)


def money(site: Site) -> float | None:
    """Words of wallets, profit and payment, per thousand characters, logarithmic."""
    return _per(_MONEY, site)


def builder(site: Site) -> float | None:
    """Marks of free site builders, per thousand characters, logarithmic. Throw-away pages are built there."""
    return _per(_BUILDER, site)


def legal(site: Site) -> float | None:
    """Legal notices, per thousand characters, logarithmic."""
    return _per(_LEGAL, site)


def brand(site: Site) -> float | None:
    """Whether title or copyright bear a known brand that the host is not."""
    if not site.page:
        return None
    return float(
        borrowed_name(site.title, as_learned(str(site.page.get("copyright") or "")), site.page_host)
        is not None
    )


def warnings(site: Site) -> float | None:
    """Warning words per thousand characters, logarithmic. Who warns of fraud speaks its words too."""
    return log1p(site.learned_speech.density) if site.page else None


def offered(site: Site) -> float | None:
    """Telling phrases of fraud that the page says of itself, logarithmic."""
    return log1p(sum(map(len, site.learned_speech.offered.values()))) if site.page else None


def quoted(site: Site) -> float | None:
    """Telling phrases of fraud that the page only quotes, logarithmic."""
    return log1p(len(site.learned_speech.quoted)) if site.page else None


TEXT: dict[str, Feature] = family(
    "text",
    ("文字长度", length), ("平均词长", words), ("不同词的比例", distinct), ("虚词比例", function_words),
    ("数字比例", digits), ("句末标点密度", signs), ("逗号密度", commas), ("非ASCII字符比例", foreign),
    ("汉字比例", han), ("登录用语密度", login), ("催促验证用语密度", urgency), ("钱款用语密度", money),
    ("免费建站痕迹", builder), ("法律声明密度", legal), ("借用他人品牌", brand),
    ("反诈警示用语密度", warnings), ("自称的诈骗话术数", offered), ("引述的诈骗话术数", quoted),
)  # fmt: skip
