"""A family at once: choose the members, see what would happen, then do it."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action
from pipeline.review import acts
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.pages.items import reason_of, subject_of
from pipeline.review.console.words import mark as _
from pipeline.review.decide import Ruling
from pipeline.review.items import MAX_FAMILY, members_of, read_item
from pipeline.review.rights import Right
from pipeline.review.weighing import weigh_all
from pipeline.store import Connection


def family(call: Call) -> Response:
    """The members of a subject's family."""
    with call.desk.store.read() as tx:
        found = read_item(tx, call.desk, subject_of(call.query), now=call.now, members=MAX_FAMILY)
    if found is None:
        raise NotFoundError(_("Nothing is known of this."))
    return call.page(
        "family.html",
        found=found,
        actions=[Action.BLOCK, Action.WATCH, Action.DISMISS],
        categories=list(Category),
    )


def preview(call: Call) -> Response:
    """What settling the chosen members would do; nothing is done."""
    with call.desk.store.read() as tx:
        rulings = _rulings(tx, call, reason=call.form.get("reason", ""))
        rows = weigh_all(tx, call.desk, rulings, batch=len(rulings), now=call.now)
    return call.page("_preview.html", rows=rows, action=call.form["action"])


def settle(call: Call) -> Response:
    """Settle those of the chosen members of which the preview showed what would happen."""
    with call.desk.store.read() as tx:
        rulings = _rulings(tx, call, reason=reason_of(call))
    begins = f"seen:{call.form['action']}:"
    seen = {
        subject_of({"subject": name.removeprefix(begins)}): value
        for name, value in call.form.items()
        if name.startswith(begins)
    }
    done = acts.settle_many(call.desk, rulings, login=call.login, seen=seen, now=call.now)
    call.desk.decided()
    counts = {
        "settled": sum(s.decision is not None for s in done),
        "proposed": sum(s.proposal is not None for s in done),
    }
    left = [s for s in done if s.refused is not None]
    if left:
        return call.page("family_done.html", counts=counts, left=left)
    query = {"subject": str(subject_of(call.form)), **{k: v for k, v in counts.items() if v}}
    return RedirectResponse(f"/family?{urlencode(query)}", 303)


def _rulings(tx: Connection, call: Call, *, reason: str) -> list[Ruling]:
    """The chosen members as rulings; each on the scope that its own item proposes."""
    form = call.form
    if form.get("action") not in {"block", "watch", "dismiss"}:
        raise FanzhaError(_("Choose what is to be done."))
    # Only members of this family: a form cannot smuggle in another name.
    members = {str(member): member for member in members_of(tx, subject_of(form))}
    chosen = [members[key] for key in call.chosen.get("member", []) if key in members]
    if not chosen:
        raise FanzhaError(_("Choose at least one member."))
    category = form.get("category", "")
    return [
        Ruling(
            subject=indicator,
            action=Action(form["action"]),
            reason=reason,
            category=Category(category) if category in set(Category) else None,
        )
        for indicator in dict.fromkeys(chosen)
    ]


RULES = (
    Rule("GET", "/family", family, Right.SEE),
    Rule("POST", "/family/preview", preview, Right.DECIDE),
    Rule("POST", "/family/settle", settle, Right.DECIDE),
)
