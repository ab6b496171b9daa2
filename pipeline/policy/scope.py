"""What a block would list: the narrowest scope that the evidence supports (invariant 3)."""

from urllib.parse import urlsplit

from pipeline.indicators import host_of, is_ip, parse, public_suffix, registrable_domain
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
        front = subject.kind is not Kind.URL or urlsplit(subject.value).path in {"", "/"}
        return Indicator(Kind.HOST, host) if front else subject
    domain = registrable_domain(host)
    if is_ip(host) or domain is None or _is_tenant(host, domain):
        return Indicator(Kind.HOST, host)
    if host == domain or host.removesuffix(domain).rstrip(".") in FRONT_LABELS:
        return Indicator(Kind.DOMAIN, domain)
    return Indicator(Kind.HOST, host)


def _page(subject: Indicator, evidence: Evidence) -> Indicator:
    hops = evidence.facts.get("http.hops") or []
    if subject.kind is Kind.URL or not hops:
        return subject
    return parse(hops[0]["url"])


def _leads_elsewhere(host: str, evidence: Evidence) -> bool:
    final = evidence.facts.get("http.final_url")
    end = host_of(parse(final)) if final else None
    if end is None or end == host:
        return False
    return (registrable_domain(end) or end) != (registrable_domain(host) or host)


def _is_tenant(host: str, domain: str) -> bool:
    """Whether the name is somebody's place on a platform of the Public Suffix List's private part."""
    return host == domain and public_suffix(host).private
