"""What DNS says of a site: the `dns` observation, put together from a dozen questions."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import dns.rdatatype

from pipeline.nouns import Json
from spiders.names.client import DnsClient
from spiders.names.messages import Answer
from spiders.remembered import Remembered

_T = dns.rdatatype
_MOST = 32
"""Records of one type that are kept."""
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """The `dns` observation; see `pipeline.properties` for what each field means.

    None is what nobody answered: to have no mail is another thing than not to be heard.
    """

    status: str
    a: list[str]
    aaaa: list[str]
    cname: list[str]
    ns: list[str] | None
    ns_a: list[str] | None
    mx: list[str] | None
    txt: list[str] | None
    soa: list[str] | None
    caa: list[str] | None
    ttl: int | None
    wildcard: bool | None
    spf: bool | None
    dmarc: bool | None

    def to_json(self) -> dict[str, Json]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def addresses(self) -> list[str]:
        return self.a + self.aaaa


@dataclass(frozen=True, slots=True)
class _Zone:
    """What all hosts of one registrable domain share."""

    ns: list[str] | None
    ns_a: list[str] | None
    mx: list[str] | None
    txt: list[str] | None
    soa: list[str] | None
    caa: list[str] | None
    wildcard: bool | None
    dmarc: bool | None


# Resolvers hold what is not there for longer (RFC 2308, 5: one to three hours).
_ZONES: Remembered[_Zone] = Remembered(keep=timedelta(minutes=5), most=20_000)


class DnsReader:
    """Reads facts over one client; what belongs to a domain is asked once for all of its hosts.

    With a time `now`, what was learned of a domain within the last minutes is not asked again by a
    further reader. The addresses of a host are asked by every reader: they are connected to.
    """

    def __init__(
        self,
        client: DnsClient,
        domain_of: Callable[[str], str | None],
        *,
        now: datetime | None = None,
    ) -> None:
        self._client = client
        self._domain_of = domain_of
        self._now = now
        self._hosts: dict[str, asyncio.Task[tuple[Answer, Answer]]] = {}
        self._zones: dict[str, asyncio.Task[_Zone]] = {}
        self._servers: dict[str, asyncio.Task[Answer]] = {}

    async def addresses(self, host: str) -> tuple[str, list[str]]:
        """Status and addresses of a host, for connecting; asked once."""
        asked = self._host(host)
        # Shielded: who has no more time for the answer must not take it from the others who wait.
        a, aaaa = asked.result() if asked.done() else await asyncio.shield(asked)
        found = [r.address for r in a.of(_T.A)] + [r.address for r in aaaa.of(_T.AAAA)]
        return _status(host, a, aaaa), found

    async def facts(self, host: str) -> DnsFacts:
        """Everything about a host and its registrable domain."""
        domain = self._domain_of(host) or host
        asked, zone_asked = self._host(host), self._zone(domain)
        a, aaaa = await asked
        zone = zone_asked if isinstance(zone_asked, _Zone) else await zone_asked
        chain = _aliases(a) or _aliases(aaaa)
        ttls = [ttl for ttl, _ in (*a.records, *aaaa.records)]
        return DnsFacts(
            status=_status(host, a, aaaa),
            a=sorted(r.address for r in a.of(_T.A))[:_MOST],
            aaaa=sorted(r.address for r in aaaa.of(_T.AAAA))[:_MOST],
            cname=chain[:_MOST],
            ns=zone.ns,
            ns_a=zone.ns_a,
            mx=zone.mx,
            txt=zone.txt,
            soa=zone.soa,
            caa=zone.caa,
            ttl=_rounded(min(ttls)) if ttls else None,
            wildcard=zone.wildcard,
            spf=None if zone.txt is None else _begins(zone.txt, "v=spf1"),
            dmarc=zone.dmarc,
        )

    def _host(self, host: str) -> "asyncio.Task[tuple[Answer, Answer]]":
        if host not in self._hosts:
            self._hosts[host] = asyncio.create_task(self._ask_host(host))
        return self._hosts[host]

    async def _ask_host(self, host: str) -> tuple[Answer, Answer]:
        a, aaaa = await self._client.ask_all([(host, "A"), (host, "AAAA")])
        return a, aaaa

    def _zone(self, domain: str) -> "asyncio.Task[_Zone] | _Zone":
        """The facts of a domain where they are remembered; else the task that asks for them."""
        if domain not in self._zones:
            known = _ZONES.get(self._key(domain), self._now) if self._now else None
            if known is not None:
                return known
            self._zones[domain] = asyncio.create_task(self._ask_zone(domain))
        return self._zones[domain]

    def _key(self, domain: str) -> tuple[object, ...]:
        return (*self._client.servers, domain)

    async def _ask_zone(self, domain: str) -> _Zone:
        zone, whole = await self._ask_anew(domain)
        if whole and self._now:
            _ZONES.put(self._key(domain), zone, self._now)
        return zone

    async def _ask_anew(self, domain: str) -> tuple[_Zone, bool]:
        """The facts of a domain, and whether every question was answered."""
        ns, mx, txt, soa, caa, dmarc, probe = await self._client.ask_all(
            [
                *((domain, kind) for kind in ("NS", "MX", "TXT", "SOA", "CAA")),
                (f"_dmarc.{domain}", "TXT"),
                # A label nobody would register: if it has an address, every label has.
                (f"{secrets.token_hex(8)}.{domain}", "A"),
            ]
        )
        names = _heard(ns, sorted({r.target.to_text(True).lower() for r in ns.of(_T.NS)}))
        answers = await asyncio.gather(*(self._server(name) for name in names or ()))
        asked = (ns, mx, txt, soa, caa, dmarc, probe, *answers)
        policies = _heard(dmarc, _texts(dmarc))
        zone = _Zone(
            ns=names,
            ns_a=_addresses(answers) if names is not None else None,
            mx=_heard(mx, sorted(_exchange(r) for r in mx.of(_T.MX))),
            txt=_heard(txt, _texts(txt)),
            soa=_heard(soa, [r.to_text() for r in soa.of(_T.SOA)][:1]),
            caa=_heard(caa, sorted(r.to_text() for r in caa.of(_T.CAA))),
            wildcard=None if probe.status in _FAILED else bool(probe.of(_T.A)),
            dmarc=None if policies is None else _begins(policies, "v=dmarc1"),
        )
        return zone, not any(answer.status in _FAILED for answer in asked)

    def _server(self, name: str) -> "asyncio.Task[Answer]":
        if name not in self._servers:
            self._servers[name] = asyncio.create_task(self._client.ask(name, "A"))
        return self._servers[name]


_FAILED = {"servfail", "timeout"}


def _heard(answer: Answer, found: list[str]) -> list[str] | None:
    """What was found in an answer; None where there was no answer."""
    return None if answer.status in _FAILED else found[:_MOST]


def _addresses(answers: Sequence[Answer]) -> list[str] | None:
    """The addresses of some name servers; None where not one of them was told."""
    if answers and all(answer.status in _FAILED for answer in answers):
        return None
    return sorted({r.address for answer in answers for r in answer.of(_T.A)})[:_MOST]


def _exchange(record: Any) -> str:
    return f"{record.preference} {record.exchange.to_text(True).lower()}"


def _begins(texts: Sequence[str], mark: str) -> bool:
    return any(text.lower().startswith(mark) for text in texts)


def _aliases(answer: Answer) -> list[str]:
    return [r.target.to_text(True).lower() for r in answer.of(_T.CNAME)]


def _status(host: str, a: Answer, aaaa: Answer) -> str:
    """One answer that has addresses is enough; else the A answer tells."""
    if a.of(_T.A) or aaaa.of(_T.AAAA):
        return "noerror"
    names = [host.lower(), *_aliases(a)]
    if len(set(names)) < len(names):
        # An alias of itself: resolvers call it SERVFAIL, some servers show the circle (RFC 1034, 5.2.2).
        return "loop"
    return a.status if a.status != "noerror" else aaaa.status


_TTLS = (30, 60, 300, 600, 1800, 3600, 14_400, 86_400)


def _rounded(ttl: int) -> int:
    """Up to a customary TTL: a resolver's cache counts down, and a fact should stay the same fact."""
    return next((usual for usual in _TTLS if ttl <= usual), _TTLS[-1])


def _texts(answer: Answer) -> list[str]:
    joined = (b"".join(r.strings).decode("utf-8", "replace") for r in answer.of(_T.TXT))
    return sorted(text[:_LONGEST] for text in joined)
