"""The console as one ASGI application: every rule behind the gate, every answer under one policy."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.console.gate import Rule, guarded
from pipeline.review.console.pages import (
    accounts,
    appeals,
    audit,
    enrolment,
    entrance,
    families,
    figures,
    items,
    learning,
    own,
    policies,
    problems,
    proposals,
    public,
    queue,
)
from pipeline.review.desk import Desk

PUBLIC: tuple[Rule, ...] = public.RULES
"""What anybody may reach: appeals and the style sheet."""

DESK: tuple[Rule, ...] = (
    *entrance.RULES,
    *enrolment.RULES,
    *own.RULES,
    *queue.RULES,
    *items.RULES,
    *families.RULES,
    *proposals.RULES,
    *appeals.RULES,
    *learning.RULES,
    *figures.RULES,
    *policies.RULES,
    *problems.RULES,
    *audit.RULES,
    *accounts.RULES,
)
"""What only accounts may reach, and the door to it."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing runs, loads or is sent but from and to the console itself; nothing inline, no frames."""

HEADERS: dict[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: with that, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def build(desk: Desk, *, desk_pages: bool = True, public_pages: bool = True) -> Starlette:
    """The application. `desk_pages=False` leaves what may face the public: appeals alone."""
    rules: Sequence[Rule] = (
        *(PUBLIC if public_pages else public.STATIC_RULES),
        *(DESK if desk_pages else (public.FRONT,)),
    )
    routes = [Route(r.path, guarded(r, desk), methods=[r.method]) for r in rules]
    app = Starlette(routes=routes, exception_handlers={404: _nothing_here})
    app.add_middleware(_Headers, https=desk.settings.desk.https)
    return app


class _Headers:
    """Puts the same headers on every answer, errors too."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = dict(HEADERS)
        if https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


async def _nothing_here(_request: Request, _error: Exception) -> Response:
    return Response("nothing is at this address", 404, media_type="text/plain")
