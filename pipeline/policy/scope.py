"""What a block would list: the narrowest scope that the evidence supports (invariant 3)."""

from datetime import date, timedelta

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import (
    has_query,
    host_of,
    is_front_path,
    is_ip,
    parse,
    public_suffix,
    registrable_domain,
)
from pipeline.nouns import Evidence, Indicator, Kind, Label, Verdict
from pipeline.protected import Protected

FRONT_LABELS = frozenset({"www", "m", "wap", "h5", "app"})
"""Labels under which the front door of a registrable domain is found."""


def target_of(verdict: Verdict, evidence: Evidence, *, protected: Protected) -> Indicator:
    """The indicator that a block of this verdict would list.

    - a number: itself;
    - a hacked legitimate site, or a page on a host that must not be listed (a platform): the page;
    - a tenant of a platform, an address, a name deeper than a front door: that host;
    - a page that only leads elsewhere: itself, and as a host only where its front door does;
    - an inner page of a name that is not known to be young: that page, as its site may be honest;
    - a name that somebody registered for it: the domain.
    """
    subject = verdict.indicator
    if subject.kind is Kind.NUMBER:
        return subject
    host = host_of(subject)
    if host is None:
        return subject
    if verdict.label is Label.COMPROMISED or protected.refusal(Indicator(Kind.HOST, host)):
        return _page(subject, evidence)
    if _leads_elsewhere(host, evidence):
        return subject if is_inner_page(subject) else Indicator(Kind.HOST, host)
    if is_inner_page(subject) and not _is_young(evidence):
        return subject
    domain = registrable_domain(host)
    if is_ip(host) or domain is None or _is_tenant(host, domain):
        return Indicator(Kind.HOST, host)
    if host == domain or host.removesuffix(domain).rstrip(".") in FRONT_LABELS:
        return Indicator(Kind.DOMAIN, domain)
    return Indicator(Kind.HOST, host)


def is_inner_page(indicator: Indicator) -> bool:
    """Whether it is one page that is not a site's front page.

    One with a query counts as one: taking it for less would list more. (The guard of protected names
    takes it for the front page, which lists less.)
    """
    if indicator.kind is not Kind.URL:
        return False
    return has_query(indicator.value) or not is_front_path(indicator.value)


def _is_young(evidence: Evidence) -> bool:
    """Whether the name was registered less than a year ago; one of unknown age is not young."""
    registered = (evidence.facts.get("registration") or {}).get("registered")
    if not registered:
        return False
    return evidence.at.date() - date.fromisoformat(registered[:10]) < timedelta(days=365)


def _page(subject: Indicator, evidence: Evidence) -> Indicator:
    hops = evidence.facts.get("http.hops") or []
    if subject.kind is Kind.URL or not hops:
        return subject
    return _seen(hops[0]["url"]) or subject


def _leads_elsewhere(host: str, evidence: Evidence) -> bool:
    final = _seen(evidence.facts.get("http.final_url") or "")
    end = host_of(final) if final else None
    if end is None or end == host:
        return False
    return (registrable_domain(end) or end) != (registrable_domain(host) or host)


def _seen(url: str) -> Indicator | None:
    """The indicator of a URL that a site led to; None where it is none, as a site may lead anywhere."""
    try:
        return parse(url)
    except NotAnIndicatorError:
        return None


def _is_tenant(host: str, domain: str) -> bool:
    """Whether the name is somebody's place on a platform of the Public Suffix List's private part."""
    return host == domain and public_suffix(host).private
