"""The queue: filters, saved views, and the way to the next item."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode

from starlette.responses import RedirectResponse, Response

from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind, Label
from pipeline.review.console.gate import Call, Rule
from pipeline.review.console.words import mark as _
from pipeline.review.rights import Right
from pipeline.store import Connection, locks, proposals
from pipeline.store import queue as store
from pipeline.store.appeals import AppealState, count_appeals, count_overdue
from pipeline.store.decisions import decision_by_id
from pipeline.store.queue import QueueFilter
from pipeline.whys import QUEUE

PAGE = 50
"""Items on one page of the queue."""
COUNTED = 10_000
"""Where counting the items of a filter ends."""

COUNTED_OF_TEXT = 1_000
"""The same for a part of a text, which no index helps to find."""
LAST_PAGE = 100
"""Deepest page: whoever wants what lies lower asks for it by a filter or another order."""

SKIPPED = 4_000
"""Characters of the names that were skipped; of more, the first come again."""

_FIELDS = ("kind", "category", "label", "why", "text", "order")


def queue(call: Call) -> Response:
    """One page of the queue."""
    wanted = wanted_by(call.query)
    at = min(LAST_PAGE, max(1, _number(call.query.get("page", "1")))) - 1
    with call.desk.store.read() as tx:
        rows = store.find(tx, wanted, limit=PAGE, offset=at * PAGE)
        most = COUNTED_OF_TEXT if wanted.text else COUNTED
        whole = at == 0 and len(rows) < PAGE
        count = len(rows) if whole else store.count_found(tx, wanted, at_most=most)
        done = decision_by_id(tx, call.query["done"]) if call.query.get("done") else None
        return call.page(
            "queue.html",
            rows=rows,
            count=count,
            most=most,
            page=at + 1,
            pages=min(LAST_PAGE, max(1, -(-count // PAGE))),
            wanted=wanted,
            view=view_of(wanted),
            held=locks.held(tx, at=call.now),
            views=locks.views_of(tx, call.login),
            kinds=list(Kind),
            categories=list(Category),
            labels=list(Label),
            whys=list(QUEUE),
            waiting=waiting(tx, call.now),
            done=done,
        )


def following(call: Call) -> Response:
    """Give the caller the first item of the view that nobody works on and that was not skipped."""
    view = call.query.get("view", "")
    wanted = wanted_by({name: values[-1] for name, values in parse_qs(view).items()})
    skipped = _skipped(call.query.get("skip", ""))
    keeps = call.may(Right.DECIDE)
    with call.desk.store.write() if keeps else call.desk.store.read() as tx:
        passed = [Indicator.from_key(s) for s in skipped if s.partition(":")[0] in set(Kind)]
        subject = store.next_after(tx, wanted, passed, login=call.login, at=call.now)
        if keeps and subject is not None:
            # Found and locked in one transaction, so that two who ask at once get two items.
            until = call.now + timedelta(seconds=call.desk.settings.desk.lock_seconds)
            locks.take(tx, subject, call.login, at=call.now, until=until)
    carried = {name: call.query[name] for name in ("done", "proposed") if call.query.get(name)}
    if subject is None:
        return RedirectResponse(f"/queue?{urlencode({**_query(wanted), **carried})}", 303)
    query = {"subject": str(subject), "view": view, **carried}
    if skipped:
        query["skip"] = " ".join(skipped)
    return RedirectResponse(f"/item?{urlencode(query)}", 303)


def save_view(call: Call) -> Response:
    """Keep the filter under a name of one's own."""
    name = call.form.get("name", "").strip()[:40]
    if not name:
        raise FanzhaError(_("A view needs a name."))
    view = view_of(wanted_by({k: v[-1] for k, v in parse_qs(call.form.get("view", "")).items()}))
    with call.desk.store.write() as tx:
        locks.save_view(tx, call.login, name, view)
    return RedirectResponse(f"/queue?{view}", 303)


def drop_view(call: Call) -> Response:
    """Forget a view of one's own."""
    with call.desk.store.write() as tx:
        locks.drop_view(tx, call.login, call.form.get("name", ""))
    return RedirectResponse("/queue", 303)


def wanted_by(query: Mapping[str, str]) -> QueueFilter:
    """The filter of a query string; what it does not know is left out."""
    found = {name: query[name][:200] for name in _FIELDS if query.get(name)}
    if found.get("why") not in QUEUE:
        found.pop("why", None)
    return QueueFilter(**found)


def view_of(wanted: QueueFilter) -> str:
    """A filter as a query string."""
    return urlencode(_query(wanted))


def waiting(tx: Connection, now: datetime) -> dict[str, int]:
    """What else waits for people: proposals, and appeals, of which some are past their time."""
    return {
        "proposals": proposals.count_open(tx),
        "appeals": count_appeals(tx)[AppealState.OPEN],
        "overdue": count_overdue(tx, at=now),
    }


def _query(wanted: QueueFilter) -> dict[str, str]:
    found = {name: getattr(wanted, name) for name in _FIELDS if getattr(wanted, name)}
    if found.get("order") == "priority":
        del found["order"]
    return found


def _skipped(text: str) -> list[str]:
    """The last of what was skipped, as much of it as an address can carry."""
    found: list[str] = []
    room = SKIPPED
    for subject in reversed(text.split()):
        room -= len(subject) + 1
        if room < 0:
            break
        found.append(subject)
    return found[::-1]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


RULES = (
    Rule("GET", "/queue", queue, Right.SEE),
    Rule("GET", "/next", following, Right.SEE),
    Rule("POST", "/views", save_view, Right.DECIDE),
    Rule("POST", "/views/drop", drop_view, Right.DECIDE),
)
