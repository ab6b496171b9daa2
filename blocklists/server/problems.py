"""Refusals as answers: problem details (RFC 9457), saying what was expected, what came, what to do."""

import json
from http import HTTPStatus

from blocklists.server.bodies import Answer, Headers


def problem(status: int, detail: str, headers: Headers | None = None) -> Answer:
    """An `application/problem+json` answer of this status."""
    text = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Answer(
        status,
        [
            (b"content-type", b"application/problem+json"),
            (b"cache-control", b"no-store"),
            *(headers or []),
        ],
        json.dumps(text, ensure_ascii=False).encode() + b"\n",
    )
