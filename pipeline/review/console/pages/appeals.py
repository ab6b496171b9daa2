"""Appeals at the desk: the clock of each, its statement beside the entry, and the answer."""

from starlette.responses import RedirectResponse, Response

from pipeline.errors import FanzhaError
from pipeline.nouns import Decision
from pipeline.review import appeals as work
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.words import mark as _
from pipeline.review.handing_in import MAX_STATEMENT
from pipeline.review.rights import Right
from pipeline.store import Connection
from pipeline.store import appeals as kept
from pipeline.store.appeals import Appeal, AppealState
from pipeline.store.decisions import decision_by_id
from pipeline.store.schema import MAX_ID


def appeals(call: Call) -> Response:
    """Every appeal of a state, those due first before the others."""
    asked = call.query.get("state", AppealState.OPEN.value)
    state = AppealState(asked) if asked in set(AppealState) else None
    with call.desk.store.read() as tx:
        rows = kept.list_appeals(tx, state=state)
        counts = kept.count_appeals(tx)
    return call.page("appeals.html", rows=rows, counts=counts, state=state)


def appeal(call: Call) -> Response:
    """One appeal."""
    with call.desk.store.read() as tx:
        found, against = _appeal(tx, call)
        lifting = work.lifting_of(tx, call.desk, found.target, now=call.now)
    return call.page("appeal.html", appeal=found, against=against, lifting=lifting, appellant=None)


def identity(call: Call) -> Response:
    """Open who made an appeal; that it was opened stays on record."""
    with call.desk.store.write() as tx:
        found, against = _appeal(tx, call)
        appellant = work.reveal(tx, call.desk, found.id, login=call.login, now=call.now)
        lifting = work.lifting_of(tx, call.desk, found.target, now=call.now)
    return call.page(
        "appeal.html", appeal=found, against=against, lifting=lifting, appellant=appellant
    )


def answer(call: Call) -> Response:
    """Uphold or reject, with the reason that the appellant will read."""
    state = call.form.get("state")
    if state not in {AppealState.UPHELD, AppealState.REJECTED}:
        raise FanzhaError(_("Choose what is to be done."))
    text = call.form.get("answer", "")[:MAX_STATEMENT]
    with call.desk.store.write() as tx:
        found, _against = _appeal(tx, call)
        if state == AppealState.UPHELD:
            work.uphold(tx, call.desk, found.id, text, login=call.login, now=call.now)
        else:
            work.reject(tx, found.id, text, login=call.login, now=call.now)
    call.desk.decided()
    return RedirectResponse(f"/appeals/{found.id}", 303)


def _appeal(tx: Connection, call: Call) -> tuple[Appeal, Decision | None]:
    text = call.params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    found = kept.appeal_by_number(tx, number) if number <= MAX_ID else None
    if found is None:
        raise NotFoundError(_("There is no such appeal."))
    return found, decision_by_id(tx, found.against)


RULES = (
    Rule("GET", "/appeals", appeals, Right.SEE),
    Rule("GET", "/appeals/{number}", appeal, Right.SEE),
    Rule("POST", "/appeals/{number}/answer", answer, Right.SECOND),
    Rule("POST", "/appeals/{number}/identity", identity, Right.SECOND),
)
