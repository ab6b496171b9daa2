"""From one answer to the next hop: redirects, refreshes, scripts and frames, until there is no more."""

import re

from spiders.urls import BadPortError, BadSchemeError, Target, target_of
from spiders.visit import Exchange, Visit

_REDIRECTS = {301, 302, 303, 307, 308}
_REFRESH_WITHIN = 10.0
"""A page that moves on later than this is meant to be read first."""
_MOST_COOKIES = 30
_COOKIE = re.compile(r"\s*([!-:<>-~]{1,200})=([!-:<-~]{0,2000})")
"""Name and value of a Set-Cookie header, in characters that cannot break a request."""


class EndOfChainError(Exception):
    """There is no next hop; `state` is how the visit ended."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def next_hop(visit: Visit, *, max_redirects: int) -> tuple[str, Target]:
    """Kind and target of the hop after the last one, whose page is in `page`.

    Raises `EndOfChainError` where the visit has come to its end.
    """
    exchange = visit.hops[-1].exchange
    found = _leads_to(visit, exchange)
    if found is None:
        raise EndOfChainError(_state_of(visit, exchange))
    kind, address = found
    try:
        target = target_of(address, exchange.url)
    except BadSchemeError:
        # A page that sends its visitors to an app (`weixin:`, `itms-services:`) is the last one.
        raise EndOfChainError("bad-scheme" if kind == "http" else "ok") from None
    except BadPortError:
        raise EndOfChainError("refused-address") from None
    if _looped(visit, kind, target) or (kind != "http" and target.url == exchange.url):
        # A frame or refresh that leads back shows the page itself; a redirect shows nothing.
        raise EndOfChainError("too-many-redirects" if kind == "http" else "ok")
    if len(visit.hops) > max_redirects:
        raise EndOfChainError("too-many-redirects")
    return kind, target


def _leads_to(visit: Visit, exchange: Exchange) -> tuple[str, str] | None:
    if location := redirect_of(exchange.status, exchange.header("location")):
        return "http", location
    page = visit.page
    if page is None:
        return None
    refresh = page["meta_refresh"]
    if refresh and refresh["url"] and refresh["seconds"] <= _REFRESH_WITHIN:
        return "meta", refresh["url"]
    if page["script_redirect"]:
        return "js", page["script_redirect"]
    return ("iframe", page["iframe_shell"]) if page["iframe_shell"] else None


def redirect_of(status: int, location: str | None) -> str | None:
    """Where an answer sends the visitor before any page is shown."""
    return location if status in _REDIRECTS and location else None


def _looped(visit: Visit, kind: str, target: Target) -> bool:
    """Whether this very request was made before; with another cookie it is another request."""
    cookie = cookie_header(visit, target)
    return any(
        hop.kind == kind and hop.exchange.url == target.url and hop.exchange.cookie == cookie
        for hop in visit.hops
    )


def _state_of(visit: Visit, exchange: Exchange) -> str:
    """How the last answer ended. A browser shows what came before the cut, so that is a page like any.

    Otherwise a page would only have to never end to be taken for one that is not there.
    """
    page = visit.page
    if page is not None and (page["text"] or page["forms"] or page["downloads"]):
        return "ok"
    return {"length": "too-large", "time": "timeout"}.get(exchange.truncated or "", "ok")


def keep_cookies(visit: Visit, exchange: Exchange) -> None:
    """Take what a host asks to be sent back to it."""
    jar = visit.cookies.setdefault(target_of(exchange.url).host, {})
    for name, value in exchange.headers:
        if name.lower() == "set-cookie" and len(jar) < _MOST_COOKIES:
            pair = _COOKIE.match(value)
            if pair:
                jar[pair[1]] = pair[2]


def cookie_header(visit: Visit, target: Target) -> str:
    """The Cookie header for a request; empty where the host set none in this visit."""
    jar = visit.cookies.get(target.host, {})
    return "; ".join(f"{name}={value}" for name, value in jar.items())
