"""What scripts give away: obfuscation, redirects, and third-party chat, read without running them."""

import re

from spiders.extract.links import absolute

OBFUSCATION: dict[str, re.Pattern[str]] = {
    "eval": re.compile(r"\beval\s*\("),
    "atob": re.compile(r"\batob\s*\("),
    "unescape": re.compile(r"\b(?:unescape|decodeURIComponent)\s*\("),
    "document_write": re.compile(r"\bdocument\.write(?:ln)?\s*\("),
    "from_char_code": re.compile(r"\bfromCharCode\b"),
    "packed": re.compile(r"eval\(function\(p,a,c,k,e,[dr]\)"),
    "hex_names": re.compile(r"\b_0x[0-9a-f]{4,}\b"),
    "hex_escapes": re.compile(r"(?:\\x[0-9a-fA-F]{2}){4}"),
    "unicode_escapes": re.compile(r"(?:\\u[0-9a-fA-F]{4}){4}"),
    "long_base64": re.compile(r"[A-Za-z0-9+/]{400}"),
    "jsfuck": re.compile(r"[\[\]()!+]{80}"),
    "debugger": re.compile(r"\bdebugger\b"),
}
"""Ways to hide what a script does; each is counted, at most 9999 times."""

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
    "looyu": ("looyu.com", "looyuoms"),
    "baidu-shangqiao": ("goutong.baidu.com", "hm.baidu.com/qiao", "p.qiao.baidu.com"),
    "qq-wpa": ("wpa.qq.com", "wp.qiye.qq.com", "wpa.b.qq.com"),
    "work-weixin": ("work.weixin.qq.com/kfid",),
    "jivo": ("jivosite.com", "jivo.chat"),
    "smartsupp": ("smartsuppchat.com", "smartsupp.com"),
    "chatwoot": ("chatwoot.com", "chatwoot"),
    "comm100": ("comm100.com", "comm100.io"),
    "ssrchat": ("ssrchat.com",),
    "chaport": ("chaport.com",),
    "tidio": ("tidio.co",),
    "hubspot": ("hs-scripts.com", "usemessages.com"),
    "facebook-messenger": ("connect.facebook.net/en_us/sdk/xfbml.customerchat",),
}
"""Third-party chat services and what their addresses contain, in lower case."""

_WIDGET = re.compile("|".join(re.escape(mark) for marks in CHAT_WIDGETS.values() for mark in marks))
_WIDGET_OF = {mark: name for name, marks in CHAT_WIDGETS.items() for mark in marks}

_TARGET = r"""\s*(?:=|\()\s*(["'`])(?P<url>[^"'`\s]{1,2000})\1"""
_REDIRECT = re.compile(
    r"\b(?:(?:window|self|top|parent|document)\.)*location(?:\.(?:href|replace|assign))?" + _TARGET
)
_ONLY_WHEN = re.compile(r"onclick|addEventListener|\.on\(|\.click\(|function\s+\w+\s*\(|=>\s*\{")
_SMALL_SCRIPT = 3000
"""A script longer than this that mentions `location` is an application, not a redirect."""


def count_obfuscation(script: str) -> dict[str, int]:
    """How often each of `OBFUSCATION` occurs in all of a page's scripts together."""
    return {name: min(len(p.findall(script)), 9999) for name, p in OBFUSCATION.items()}


def chat_widgets(source: str) -> tuple[str, ...]:
    """The chat services that a text (script, addresses of frames and links) names, sorted."""
    return tuple(sorted({_WIDGET_OF[mark] for mark in _WIDGET.findall(source.lower())}))


def script_redirect(scripts: list[str], base: str) -> str | None:
    """Where a small inline script sends the visitor at once; None where it waits for a click.

    Only a literal address counts. What is computed is left to a rendered crawl.
    """
    for script in scripts:
        if len(script) > _SMALL_SCRIPT:
            continue
        for found in _REDIRECT.finditer(script):
            if not _ONLY_WHEN.search(script, 0, found.start()):
                target = absolute(base, found.group("url"))
                if target is not None and target.split("#")[0] != base.split("#", maxsplit=1)[0]:
                    return target
    return None
