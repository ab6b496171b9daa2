"""From one answer to the next hop: redirects, refreshes, scripts and frames, until there is no more."""

import re

from spiders.extract.refresh import read_refresh
from spiders.urls import BadPortError, BadSchemeError, Target, target_of
from spiders.visit import Exchange, PageFacts, Visit

_REDIRECTS = {301, 302, 303, 307, 308}
_REFRESH_WITHIN = 10.0
"""A page that moves on later than this is meant to be read first."""
_ASIDE_WITHIN = 60.0
"""Seconds until which a visitor may wait for a page to move on; what comes later is news that reloads."""
_OWN_TEXT = 120
"""Bytes of text, 40 Chinese characters, with which a page says something itself."""
_OWN_IMAGES, _OWN_LINKS = 2, 4
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

    A redirect is always followed. A page that has something to say is the end of its chain, for what
    it says is what a visitor may see: no refresh, script or frame replaces it (see `asides`). Raises
    `EndOfChainError` where the visit has come to its end.
    """
    exchange = visit.hops[-1].exchange
    state = _state_of(visit, exchange)
    for kind, address in _onwards(visit, exchange):
        try:
            target = target_of(address, exchange.url)
        except BadSchemeError:
            # A page that sends its visitors to an app (`weixin:`, `itms-services:`) is the last one.
            state = "bad-scheme" if kind == "http" else state
            continue
        except BadPortError:
            state = "refused-address"
            continue
        if _looped(visit, kind, target) or (kind != "http" and target.url == exchange.url):
            # A frame or refresh that leads back shows the page itself; a redirect shows nothing.
            state = "too-many-redirects" if kind == "http" else state
            continue
        if len(visit.hops) > max_redirects:
            raise EndOfChainError("too-many-redirects")
        return kind, target
    raise EndOfChainError(state)


def asides(visit: Visit, taken: str | None) -> list[tuple[str, Target]]:
    """Where else the last page may lead, beside the hop that is `taken`: all ways but redirects.

    A browser takes one of them or none, by a condition that is not ours to know.
    """
    exchange, page = visit.hops[-1].exchange, visit.page
    if page is None or redirect_of(exchange.status, exchange.header("location")):
        return []
    found: dict[str, tuple[str, Target]] = {}
    for kind, address, seconds in _ways(exchange, page):
        try:
            target = target_of(address, exchange.url)
        except (BadSchemeError, BadPortError):
            continue
        if seconds <= _ASIDE_WITHIN and target.url not in {taken, exchange.url}:
            found.setdefault(target.url, (kind, target))
    return list(found.values())


def is_a_page(page: PageFacts) -> bool:
    """Whether a page has something of its own to say, rather than merely lead on."""
    links, contacts = page["links"], page["contacts"]
    return bool(
        len(page["text"].encode("utf-8", "replace")) >= _OWN_TEXT
        or page["forms"]
        or page["downloads"]
        or page["qr_images"]
        or page["images"] >= _OWN_IMAGES
        or links["internal"] + links["external"] >= _OWN_LINKS
        or any(found for kind, found in contacts.items() if kind != "emails")
    )


def may_stay(page: PageFacts) -> bool:
    """Whether a browser may show something else than where a page with little of its own leads us."""
    moves = page["script_moves"]
    surely = moves is not None and moves["surely"]
    return not surely and bool(page["needs_rendering"] or moves is not None)


def _onwards(visit: Visit, exchange: Exchange) -> list[tuple[str, str]]:
    """The ways that a visitor is taken without being shown anything first, the surest first."""
    if location := redirect_of(exchange.status, exchange.header("location")):
        return [("http", location)]
    page = visit.page
    if page is None or is_a_page(page):
        return []
    ways = _ways(exchange, page)
    return [(kind, address) for kind, address, seconds in ways if seconds <= _REFRESH_WITHIN]


def _ways(exchange: Exchange, page: PageFacts) -> list[tuple[str, str, float]]:
    """Kind, address and seconds of all that may lead on from a page by itself."""
    found: list[tuple[str, str, float]] = []
    header = read_refresh(exchange.header("refresh") or "")
    if header is not None and header[1]:
        found.append(("refresh", header[1], header[0]))
    refresh = page["meta_refresh"]
    if refresh and refresh["url"]:
        found.append(("meta", refresh["url"], refresh["seconds"]))
    moves = page["script_moves"]
    found += [("js", address, 0.0) for address in (moves["to"] if moves else ())]
    if page["iframe_shell"]:
        found.append(("iframe", page["iframe_shell"], 0.0))
    return found


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
