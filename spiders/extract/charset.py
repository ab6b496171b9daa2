"""Bytes of a page → text: what header and page declare, checked against what the bytes are."""

import codecs
import re

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_HEAD_BYTES = 4096
"""How far a declaration is looked for. The standard stops at 1024; real pages do not."""
_SAMPLE = 20_000
_SHORT = 200
"""Bytes up to which a text without declaration may be UTF-8 by chance."""

_ALIASES = {
    # Browsers read these labels as their superset (WHATWG Encoding); so do pages in the wild.
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "shift_jis": "cp932", "x-sjis": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    # A page that says UTF-16 in ASCII letters is not UTF-16 (WHATWG HTML, "prescan").
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
}  # fmt: skip

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp932", "cp949")


def declared_charset(body: bytes, content_type: str | None) -> str | None:
    """What the header says, else what the page says, in lower case; None where neither does."""
    found = _HEADER.search(content_type or "")
    if found:
        return found.group(1).lower()
    inside = _DECLARED.search(body, 0, _HEAD_BYTES)
    return inside.group(1).decode("ascii", "replace").lower() if inside else None


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str, str | None]:
    """The text of a page, the encoding it was read by, and the one declared.

    Order: byte-order mark; the declared encoding where the bytes agree with it; UTF-8 where they
    are UTF-8; the likeliest of GB18030, Big5 and their neighbours by the characters that come out;
    else the declared one, or Windows-1252. Never raises: what does not decode is U+FFFD.
    """
    declared = declared_charset(body, content_type)
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name, declared
    if body.isascii():
        return body.decode("ascii"), _known(declared) or "utf-8", declared
    said = _known(declared)
    first = said if said in _CANDIDATES else None
    text = _utf8(body)
    if text is not None:
        # Text that is UTF-8 by chance exists, but it is short and makes no sense (联通 in GBK).
        other = _likeliest(body, first=first) if first or len(body) < _SHORT else "utf-8"
        if other != "utf-8" and not _makes_more_sense(body[:_SAMPLE], other):
            other = "utf-8"
        return text if other == "utf-8" else body.decode(other, "replace"), other, declared
    if said is not None and said not in {"utf-8", "cp1252", *_CANDIDATES}:
        return body.decode(said, "replace"), said, declared
    guess = _likeliest(body, first=first)
    return body.decode(guess, "replace"), guess, declared


def _makes_more_sense(sample: bytes, name: str) -> bool:
    return name != "cp1252" and _score(sample, name) > _score(sample, "utf-8")


def _known(label: str | None) -> str | None:
    """The codec for a declared label; None for an unknown one or for what is no text encoding."""
    if label is None:
        return None
    name = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # `base64`, `zip` and the like are codecs too, and a page may name them; `idna` and `punycode`
    # decode in quadratic time.
    if not getattr(info, "_is_text_encoding", True) or info.name in _NOT_FOR_PAGES:
        return None
    return name


_NOT_FOR_PAGES = {
    "idna", "punycode", "unicode_escape", "unicode-escape", "raw_unicode_escape",
    "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem",
}  # fmt: skip


def _utf8(body: bytes) -> str | None:
    """The bytes as UTF-8 if that is what they are; a cut or broken end or odd byte is forgiven."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        high = len(body) - len(body.translate(None, _HIGH))
        return text if text.count("\ufffd") * 50 <= high else None


_HIGH = bytes(range(128, 256))
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相"
    "全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果"
    "料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则"
    "任取据处理世车费服务金融投资理财网络信息用户登录注册密码验证码账号银行贷款提现充值客服下载手机版权所有首页联系安全平台"
    "這個為國時來們於對會發動說產種過後經進著電裡實兩體當點從業還因開義間樣與關線內數無軍問變條沒結題黨員設長頭資邊圖統將組見計別"
    "運農幾區強決戰據處車費務網絡錄註冊碼驗證號銀貸儲値客戶服載權頁聯繫臺灣請您"
)
_HIGH_CHARACTERS = re.compile("[^\x00-\x7f]")
_HANGUL = frozenset(
    "이다는을의에가한고하지기로사어도를인자리해정대은수시나일있부으그서전들것보제원장만구라주스상여아과공국"
    "성조관유경치동문용소신미연금입회생우개면무계와게거않없년중까방된되니습호"
)


def _likeliest(body: bytes, *, first: str | None) -> str:
    """The encoding whose reading has most everyday Chinese; a declared one wins a draw.

    A wrong multi-byte reading gives rare characters and replacement marks instead.
    """
    sample = body[:_SAMPLE]
    names = list(dict.fromkeys([*([first] if first in _CANDIDATES else []), *_CANDIDATES]))
    scores = {name: _score(sample, name) for name in names}
    best = max(names, key=lambda name: scores[name])
    if scores[best] <= 0:
        return first or "cp1252"
    if first in scores and scores[first] >= 0.8 * scores[best]:
        return str(first)
    return best


def _score(sample: bytes, name: str) -> float:
    text = sample.decode(name, "replace")
    high: list[str] = _HIGH_CHARACTERS.findall(text)
    if not high:
        return 0.0
    good = sum(c in _COMMON for c in high)
    if name == "utf-8":
        good = sum(c in _COMMON or c in _HANGUL or not "\u3400" <= c <= "\ud7a3" for c in high)
    if name == "cp932":
        good = sum("\u3041" <= c <= "\u30fe" for c in high)
    if name == "cp949":
        good = sum(c in _HANGUL for c in high)
    bad = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in high)
    return (good - 5 * bad) / len(high)
