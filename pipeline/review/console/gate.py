"""The one gate before every page: who calls, may they, is it really they, and how errors look.

A page is a function from a `Call` to an answer, registered by a `Rule` that names the right it asks
for. Nothing is served but through a rule, so no page can forget to ask.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.errors import ConflictError, FanzhaError
from pipeline.nouns import Json
from pipeline.review import sessions
from pipeline.review.console.render import render
from pipeline.review.console.words import Words, language_of
from pipeline.review.console.words import mark as _
from pipeline.review.desk import Desk
from pipeline.review.rights import RIGHTS, Right, Role
from pipeline.store import accounts
from pipeline.store.accounts import Account

COOKIE = "fanzha_session"
LANGUAGE_COOKIE = "fanzha_language"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"

MAX_BODY = 256_000
"""Bytes of a request that are read; the longest form, a family of 200 with what was seen, needs 80 kB."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and checked: all that a page needs to know of it."""

    desk: Desk
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    chosen: Mapping[str, list[str]]
    """Fields of the form that came more than once, all their values."""
    body: Json
    """The body of a JSON request; None for a form."""
    words: Words
    now: datetime
    address: str
    account: Account | None = None
    token: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    """True where htmx asks for a part of a page."""

    @property
    def login(self) -> str:
        """The login of who calls; a page with a right always has one."""
        return self.account.login if self.account else ""

    def may(self, right: Right) -> bool:
        """Whether the caller's role has a right."""
        return self.account is not None and right in RIGHTS[Role(self.account.role)]

    def page(self, template: str, status: int = 200, /, **values: object) -> Response:
        """A page in the caller's language."""
        text = render(template, self.words, call=self, **values)
        return Response(text, status, media_type="text/html")


class NotFoundError(FanzhaError):
    """Nothing is at this address."""


class UnreadableError(FanzhaError):
    """A request whose fields are not what they should be."""


Page = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Rule:
    """One address: how it is asked for, who may, and the page that answers."""

    method: str
    path: str
    page: Page
    right: Right | None
    """None for what the public may reach without logging in."""


def guarded(rule: Rule, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a rule."""

    async def endpoint(request: Request) -> Response:
        raw = await _body(request)
        if raw is None:
            return Response("the request is too large", 413, media_type="text/plain")
        return await run_in_threadpool(_serve, rule, desk, request, raw)

    return endpoint


async def _body(request: Request) -> bytes | None:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            return None
    return raw


def _serve(rule: Rule, desk: Desk, request: Request, raw: bytes) -> Response:
    now = desk.clock()
    token = request.cookies.get(COOKIE, "")
    account = _account(desk, token, now) if token else None
    form, body = _form(request, raw)
    call = Call(
        desk=desk,
        path=request.url.path,
        query={name: _plain(value) for name, value in request.query_params.items()},
        form={name: values[-1] for name, values in form.items()},
        chosen=form,
        body=body,
        words=Words(
            language_of(
                cookie=request.cookies.get(LANGUAGE_COOKIE, ""),
                account=account.language if account else "",
                accepted=request.headers.get("accept-language", ""),
            ),
            desk.settings.desk.timezone,
        ),
        now=now,
        address=request.client.host if request.client else "-",
        account=account,
        token=token if account else "",
        params={name: str(value) for name, value in request.path_params.items()},
        partial=request.headers.get("hx-request") == "true",
    )
    refusal = _refusal(rule, call, request)
    if refusal is not None:
        return refusal
    return _answer(rule, call)


def _account(desk: Desk, token: str, now: datetime) -> Account | None:
    with desk.store.read() as tx:
        found = sessions.live_session(tx, token, settings=desk.settings.desk, now=now)
    if found is None:
        return None
    session, account = found
    if sessions.wants_touch(session, now=now):
        with desk.store.write() as tx:
            accounts.touch_session(tx, session.id, at=now)
    return account


def _refusal(rule: Rule, call: Call, request: Request) -> Response | None:
    """Why this call is not let through; None where it is."""
    changes = rule.method == "POST"
    if changes and _comes_from_elsewhere(request):
        return _error(call, 403, _("This request came from another site."))
    if rule.right is None:
        return None
    if call.account is None:
        return _not_logged_in(rule, call)
    given = call.form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER, "")
    if changes and not sessions.csrf_holds(call.token, given):
        return _error(call, 403, _("The form was too old. Go back, reload, and try again."))
    if not call.may(rule.right):
        return _error(call, 403, _("Your role does not allow this."))
    return None


def _not_logged_in(rule: Rule, call: Call) -> Response:
    if rule.method == "GET" and not call.partial:
        return RedirectResponse("/login", 303)
    answer = _error(call, 401, _("You are not logged in any more. Log in and try again."))
    answer.headers["HX-Redirect"] = "/login"
    return answer


def _comes_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site made this request (Fetch Metadata, RFC 6454)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")


def _answer(rule: Rule, call: Call) -> Response:
    try:
        return rule.page(call)
    except UnreadableError as error:
        return _error(call, 400, str(error))
    except NotFoundError as error:
        return _error(call, 404, str(error))
    except ConflictError as error:
        return _error(call, 409, str(error))
    except FanzhaError as error:
        return _error(call, 422, str(error))


def _error(call: Call, status: int, message: str) -> Response:
    if call.path.startswith("/api/"):
        return JSONResponse({"error": call.words(message)}, status)
    return call.page("error.html", status, message=message, status=status)


def _form(request: Request, raw: bytes) -> tuple[dict[str, list[str]], Json]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            return {}, None
        if isinstance(body, dict):
            body = {k: _plain(v) if isinstance(v, str) else v for k, v in body.items()}
        return {}, body
    found: dict[str, list[str]] = {}
    if kind == "application/x-www-form-urlencoded":
        text = raw.decode("utf-8", "replace")
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=2000):
            found.setdefault(name, []).append(_plain(value))
    return found, None


def _plain(value: str) -> str:
    """Without NUL and lone surrogates, which no text means and PostgreSQL and UTF-8 do not take."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()
