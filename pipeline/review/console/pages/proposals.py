"""What waits for a second person."""

from starlette.responses import RedirectResponse, Response

from pipeline.errors import FanzhaError
from pipeline.review import acts
from pipeline.review.console.gate import Call, Rule
from pipeline.review.console.words import mark as _
from pipeline.review.four_eyes import WHY
from pipeline.review.rights import Right
from pipeline.store import proposals as kept
from pipeline.store.schema import MAX_ID


def proposals(call: Call) -> Response:
    """The proposals that wait, oldest first."""
    with call.desk.store.read() as tx:
        rows = kept.open_proposals(tx)
    return call.page("proposals.html", rows=rows, whys=WHY)


def second(call: Call) -> Response:
    """Second the chosen proposals."""
    with call.desk.store.write() as tx:
        for number in _numbers(call):
            acts.second(tx, call.desk, number, login=call.login, now=call.now)
    call.desk.decided()
    return RedirectResponse("/proposals", 303)


def refuse(call: Call) -> Response:
    """Refuse the chosen proposals, or take one's own back."""
    with call.desk.store.write() as tx:
        for number in _numbers(call):
            proposal = kept.proposal_of(tx, number)
            own = proposal is not None and proposal.proposer == call.login
            if not own and not call.may(Right.SECOND):
                raise FanzhaError(_("Your role does not allow this."))
            acts.refuse(tx, number, login=call.login, now=call.now)
    return RedirectResponse("/proposals", 303)


def _numbers(call: Call) -> list[int]:
    given = (n for n in call.chosen.get("proposal", []) if n.isascii() and n.isdigit())
    found = [number for n in given if len(n) < 20 and (number := int(n)) <= MAX_ID]
    if not found:
        raise FanzhaError(_("Choose at least one proposal."))
    return found


RULES = (
    Rule("GET", "/proposals", proposals, Right.SEE),
    Rule("POST", "/proposals/second", second, Right.SECOND),
    Rule("POST", "/proposals/refuse", refuse, Right.DECIDE),
)
