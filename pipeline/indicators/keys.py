"""Keys → indicators at a border: `kind:value` as the store writes it, checked before it is believed."""

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators.numbers import parse_number
from pipeline.indicators.reasons import refuse
from pipeline.indicators.text import parse
from pipeline.indicators.urls import read_url
from pipeline.nouns import Indicator, Kind

_KINDS = {kind.value for kind in Kind}


def read_key(text: str) -> Indicator:
    """The indicator that a key or any other text is: `url:http://a.example/x`, `a.example`.

    A key must hold the canonical value of its kind, for what came over a wire may say anything.
    Whether strangers live below a name is not asked here: the store may hold what was listed before
    the Public Suffix List grew. Raises `NotAnIndicatorError`.
    """
    kind, colon, value = text.partition(":")
    if not colon or kind not in _KINDS:
        return parse(text)
    found = _read(Kind(kind), value, text)
    if found.value != value:
        raise refuse("bad-url" if found.kind is Kind.URL else "bad-name", text)
    return found


def _read(kind: Kind, value: str, text: str) -> Indicator:
    if kind is Kind.NUMBER:
        return parse_number(value)
    if kind is Kind.URL:
        return Indicator(kind, read_url(value, text).href)
    authority = f"[{value}]" if ":" in value else value
    try:
        return Indicator(kind, read_url(f"http://{authority}/", text).host)
    except NotAnIndicatorError as error:
        raise refuse(error.reason, text) from None
