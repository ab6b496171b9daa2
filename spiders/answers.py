"""Scrapy's responses → answers: read by a reader process, and put into the evidence file."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from scrapy.http import Response

from spiders.chain import redirect_of
from spiders.evidence_file import EvidenceFile, warc_date
from spiders.readers import Readers, ReadingFailedError
from spiders.reading import ICON, NOTHING, PAGE
from spiders.visit import Exchange, PageFacts, Visit
from spiders.warc import Fetched

_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """One answer after it was read."""

    exchange: Exchange
    page: PageFacts | None
    icon: str | None
    readable: bool
    """False where the page stopped or killed its reader; then only the evidence of it is kept."""


class Answers:
    """Has the answers of one batch read, and keeps what they are evidence of."""

    def __init__(
        self, readers: Readers, evidence: EvidenceFile, clock: Callable[[], datetime]
    ) -> None:
        self._readers = readers
        self._evidence = evidence
        self._clock = clock

    async def read(self, visit: Visit, kind: str, response: Response) -> Answer:
        """Have an answer read and put into the evidence file."""
        headers = tuple(response.meta["raw_headers"])
        at = self._clock()
        fetched = Fetched(
            url=response.url,
            at=warc_date(at),
            ip=response.meta["peer"],
            request_headers=tuple(response.meta["sent"]),
            status=response.status,
            headers=headers,
            body=response.body,
            truncated=response.flags[0] if response.flags else None,
            certificate=response.certificate,
        )
        readable, wanted = True, _wanted(kind, response.status, headers)
        try:
            reading = await self._readers.ask("answer", tuple(fetched), wanted)
        except ReadingFailedError as error:
            # The kind alone: the rest of the message may be the page's own words.
            told = str(error).partition(":")[0]
            _log.error("could not read a page of %s: %s", visit.indicators[0], told)
            readable = False
            reading = await self._readers.ask("answer", tuple(fetched), NOTHING)
        sha256, page, icon, members = reading
        visit.whole.records += self._evidence.add(members)
        exchange = Exchange(
            url=fetched.url,
            at=at,
            ip=fetched.ip,
            request_headers=fetched.request_headers,
            status=fetched.status,
            headers=headers,
            sha256=sha256,
            size=len(fetched.body),
            truncated=fetched.truncated,
            certificate=fetched.certificate,
        )
        return Answer(exchange, page, icon, readable)


def _wanted(kind: str, status: int, headers: Sequence[tuple[str, str]]) -> str:
    """What an answer is to be read for."""
    if kind == "icon":
        return ICON
    location = next((value for key, value in headers if key.lower() == "location"), None)
    return NOTHING if redirect_of(status, location) else PAGE
