"""What is not a download: receipts, the regulator's page, and the public `GET /why?q=`."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from blocklists.server.consumers import Role
from blocklists.server.gate import Pass, RefusedError
from blocklists.server.ledger import KeptReceipt
from blocklists.server.quotas import used_up
from blocklists.server.rates import Rates
from blocklists.server.receipts import MAX_BODY, is_ours, read_receipt
from blocklists.server.removals import removed_between
from blocklists.server.service import Service
from blocklists.server.shelf import Shelf, ShelfError
from blocklists.server.standing import Standing, as_csv, standings
from blocklists.why import Explanation, explain
from pipeline.errors import FanzhaError
from pipeline.indicators import parse
from pipeline.nouns import Kind

SCOPES = {
    Kind.DOMAIN: {"zh": "域名及其全部子域名", "en": "the domain with all its subdomains"},
    Kind.HOST: {"zh": "仅此主机", "en": "this host alone"},
    Kind.URL: {"zh": "仅此网页", "en": "this page alone"},
    Kind.NUMBER: {"zh": "此电话号码", "en": "this phone number"},
}
"""What each scope means to somebody who asks."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RefusedRequestError(Exception):
    """A request that is answered with a status and a sentence."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


def make_pages(service: Service) -> Starlette:
    """The pages over a service, as an ASGI application."""
    pages = Pages(service)
    return Starlette(
        routes=[
            Route("/why", pages.why),
            Route("/why.json", pages.why),
            Route("/v1/receipts", pages.take_receipt, methods=["POST"]),
            Route("/v1/receipts", pages.own_receipts),
            Route("/v1/standing", pages.own_standing),
            Route("/regulator", pages.regulator),
            Route("/regulator.csv", pages.regulator),
            Route("/regulator.json", pages.regulator),
            Route("/regulator/removed", pages.removed),
        ],
        exception_handlers={RefusedRequestError: _refused},
    )


class Pages:
    """The answers. What reads many files runs in a thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._rates = Rates()
        # Read in threads, which must not share the index cache of the downloads.
        self._shelf = Shelf(service.shelf.folder)
        self._turn = asyncio.Lock()
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True
        )

    async def why(self, request: Request) -> Response:
        """Is it listed, how, since when, why, and how to appeal: for anybody."""
        query = request.query_params.get("q", "").strip()
        wants_json = request.url.path.endswith(
            ".json"
        ) or "application/json" in request.headers.get("accept", "")
        address = request.client.host if request.client else ""
        if not self._rates.allow(address, at=asyncio.get_running_loop().time()):
            raise RefusedRequestError(
                429, "too many questions from your address; wait a minute", {"Retry-After": "60"}
            )
        problem, status, answer = "", 200, None
        if query:
            try:
                answer = await asyncio.to_thread(self._explain, query)
            except ShelfError as error:
                problem, status = str(error), 503
            except FanzhaError as error:
                problem, status = str(error), 422
        elif wants_json:
            problem, status = "expected ?q= with a web address, a name or a phone number", 422
        url = self._appeal_url(answer)
        if wants_json:
            body = {"error": problem} if answer is None else {**answer.as_json(), "appeal_url": url}
            return JSONResponse(body, status, _HEADERS)
        return self._page(
            "why.html",
            status,
            query=query,
            problem=problem,
            answer=answer,
            scopes=SCOPES,
            appeal_url=url,
        )

    async def take_receipt(self, request: Request) -> Response:
        """Keep a carrier's word of what it enforces."""
        service, who = self._service, self._admit_by_quota(request)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                raise RefusedRequestError(413, f"a receipt has at most {MAX_BODY} bytes")
        now = service.now()
        try:
            receipt = read_receipt(body, consumer=who.consumer.name, now=now)
            ours = is_ours(receipt, service.shelf)
        except FanzhaError as error:
            raise RefusedRequestError(422, str(error)) from error
        service.ledger.receive(receipt, now=now, ours=ours)
        line = {"serial": receipt.serial, "enforced": receipt.enforced, "ours": ours}
        self._audit(request, who, "receipt", line)
        if ours is False:
            raise RefusedRequestError(
                409,
                f"the hash is not that of the release {receipt.serial} that we published: your copy"
                " comes from elsewhere; pull again, and tell us",
            )
        return JSONResponse({"serial": receipt.serial, "kept": True}, 201, _HEADERS)

    async def own_receipts(self, request: Request) -> Response:
        """The last hundred receipts of the consumer that asks."""
        who = self._admit_by_quota(request)
        kept = self._service.ledger.receipts(who.consumer.name)
        return JSONResponse([_as_json(one) for one in kept], 200, _HEADERS)

    async def own_standing(self, request: Request) -> Response:
        """How the consumer that asks stands, as the regulator sees it."""
        who = self._admit_by_quota(request)
        rows = await self._standings()
        mine = next((row for row in rows if row.consumer == who.consumer.name), None)
        if mine is None:
            raise RefusedRequestError(404, "only carriers have a standing")
        return JSONResponse(mine.row(), 200, _HEADERS)

    async def regulator(self, request: Request) -> Response:
        """Every carrier's standing, as a page, CSV or JSON."""
        who = self._admit_regulator(request)
        rows = await self._standings()
        self._audit(request, who, "regulator", {})
        if request.url.path.endswith(".csv"):
            return Response(as_csv(rows), 200, _HEADERS, "text/csv; charset=utf-8")
        if request.url.path.endswith(".json"):
            return JSONResponse([row.row() for row in rows], 200, _HEADERS)
        try:
            latest = self._service.shelf.latest()
        except ShelfError:
            latest = None
        return self._page("regulator.html", 200, rows=rows, latest=latest)

    async def removed(self, request: Request) -> Response:
        """The entries that left the lists since the release which a carrier enforces, as JSON."""
        who = self._admit_regulator(request)
        name = request.query_params.get("consumer", "")
        kept = self._service.ledger.last_receipts().get(name)
        if kept is None:
            raise RefusedRequestError(404, f"{name[:80]!r} has sent no receipt")
        self._audit(request, who, "removed", {"of": name})
        async with self._turn:
            try:
                gone = await asyncio.to_thread(self._removed, kept.receipt.serial)
            except FanzhaError as error:
                raise RefusedRequestError(404, str(error)) from error
        return JSONResponse([{"kind": kind, "value": value} for kind, value in gone], 200, _HEADERS)

    def _explain(self, query: str) -> Explanation:
        asked = parse(query)
        release = self._service.shelf.latest()
        return explain(release.folder, asked, serial=release.serial, at=release.at)

    def _appeal_url(self, answer: Explanation | None) -> str | None:
        template = self._service.appeal_url
        if template is None or answer is None or answer.listing is None:
            return None
        code = answer.listing.code
        name = quote(answer.asked.value, safe="")
        return template.replace("{code}", code).replace("{name}", name)

    async def _standings(self) -> list[Standing]:
        service = self._service
        service.ledger.flush()
        now = service.now()
        consumers, fetches = service.gate.consumers(), service.ledger.fetches()
        receipts = service.ledger.last_receipts()
        async with self._turn:
            return await asyncio.to_thread(
                standings,
                consumers,
                fetches,
                receipts,
                shelf=self._shelf,
                removed=self._count_removed,
                now=now,
            )

    def _count_removed(self, serial: int, latest: int) -> int | None:
        del latest
        try:
            return len(self._removed(serial))
        except FanzhaError:
            return None

    def _removed(self, serial: int) -> list[tuple[str, str]]:
        return removed_between(self._shelf, serial, self._shelf.latest_serial())

    def _admit(self, request: Request, *, browser: bool = False) -> Pass:
        header = request.headers.get("authorization")
        encoded = None if header is None else header.encode("latin-1")
        try:
            return self._service.gate.admit(encoded, browser=browser)
        except RefusedError as error:
            line = {"consumer": None, "path": request.url.path[:300], "status": 401}
            address = request.client.host if request.client else None
            self._service.audit.refuse(self._service.now(), {**line, "address": address})
            scheme = "Basic" if browser else "Bearer"
            raise RefusedRequestError(
                401, str(error), {"WWW-Authenticate": f'{scheme} realm="fanzha"'}
            ) from error

    def _admit_by_quota(self, request: Request) -> Pass:
        """Who asks, as one of today's requests."""
        service, who = self._service, self._admit(request)
        now = service.now()
        over = used_up(service.ledger, who.consumer, now)
        service.ledger.note(who.consumer.name, None, 0, now, 0)
        if over is not None:
            raise RefusedRequestError(429, over.detail, {"Retry-After": str(over.wait)})
        return who

    def _admit_regulator(self, request: Request) -> Pass:
        who = self._admit(request, browser=True)
        if who.consumer.role is not Role.REGULATOR:
            raise RefusedRequestError(403, "this page is for regulators; /v1/standing has yours")
        return who

    def _audit(self, request: Request, who: Pass, what: str, more: dict[str, Any]) -> None:
        line = {
            "consumer": who.consumer.name,
            "token": who.token,
            "address": request.client.host if request.client else None,
            "method": request.method,
            "path": request.url.path[:300],
            "what": what,
            **more,
        }
        self._service.audit.write(self._service.now(), line)

    def _page(self, template: str, status: int, **values: object) -> Response:
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, status, _HEADERS)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedRequestError):
        raise error
    value = {"status": error.status, "detail": str(error)}
    headers = {**_HEADERS, **(error.headers or {})}
    return JSONResponse(value, error.status, headers, "application/problem+json")


def _as_json(kept: KeptReceipt) -> dict[str, Any]:
    receipt = kept.receipt
    return {
        "serial": receipt.serial,
        "sha256": receipt.sha256,
        "enforced": receipt.enforced,
        "at": receipt.at.isoformat(),
        "received_at": receipt.received_at and receipt.received_at.isoformat(),
        "ours": kept.ours,
    }
