"""Any text → the one indicator that it is; `pipeline.indicators.sentences` finds several in one."""

import re

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators.folding import fold, refang
from pipeline.indicators.numbers import parse_number
from pipeline.indicators.reasons import refuse
from pipeline.indicators.suffixes import is_above_public_suffix, is_public_suffix, public_suffix
from pipeline.indicators.urls import read_url
from pipeline.nouns import Indicator, Kind

_PAIRS = dict(zip("<\"'`([（【《〈“‘「『", ">\"'`)]）】》〉”’」』", strict=True))
_LEADING = "<\"'`(（【《〈“‘「『"
_TRAILING = "。，、；！？…）】》〉”’」』"
_SENTENCE_END = ".,;!?\"'>"
_NUMBER = re.compile(
    r"(?:(?:tel|sms|callto):)?\+?[\s0-9().\-‐‑‒–—−·]+(?:(?:转|轉|分机|;?ext[.=]?|[x#,])\s*[0-9]+)?",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+){1,3}\.?")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_SCHEME = re.compile(r"(?![^/?#\\]+:[0-9]{1,5}(?:[/?#\\]|$))([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_DOUBLED = re.compile(r"^(?:https?:/+)+(?=https?:/+)", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@:/?#]+@[^\s@:/?#]+")
_WILDCARD = re.compile(r"(?:https?://)?\*\.([^/?#\\*:@]+)/?", re.IGNORECASE)
_BARE = re.compile(r"(https?:[/\\]*)?([^/?#\\]*)", re.IGNORECASE)


def parse(text: str) -> Indicator:
    """The one indicator that a text is.

    A URL (with a scheme, a path, a query or a port) becomes a `url`; a bare name or address a
    `host`; `*.name.example` the `domain` name.example; digits a `number`. Raises
    `NotAnIndicatorError` with a slug of `REASONS`; a text that holds several is for `find`.
    """
    clean = _unwrap(refang(fold(text)))
    if not clean:
        raise refuse("empty", text)
    if _NUMBER.fullmatch(clean) and not _is_dotted_address(clean):
        return parse_number(clean)
    if re.search(r"\s", clean):
        raise refuse("whitespace", text)
    return _site(clean, text)


def _unwrap(text: str) -> str:
    """Without the quotes, brackets and Chinese full stops around it."""
    while True:
        before = text
        text = text.strip().rstrip(_TRAILING)
        if len(text) > 1 and _PAIRS.get(text[0]) == text[-1]:
            text = text[1:-1]
        text = text.lstrip(_LEADING)
        if text == before:
            return text


def _is_dotted_address(text: str) -> bool:
    """Digits and dots that are an address (1.2.3.4, 127.1) and no number (138.0013.8000)."""
    if not _DOTTED.fullmatch(text):
        return False
    text = text.removesuffix(".")
    return text.count(".") == 3 or len(text) < 9


def _site(clean: str, text: str) -> Indicator:
    clean = _DOUBLED.sub("", clean)
    if wildcard := _WILDCARD.fullmatch(clean):
        return _domain(wildcard[1], text)
    bare = _BARE.match(clean)
    if bare and not clean[bare.end() :].strip(_SENTENCE_END):
        clean = clean[: bare.end()].rstrip(_SENTENCE_END)
    if _IPV6.fullmatch(clean):
        clean = f"[{clean}]"
    spelled = _SCHEME.match(clean)
    if spelled and spelled[1].lower() not in {"http", "https"}:
        raise refuse("e-mail" if spelled[1].lower() == "mailto" else "scheme", text)
    if not spelled:
        if _MAIL.fullmatch(clean):
            raise refuse("e-mail", text)
        secure = re.match(r"[^/?#\\]*:443(?=[/?#\\]|$)", clean)
        clean = f"{'https' if secure else 'http'}://{clean}"
    url = read_url(clean, text)
    named_only = not spelled and re.fullmatch(r"http://(?:\[[^\]]*\]|[^/?#\\:@]*)", clean)
    if is_public_suffix(url.host) and (
        named_only or url.root or not public_suffix(url.host).private
    ):
        raise refuse("public-suffix", text)
    return Indicator(Kind.HOST, url.host) if named_only else Indicator(Kind.URL, url.href)


def _domain(name: str, text: str) -> Indicator:
    """The domain that a wildcard stands for, unless strangers live below it."""
    try:
        host = read_url(f"http://{name}", text).host
    except NotAnIndicatorError as error:
        raise refuse("public-suffix" if error.reason == "no-dot" else error.reason, text) from None
    if is_public_suffix(host) or is_above_public_suffix(host):
        raise refuse("public-suffix", text)
    if public_suffix(host).value == host:
        raise refuse("wildcard", text)
    return Indicator(Kind.DOMAIN, host)
