"""The policy in force, as people at the desk may read it."""

from starlette.responses import Response

from pipeline.nouns import Json
from pipeline.review.console.gate import Call, Rule
from pipeline.review.rights import Right


def policy(call: Call) -> Response:
    """Every term of the policy and its value."""
    return call.page(
        "policy.html",
        policy=call.desk.policy,
        sections=terms(call.desk.policy.model_dump(mode="json")),
    )


def terms(dumped: dict[str, Json]) -> dict[str, list[tuple[str, Json]]]:
    """A policy as sections of (term, value); terms that stand alone are the section of no name."""
    found: dict[str, list[tuple[str, Json]]] = {}
    for name, value in dumped.items():
        if isinstance(value, dict):
            rows = found.setdefault(name, [])
            for term, inner in value.items():
                if isinstance(inner, dict):
                    rows += [(f"{term}.{key}", deepest) for key, deepest in inner.items()]
                else:
                    rows.append((term, inner))
        else:
            found.setdefault("", []).append((name, value))
    return found


RULES = (Rule("GET", "/policy", policy, Right.SEE),)
