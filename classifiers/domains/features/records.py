"""Features of what DNS, registration and certificate records say, and of who reported.

No dated records could be had to train on, so each carries a weight that was judged; the layer that
uses them (`experts.records`) moves the weights as labelled evidence accumulates.
"""

from dataclasses import dataclass
from datetime import datetime

from classifiers.domains.features.feature import Feature
from classifiers.domains.site import Site

_PARKING = ("parkingcrew", "sedoparking", "bodis", "above.com", "dan.com", "parklogic", "afternic")


def _dns(site: Site) -> dict[str, object] | None:
    found = site.fact("dns")
    return dict(found) if found.get("status") == "noerror" else None


def _some(site: Site, kind: str) -> float | None:
    dns = _dns(site)
    value = dns.get(kind) if dns is not None else None
    return float(len(value)) if isinstance(value, list) else None


def _flag(site: Site, name: str) -> float | None:
    dns = _dns(site)
    value = dns.get(name) if dns is not None else None
    return float(value) if isinstance(value, bool) else None


def newborn(site: Site) -> float | None:
    """Registered within 30 days. Most fraud is reported in its first weeks."""
    return None if site.age_days is None else float(site.age_days <= 30)


def young(site: Site) -> float | None:
    """Registered 31 to 180 days ago."""
    return None if site.age_days is None else float(30 < site.age_days <= 180)


def old(site: Site) -> float | None:
    """Registered three years ago or more. Fraud seldom lasts so long."""
    return None if site.age_days is None else float(site.age_days >= 3 * 365)


def short_term(site: Site) -> float | None:
    """Registered for about one year only. Throw-away names are not paid for twice."""
    begun, ends = (_date(site, name) for name in ("registered", "expires"))
    return None if begun is None or ends is None else float((ends - begun).days <= 370)


def _date(site: Site, name: str) -> datetime | None:
    value = site.fact("registration").get(name)
    try:
        return (
            datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else None
        )
    except ValueError:
        return None


def no_mail(site: Site) -> float | None:
    """No MX record. Who means to stay receives mail."""
    count = _some(site, "mx")
    return None if count is None else float(count == 0)


def no_spf(site: Site) -> float | None:
    """No SPF policy. Kept names protect their mail."""
    spf = _flag(site, "spf")
    return None if spf is None else 1 - spf


def dmarc(site: Site) -> float | None:
    """A DMARC policy. Kept names have one."""
    return _flag(site, "dmarc")


def caa(site: Site) -> float | None:
    """A CAA record. Carefully kept names have one."""
    count = _some(site, "caa")
    return None if count is None else float(count > 0)


def wildcard(site: Site) -> float | None:
    """A random label resolves. Families hang countless hosts under one name."""
    return _flag(site, "wildcard")


def short_ttl(site: Site) -> float | None:
    """Answers live five minutes or less. Ready to move when blocked; also common at clouds."""
    dns = _dns(site)
    ttl = dns.get("ttl") if dns is not None else None
    return float(ttl <= 300) if isinstance(ttl, int | float) else None


def many_addresses(site: Site) -> float | None:
    """Four addresses or more."""
    count = _some(site, "a")
    return None if count is None else float(count >= 4)


def parking(site: Site) -> float | None:
    """Name servers of a parking service."""
    dns = _dns(site)
    servers = dns.get("ns") if dns is not None else None
    if not isinstance(servers, list):
        return None
    return float(any(mark in str(server) for server in servers for mark in _PARKING))


def self_signed(site: Site) -> float | None:
    """A certificate that nobody vouches for."""
    value = site.fact("tls").get("self_signed")
    return float(value) if isinstance(value, bool) else None


def fresh_certificate(site: Site) -> float | None:
    """A certificate of the last seven days. New names get new ones; so do renewals."""
    return None if site.certificate_days is None else float(site.certificate_days <= 7)


def crowded_certificate(site: Site) -> float | None:
    """Twenty names or more in one certificate. Strangers, or a family, under one roof."""
    names = site.fact("tls").get("sans")
    return float(len(names) >= 20) if isinstance(names, list) else None


def sources(site: Site) -> float | None:
    """Independent sources of reports beyond the first, three at most. A crowd from one source is one voice."""
    return float(min(max(len(site.tally.sources) - 1, 0), 3)) if site.tally.sources else None


def trusted(site: Site) -> float | None:
    """A report by a source that settings trust."""
    return float(bool(site.tally.trusted)) if site.tally.sources else None


@dataclass(frozen=True, slots=True)
class Record:
    """A feature of records and the weight it is given until data says otherwise."""

    feature: Feature
    weight: float
    """Log-odds of fraud per unit; judged from the literature named in docs/sites.md."""


def _record(family: str, zh: str, en: str, weight: float, read: object) -> Record:
    name = f"{family}.{read.__name__}"  # type: ignore[attr-defined]
    return Record(Feature(name, family, zh, en, read), weight)  # type: ignore[arg-type]


RECORDS: dict[str, Record] = {
    record.feature.name: record
    for record in (
        _record(
            "registration",
            "域名注册不足30天",
            "the domain was registered within 30 days",
            1.4,
            newborn,
        ),
        _record(
            "registration",
            "域名注册不足半年",
            "the domain was registered within half a year",
            0.7,
            young,
        ),
        _record(
            "registration", "域名已注册三年以上", "the domain is three years old or more", -1.0, old
        ),
        _record(
            "registration",
            "域名只注册了一年",
            "the domain is registered for one year only",
            0.2,
            short_term,
        ),
        _record("dns", "没有邮件记录", "the domain has no MX record", 0.15, no_mail),
        _record("dns", "没有SPF记录", "the domain has no SPF policy", 0.15, no_spf),
        _record("dns", "有DMARC策略", "the domain has a DMARC policy", -0.4, dmarc),
        _record("dns", "有CAA记录", "the domain has a CAA record", -0.3, caa),
        _record("dns", "任意子域名都能解析", "any label below the domain resolves", 0.3, wildcard),
        _record("dns", "解析记录有效期很短", "its DNS answers are short-lived", 0.15, short_ttl),
        _record("dns", "指向多个地址", "it has four addresses or more", -0.1, many_addresses),
        _record(
            "dns",
            "使用停放服务的域名服务器",
            "its name servers belong to a parking service",
            0.2,
            parking,
        ),
        _record("tls", "自签名证书", "its certificate is self-signed", 0.4, self_signed),
        _record(
            "tls",
            "证书签发不足七天",
            "its certificate is less than a week old",
            0.3,
            fresh_certificate,
        ),
        _record(
            "tls",
            "一张证书含很多域名",
            "its certificate names twenty hosts or more",
            0.1,
            crowded_certificate,
        ),
        _record(
            "reports",
            "多个互不相干的来源举报",
            "several independent sources reported it",
            0.35,
            sources,
        ),
        _record("reports", "受信任的来源举报", "a trusted source reported it", 0.6, trusted),
    )
}
"""All features of records, with their judged weights."""
