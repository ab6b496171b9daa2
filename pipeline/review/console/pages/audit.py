"""The audit log, read: who did what, and whether the chain is whole."""

from starlette.responses import Response

from pipeline.review.audit import ACTS, verify
from pipeline.review.console.gate import Call, Rule
from pipeline.review.rights import Right
from pipeline.store.audit import head_of_chain, newest

PAGE = 100
"""Records on one page."""


def log(call: Call) -> Response:
    """Records, newest first; with `verify` the whole chain is walked."""
    text = call.query.get("page", "1")
    at = int(text) - 1 if text.isascii() and text.isdigit() and 0 < int(text) < 10**6 else 0
    wanted = {name: call.query.get(name, "")[:200] for name in ("actor", "act", "subject")}
    with call.desk.store.read() as tx:
        rows = newest(tx, limit=PAGE + 1, offset=at * PAGE, **wanted)
        checked = verify(tx) if call.query.get("verify") else None
        count, head = head_of_chain(tx)
    return call.page(
        "audit.html",
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        page=at + 1,
        wanted=wanted,
        acts=ACTS,
        checked=checked,
        count=count,
        head=head,
    )


RULES = (Rule("GET", "/audit", log, Right.AUDIT),)
