"""The download service as one ASGI application: who asks, what for, what it is answered, and the record."""

import asyncio
import contextlib
import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any

from blocklists.server import downloads
from blocklists.server.audit import encoded
from blocklists.server.bodies import Answer, FileBody, Receive, Send, send_answer
from blocklists.server.gate import Pass, RefusedError
from blocklists.server.pages import make_pages
from blocklists.server.problems import problem
from blocklists.server.quotas import used_up
from blocklists.server.repeats import Repeat, Repeats, question_of
from blocklists.server.service import Service
from blocklists.server.shelf import ShelfError

log = logging.getLogger("fanzha.downloads")

DOWNLOADS = ("/v1/latest/", "/v1/releases")
DELTA = "/delta"
FLUSH_EVERY = 1.0
"""Seconds between two writes of fetches and usage: what a killed worker forgets of them."""


class Application:
    """The ASGI callable. Downloads are answered here; what else there is, by `pages`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.pages = make_pages(service)
        self._repeats = Repeats()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        service = self.service
        method, path = scope["method"], scope["path"]
        head = method == "HEAD"
        headers = dict(scope["headers"])
        if _token_in_url(scope["query_string"]):
            answer = problem(
                400,
                "a token never goes into a URL, where logs keep it: send it as"
                " `Authorization: Bearer TOKEN`, and rotate the one you sent",
            )
        elif path == "/health":
            answer = self._health()
        elif not path.startswith(DOWNLOADS) or method not in ("GET", "HEAD"):
            await self.pages(scope, receive, send)
            return
        elif again := self._again(scope, headers):
            answer = again
        else:
            try:
                who = service.gate.admit(headers.get(b"authorization"))
            except RefusedError as error:
                answer = self._not_admitted(scope, str(error))
            else:
                await self._download(who, scope, headers, receive, send)
                return
        await send_answer(answer, head=head, stall=service.stall, receive=receive, send=send)

    def _again(self, scope: dict[str, Any], headers: dict[bytes, bytes]) -> Answer | None:
        """The answer to what was asked before, with all that is written down of it."""
        question = question_of(scope, headers)
        if question is None:
            return None
        service = self.service
        try:
            serial = service.shelf.latest_serial()
        except ShelfError:
            return None
        found = self._repeats.of(question, serial=serial, stamp=service.gate.stamp())
        now = service.now()
        if found is None or found.who.over(now) or self._over_quota(found.who, now):
            return None
        service.ledger.note(found.who.consumer.name, found.name, serial, now, 0)
        service.audit.write_encoded_later(now.isoformat(), found.line)
        return found.answer

    async def _download(
        self,
        who: Pass,
        scope: dict[str, Any],
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> None:
        service = self.service
        now = service.now()
        head = scope["method"] == "HEAD"
        found = self._over_quota(who, now) or await self._find(who, scope, headers)
        answer = found.answer
        try:
            line = self._record(found, who, scope, headers, now)
        except BaseException:
            # Nobody will send it now, and whoever sends a file closes it.
            if isinstance(answer.body, FileBody):
                answer.body.close()
            raise
        size = line["bytes"]
        sent = await send_answer(answer, head=head, stall=service.stall, receive=receive, send=send)
        if sent != size:
            service.audit.write(service.now(), {**line, "cut_after": sent})
            with contextlib.suppress(KeyError):
                scope["state"]["abort"]()

    def _record(
        self,
        found: downloads.Found,
        who: Pass,
        scope: dict[str, Any],
        headers: dict[bytes, bytes],
        now: datetime,
    ) -> dict[str, Any]:
        """Write an answer down before it is sent; gives the line of the audit log."""
        service, answer = self.service, found.answer
        size = 0 if scope["method"] == "HEAD" else answer.size
        service.ledger.note(
            who.consumer.name,
            found.name if answer.status < 400 else None,
            found.serial,
            now,
            size,
        )
        line = {
            "consumer": who.consumer.name,
            "token": who.token,
            "address": _address(scope),
            "method": scope["method"],
            "path": scope["path"][:300],
            "serial": found.serial,
            "file": found.name,
            "status": answer.status,
            "coding": found.coding,
            "bytes": size,
            **found.note,
        }
        if answer.status == HTTPStatus.NOT_MODIFIED:
            service.audit.write_later(now, line)
            question = question_of(scope, headers)
            if question is not None and found.serial == service.shelf.latest_serial():
                self._repeats.keep(
                    question,
                    Repeat(
                        who, found.serial, service.gate.stamp(), answer, found.name, encoded(line)
                    ),
                )
        else:
            service.audit.write(now, line)
        return line

    async def _find(
        self, who: Pass, scope: dict[str, Any], headers: dict[bytes, bytes]
    ) -> downloads.Found:
        shelf, path = self.service.shelf, scope["path"]
        if path == "/v1/releases":
            return downloads.Found(downloads.list_releases(shelf), "releases", 0)
        wants_delta = path.endswith(DELTA)
        try:
            asked = downloads.locate(shelf, path.removesuffix(DELTA))
        except ShelfError as error:
            return downloads.Found(problem(404, str(error)), "", 0)
        if asked is None:
            detail = "expected /v1/latest/NAME, /v1/releases/SERIAL/NAME or /v1/releases"
            return downloads.Found(problem(404, detail), "", 0)
        if wants_delta:
            query = scope["query_string"]
            return await self.service.deltas.serve(asked, who.consumer, query, headers)
        return downloads.serve(asked, who.consumer, headers)

    def _over_quota(self, who: Pass, now: datetime) -> downloads.Found | None:
        over = used_up(self.service.ledger, who.consumer, now)
        if over is None:
            return None
        wait = [(b"retry-after", str(over.wait).encode())]
        return downloads.Found(problem(429, over.detail, wait), "", 0)

    def _not_admitted(self, scope: dict[str, Any], reason: str) -> Answer:
        now = self.service.now()
        self.service.audit.refuse(
            now,
            {
                "consumer": None,
                "address": _address(scope),
                "method": scope["method"],
                "path": scope["path"][:300],
                "status": 401,
            },
        )
        return problem(401, reason, [(b"www-authenticate", b'Bearer realm="fanzha"')])

    def _health(self) -> Answer:
        try:
            release = self.service.shelf.latest()
        except ShelfError as error:
            return problem(503, str(error))
        fresh = release.expires > self.service.now()
        text = f"serial {release.serial}, of {release.at.isoformat()}" + (
            "" if fresh else ", expired"
        )
        status = HTTPStatus.OK if fresh else HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(status, [(b"content-type", b"text/plain")], text.encode() + b"\n")

    async def _live(self, receive: Receive, send: Send) -> None:
        flusher: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                flusher = asyncio.create_task(self._keep_flushing())
                await send({"type": "lifespan.startup.complete"})
            else:
                if flusher is not None:
                    flusher.cancel()
                self.service.ledger.close()
                self.service.gate.close()
                self.service.audit.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            try:
                self.service.audit.flush()
                self.service.ledger.flush()
            except Exception:
                log.exception(
                    "fetches and usage could not be written; they are kept and tried again"
                )


def _token_in_url(query: bytes) -> bool:
    lowered = query.lower()
    return bool(query) and (b"token=" in lowered or b"fanzha_" in lowered)


def _address(scope: dict[str, Any]) -> str | None:
    client = scope.get("client")
    return client[0] if client else None
