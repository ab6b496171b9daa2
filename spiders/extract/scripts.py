"""What scripts give away: obfuscation, redirects, and third-party chat, read without running them."""

import re

from spiders.extract.links import absolute
from spiders.extract.page import ScriptMoves

OBFUSCATION: dict[str, tuple[str, re.Pattern[str]]] = {
    "eval": ("eval", re.compile(r"eval\s*\(")),
    "atob": ("atob", re.compile(r"atob\s*\(")),
    "unescape": ("unescape", re.compile(r"unescape\s*\(")),
    "document_write": ("document.write", re.compile(r"document\.write(?:ln)?\s*\(")),
    "from_char_code": ("fromCharCode", re.compile(r"fromCharCode\b")),
    "packed": ("p,a,c,k,e", re.compile(r"eval\(function\(p,a,c,k,e,[dr]\)")),
    "hex_names": ("_0x", re.compile(r"_0x[0-9a-f]{4,}\b")),
    "hex_escapes": ("\\x", re.compile(r"\\x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2}){3}")),
    "unicode_escapes": ("\\u", re.compile(r"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4}){3}")),
    "long_base64": ("atob", re.compile(r"[A-Za-z0-9+/]{400}")),
    "jsfuck": ("+[]", re.compile(r"[\[\]()!+]{80}")),
    "debugger": ("debugger", re.compile(r"debugger\b")),
}
"""Ways to hide what a script does; each is counted, at most 9999 times.

The first of each pair is a text without which the pattern cannot match: looking for it is quick, as
is a pattern that begins with plain letters.
"""

_MARKS = frozenset(mark for mark, _ in OBFUSCATION.values())

CHAT_WIDGETS: dict[str, tuple[str, ...]] = {
    "meiqia": ("meiqia.com", "meiqia.cn"),
    "53kf": ("53kf.com",),
    "livechat": ("livechatinc.com", "livechat.com"),
    "tawk": ("tawk.to",),
    "crisp": ("crisp.chat",),
    "intercom": ("intercom.io", "intercomcdn.com"),
    "zendesk": ("zdassets.com", "zopim.com"),
    "salesmartly": ("salesmartly.com",),
    "udesk": ("udesk.cn",),
    "qiyu": ("qiyukf.com", "qiyukf.net"),
    "kefu-easemob": ("easemob.com",),
    "sobot": ("sobot.com",),
    "looyu": ("looyu.com", "looyuoms.com"),
    "baidu-shangqiao": ("goutong.baidu.com", "p.qiao.baidu.com"),
    "qq-wpa": ("wpa.qq.com", "wp.qiye.qq.com", "wpa.b.qq.com"),
    "work-weixin": ("work.weixin.qq.com/kfid",),
    "jivo": ("jivosite.com", "jivo.chat"),
    "smartsupp": ("smartsuppchat.com", "smartsupp.com"),
    "chatwoot": ("chatwoot.com",),
    "comm100": ("comm100.com", "comm100.io"),
    "ssrchat": ("ssrchat.com",),
    "chaport": ("chaport.com",),
    "tidio": ("tidio.co",),
    "hubspot": ("hs-scripts.com", "usemessages.com"),
    "facebook-messenger": ("connect.facebook.net/en_us/sdk/xfbml.customerchat",),
}
"""Third-party chat services and what their addresses contain, in lower case."""

_WIDGET_OF = {mark: name for name, marks in CHAT_WIDGETS.items() for mark in marks}
_HOST = re.compile(r"//([\w.-]+)")

_TARGET = r"""\s*(?:=|\()\s*(["'`])(?P<url>[^"'`\s]{1,2000})\1"""
_REDIRECT = re.compile(
    r"\b(?:(?:window|self|top|parent|document)\.)*location(?:\.(?:href|replace|assign))?" + _TARGET
)
_MAY_REDIRECT = re.compile(
    r"""location(?:\.(?:href|replace|assign))?\s*(?:[=(]\s*["'`/<-]|[/<-])"""
)
"""What is in every script in which `_REDIRECT` fits once its comments are gone."""
_NOTHING_ELSE = re.compile(r"\s*" + _REDIRECT.pattern.removeprefix(r"\b") + r"\s*\)?\s*;?\s*")
_ONLY_WHEN = re.compile(r"onclick|addEventListener|\.on\(|\.click\(|function\s+\w+\s*\(|=>\s*\{")
_SMALL_SCRIPT = 3000
"""A script longer than this that mentions `location` is an application, not a redirect."""
_COMMENT = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
    r"""|/\*.*?\*/|(?<![^\s;{}()])//[^\n]*|<!--[^\n]*|-->[^\n]*""",
    re.DOTALL,
)
"""A comment, or a string, in which there is none."""
_RUNS = re.compile(
    r"(?:(?:text|application)/(?:x-)?(?:java|ecma|j|live)script[\d.]*|module)?", re.IGNORECASE
)
_LEADS = 3


def count_obfuscation(script: str) -> dict[str, int]:
    """How often each of `OBFUSCATION` occurs in all of a page's scripts together."""
    there = {mark for mark in _MARKS if mark in script}
    return {
        name: min(len(pattern.findall(script)), 9999) if mark in there else 0
        for name, (mark, pattern) in OBFUSCATION.items()
    }


def chat_widgets(script: str, addresses: str) -> tuple[str, ...]:
    """The chat services that scripts, frames and links lead to, sorted."""
    named = f"{addresses}\n{script}"
    hosts = "\n".join(set(_HOST.findall(named))).lower()
    # The host first: it is looked for in little, and few pages have any.
    found = [mark for mark in _WIDGET_OF if mark.partition("/")[0] in hosts]
    if any("/" in mark for mark in found):
        named = named.lower()
        found = [mark for mark in found if "/" not in mark or mark in named]
    return tuple(sorted({_WIDGET_OF[mark] for mark in found}))


def may_run(kind: str | None) -> bool:
    """Whether a browser runs a script of this `type`; a template or data it does not."""
    return _RUNS.fullmatch((kind or "").strip()) is not None


def may_move(script: str) -> bool:
    """Whether an inline script may send the visitor on; most cannot, which is told at a glance."""
    return "location" in script and len(script) <= _SMALL_SCRIPT


def script_moves(scripts: list[str], base: str, *, alone: bool) -> ScriptMoves:
    """Where the inline scripts of a page that `may_move` send the visitor at once, and not by a click.

    Only literal addresses are told; what is computed is left to a rendered crawl. `alone`: there is no
    other script on the page.
    """
    told = [
        _COMMENT.sub(lambda m: m[1] or " ", script)
        for script in scripts
        if _MAY_REDIRECT.search(script)
    ]
    leads: dict[str, None] = {}
    for script in told:
        for found in _REDIRECT.finditer(script):
            if len(leads) < _LEADS and not _ONLY_WHEN.search(script, 0, found.start()):
                target = absolute(base, _unescaped(found.group("url")))
                if target is not None and target.split("#")[0] != base.split("#", maxsplit=1)[0]:
                    leads.setdefault(target)
    surely = alone and len(told) == 1 and _NOTHING_ELSE.fullmatch(told[0]) is not None
    return ScriptMoves(tuple(leads), surely)


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")


def _unescaped(literal: str) -> str:
    """What a string literal says (ECMAScript 12.9.4), for the escapes that occur in addresses."""
    return _ESCAPE.sub(lambda m: m[3] or chr(int(m[1] or m[2], 16)), literal)
