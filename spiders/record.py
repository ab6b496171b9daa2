"""Visits → observations: what was seen, as facts with their names, and nothing that changes by itself."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from pipeline.nouns import Indicator, Json, Observation
from pipeline.redaction import without_credentials
from spiders.certificates import certificate_facts
from spiders.cloaking import cloaking
from spiders.extract.charset import declared_charset
from spiders.names.facts import DnsFacts
from spiders.networks import Networks
from spiders.visit import Exchange, Hop, Visit

SOURCE = "crawl"
_CHANGING = {
    "date", "expires", "age", "last-modified", "etag", "set-cookie", "x-request-id", "cf-ray",
    "report-to", "nel", "x-amz-cf-id", "x-served-by", "x-timer", "x-trace-id", "x-runtime",
}  # fmt: skip
"""Headers that differ between two visits to the same page; the evidence file has them."""
_SHOWS_NOTHING = frozenset(
    {"dns-nxdomain", "dns-error", "refused-address", "connect-error", "timeout", "bad-scheme"}
)
"""States of a branch that say nothing about who leads there."""
_MOST_HEADERS, _LONGEST_HEADER = 60, 500


Fact = tuple[str, Json, str | None]
"""Property, value, and the sha256 of what it was read from."""


def observations(visit: Visit, facts: Sequence[Fact], at: datetime) -> Iterator[Observation]:
    """The facts of one visit as observations of each of its indicators."""
    for indicator in visit.indicators:
        for prop, value, artifact in facts:
            yield Observation(indicator, prop, value, SOURCE, at, at, artifact)


def facts_of(visit: Visit, dns: DnsFacts | None, networks: Networks) -> Iterator[Fact]:
    """What one visit showed, property by property."""
    yield "http.state", visit.state or "http-error", None
    if dns is not None:
        yield "dns", dns.to_json(), None
    beside = [one for branch in visit.branches if (one := _beside(visit, branch)) is not None]
    if beside:
        yield "page.beside", beside, None
    final = visit.final
    if final is None:
        return
    body = final.sha256
    yield "http.hops", [hop_json(hop) for hop in (*visit.hops, *visit.moved)], None
    yield "http.final_url", visit.rendered["url"] if visit.rendered else final.url, None
    yield "http.status", (visit.moved[-1].exchange if visit.moved else final).status, None
    kind = (final.header("content-type") or "")[:200] or None
    yield (
        "http.body",
        {
            "sha256": body,
            "size": final.size,
            "content_type": kind,
            "charset": visit.page["charset"] if visit.page else declared_charset(b"", kind),
            "truncated": final.truncated is not None,
        },
        body,
    )
    if final.ip is not None:
        yield "network", networks.facts(final.ip), None
    tls = next((c for h in reversed(visit.hops) if (c := h.exchange.certificate)), None)
    if tls is not None and (facts := certificate_facts(tls)) is not None:
        yield "tls", facts, None
    page = visit.rendered or visit.page
    if page is not None:
        yield "page", page, body
        yield "page.state", page["state"], None
        yield "page.rendered", visit.rendered is not None, None
    why = next((part.unrendered for part in visit.parts if part.unrendered is not None), None)
    if why is not None:
        yield "page.unrendered", why, None
    if visit.further:
        # In the order of the links, not of the answers, so that the fact stays the same fact.
        yield (
            "page.further",
            sorted(visit.further, key=lambda one: visit.asked.index(one["url"])),
            None,
        )
    difference = cloaking(visit)
    if difference is not None:
        yield "page.cloaking", difference, None


def _beside(visit: Visit, branch: Visit) -> dict[str, Json] | None:
    """A branch as it stands in `page.beside`; None where it showed nothing else than the visit did."""
    final, page = branch.final, branch.rendered or branch.page
    if final is None or (page is None and branch.state in _SHOWS_NOTHING):
        return None
    here = visit.rendered or visit.page
    url = page["url"] if page is not None else final.url
    kind = branch.hops[0].kind
    if here is not None and (url == here["url"] or (kind != "left" and _is_of(visit, final))):
        return None
    return {
        "kind": kind,
        "url": url,
        "state": branch.state,
        "status": (branch.moved[-1].exchange if branch.moved else final).status,
        "rendered": branch.rendered is not None,
        "truncated": final.truncated is not None,
        "page": page,
    }


def _is_of(visit: Visit, exchange: Exchange) -> bool:
    return visit.final is not None and visit.final.sha256 == exchange.sha256


def encodable(value: Json) -> Json:
    """The same value with `?` for what no UTF-8 can hold: half a pair of surrogates (RFC 8259, 8.2)."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def hop_json(hop: Hop) -> dict[str, Json]:
    """One hop as it stands in `http.hops`."""
    exchange = hop.exchange
    headers: dict[str, str] = {}
    for name, value in exchange.headers[:_MOST_HEADERS]:
        lower = name.lower()
        if lower not in _CHANGING:
            headers.setdefault(lower[:100], without_credentials(value[:_LONGEST_HEADER]))
    return {
        "url": exchange.url,
        "status": exchange.status,
        "ip": exchange.ip,
        "headers": headers,
        "kind": hop.kind,
        "certificate": certificate_facts(exchange.certificate),
    }


def nothing_seen(indicator: Indicator, state: str, at: datetime) -> Observation:
    """The one observation of a visit that could not even begin."""
    return Observation(indicator, "http.state", state, SOURCE, at, at)
