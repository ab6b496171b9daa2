"""Practice range: a registry that answers RDAP (RFC 9083) for the range's registered names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from examples.range.webserver import Answer, Request, response

_TYPE = "application/rdap+json"


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry knows about a name."""

    registered: datetime
    registrar: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Answers `/domain/NAME`, and `/dns.json` as the bootstrap file of RFC 9224."""

    domains: Mapping[str, Registration]
    top: tuple[str, ...] = ("example",)

    def __call__(self, request: Request) -> Answer:
        if request.path == "/dns.json":
            base = f"http://{request.headers.get('host', '127.0.0.1')}/"
            return _json({"version": "1.0", "services": [[list(self.top), [base]]]})
        kind, _, name = request.path.lower().lstrip("/").partition("/")
        known = self.domains.get(name) if kind == "domain" else None
        if known is None:
            return _json({"errorCode": 404, "title": "No such object"}, status=404)
        return _json(
            {
                "rdapConformance": ["rdap_level_0"],
                "objectClassName": "domain",
                "ldhName": name,
                "status": ["active"],
                "events": [
                    {"eventAction": "registration", "eventDate": _stamp(known.registered)},
                    {"eventAction": "last changed", "eventDate": _stamp(known.registered)},
                    {
                        "eventAction": "expiration",
                        "eventDate": _stamp(known.registered + timedelta(days=365 * 30)),
                    },
                ],
                "entities": [
                    {
                        "objectClassName": "entity",
                        "roles": ["registrar"],
                        "vcardArray": ["vcard", [["fn", {}, "text", known.registrar]]],
                    }
                ],
            }
        )


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: object, *, status: int = 200) -> bytes:
    body = json.dumps(value, ensure_ascii=False).encode()
    return response(body, status=status, content_type=_TYPE)
