"""Registration facts by RDAP (RFC 9082, 9083): when a domain was registered, changed and by whom."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from pipeline.nouns import Json
from pipeline.settings import CrawlSettings
from spiders.bootstrap import read_bases
from spiders.egress import Egress, FetchFailedError
from spiders.record import encodable
from spiders.registries import Registries
from spiders.urls import BadPortError, BadSchemeError, target_of

_LONGEST = 300_000
_EVENTS = {
    "registration": "registered",
    "last changed": "changed",
    "expiration": "expires",
}
UNKNOWN: dict[str, Json] = {
    "registered": None,
    "changed": None,
    "expires": None,
    "registrar": None,
    "source": "unknown",
}
"""The `registration` of a domain that no RDAP service knows."""


class RegistrationReader:
    """Asks registries; each domain once in six days, each registry `rdap_per_second` times a second at
    most, by all batches together.

    Which registry answers for a top-level name says the bootstrap file (RFC 9224), which is kept in
    `folder`. Where none is configured, nobody is asked, and every registration is unknown. What is
    remembered of the `domains` that it will be asked for is read at once.
    """

    def __init__(
        self,
        egress: Egress,
        crawl: CrawlSettings,
        registries: Registries,
        *,
        domains: Iterable[str],
        folder: Path,
        now: datetime,
    ) -> None:
        self._registries = registries
        self._egress = egress
        self._crawl = crawl
        self._folder = folder
        self._now = now
        self._domains = sorted(set(domains))
        self._remembered: dict[str, dict[str, dict[str, Json]]] = {}
        self._bases: asyncio.Task[dict[str, str]] | None = None
        self._asked: dict[str, asyncio.Task[dict[str, Json] | None]] = {}
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def facts(self, domain: str) -> "asyncio.Task[dict[str, Json] | None]":
        """The `registration` observation of a domain; None where its registry did not answer now."""
        if domain not in self._asked:
            self._asked[domain] = asyncio.create_task(self._ask(domain))
        return self._asked[domain]

    async def _ask(self, domain: str) -> dict[str, Json] | None:
        if self._bases is None:
            source = self._crawl.rdap_bootstrap
            self._bases = asyncio.create_task(
                read_bases(source, fetch=self._table, folder=self._folder, now=self._now)
            )
        base = (await self._bases).get(domain.rpartition(".")[2])
        if base is None:
            return UNKNOWN
        if base not in self._remembered:
            self._remembered[base] = self._registries.answers(base, self._domains, self._now)
        known = self._remembered[base].get(domain)
        if known is None:
            await self._turn(base)
            status, answer = await self._get_json(f"{base.rstrip('/')}/domain/{domain}")
            # Only a registry that says so makes a registration unknown; silence says nothing, and
            # must not take the place of what was learned before.
            known = {200: read_registration(answer, now=self._now), 404: UNKNOWN}.get(status or 0)
            if known is not None:
                self._registries.learn(base, domain, known, self._now)
        return known

    async def _table(self, url: str) -> Any:
        return (await self._get_json(url))[1]

    async def _turn(self, base: str) -> None:
        # One waits at a time: a turn is taken by who will use it.
        async with self._lines[base]:
            await asyncio.sleep(self._registries.wait(base, 1 / self._crawl.rdap_per_second))

    async def _get_json(self, url: str) -> tuple[int | None, Any]:
        try:
            async with asyncio.timeout(self._crawl.timeout):
                async with self._egress.get(
                    target_of(url),
                    {"Accept": "application/rdap+json, application/json"},
                    verified=True,
                ) as answer:
                    if answer.status != 200:
                        return answer.status, None
                    # A body comes in pieces; what is longer than any registry's answer is cut.
                    body = b""
                    async for piece in answer.content.iter_any():
                        body += piece
                        if len(body) > _LONGEST:
                            return None, None
                    return 200, json.loads(body)
        except (BadSchemeError, BadPortError, ValueError, RecursionError, FetchFailedError):
            # RecursionError: an answer that is nothing but opening brackets.
            return None, None
        except (aiohttp.ClientError, OSError):
            return None, None


def read_registration(answer: Any, *, now: datetime) -> dict[str, Json]:
    """The dates and the registrar in an RDAP answer about a domain; what is missing is None.

    So is a registration or a change that is still to come: no such thing has happened.
    """
    facts: dict[str, Json] = {**UNKNOWN, "source": "rdap"}
    if not isinstance(answer, dict):
        return UNKNOWN
    for event in _list(answer, "events"):
        name = _EVENTS.get(str(event.get("eventAction", "")).lower())
        if name is not None:
            date = _date(event.get("eventDate"))
            ahead = date is not None and name != "expires" and date > _day(now)
            facts[name] = None if ahead else date
    for entity in _list(answer, "entities"):
        roles = entity.get("roles")
        if isinstance(roles, list) and "registrar" in roles:
            facts["registrar"] = _full_name(entity)
    return facts


def _list(value: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _date(text: Any) -> str | None:
    try:
        return _day(datetime.fromisoformat(str(text)))
    except (ValueError, OverflowError):
        return None


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _full_name(entity: dict[str, Any]) -> str | None:
    card = entity.get("vcardArray")
    rows = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    for row in rows:
        if isinstance(row, list) and len(row) > 3 and row[0] == "fn" and isinstance(row[3], str):
            return str(encodable(row[3][:200]))
    return None
