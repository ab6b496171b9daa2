"""What is learnt from people: labels to take away, agreement, precision, and blind second looks."""

from collections.abc import Callable

from starlette.responses import RedirectResponse, Response

from pipeline.errors import ConflictError, FanzhaError
from pipeline.nouns import Action
from pipeline.review import audit
from pipeline.review import learning as lessons
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.pages.items import evidence_of
from pipeline.review.console.words import mark as _
from pipeline.review.items import read_item
from pipeline.review.rights import Right
from pipeline.store import Connection, looks
from pipeline.store.decisions import decision_by_id
from pipeline.store.lessons import hits_of_rules, hits_of_sources


def learning(call: Call) -> Response:
    """Agreement and precision."""
    with call.desk.store.read() as tx:
        agreement = lessons.agreement(looks.count_pairs(tx))
        sources = lessons.precisions(hits_of_sources(tx))
        rules = lessons.precisions(hits_of_rules(tx))
    return call.page(
        "learning.html",
        agreement=agreement,
        sources=sources,
        rules=rules,
        share=call.desk.settings.desk.second_look_share,
    )


def labels(call: Call) -> Response:
    """All labels of sites as a file."""
    return _file(call, lessons.label_file, "labels.csv")


def numbers(call: Call) -> Response:
    """All labels of numbers as a file."""
    return _file(call, lessons.number_file, "numbers.csv")


def _file(call: Call, write: Callable[[Connection], str], name: str) -> Response:
    # Numbers are in it: who took them away stays on record, before anything leaves.
    with call.desk.store.write() as tx:
        audit.record(tx, at=call.now, actor=call.login, act="export", subject=name)
    with call.desk.store.read() as tx:
        text = write(tx)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv", headers=headers)


def look(call: Call) -> Response:
    """The next decision to look at blindly: the evidence without what was decided."""
    with call.desk.store.read() as tx:
        chosen = looks.oldest_due(tx, but=call.login)
        subject = (chosen.subject or chosen.indicator) if chosen else None
        found = read_item(tx, call.desk, subject, now=call.now) if subject else None
    if chosen is None or found is None:
        return call.page("look.html", found=None, decision="")
    return call.page("look.html", found=found, decision=chosen.id, **evidence_of(found, call))


def give(call: Call) -> Response:
    """Keep a blind opinion. It changes no decision."""
    if call.form.get("action") not in {"block", "allow", "dismiss"}:
        raise FanzhaError(_("Choose what is to be done."))
    action = Action(call.form["action"])
    with call.desk.store.write() as tx:
        decision = decision_by_id(tx, call.form.get("decision", ""))
        if decision is None:
            raise NotFoundError(_("There is no such decision."))
        if call.login in decision.actor.removeprefix("analyst:").split("+"):
            raise FanzhaError(_("A second look is another person's."))
        # Nobody chooses what they look at, or agreement could be made to be what one likes.
        due = looks.oldest_due(tx, but=call.login)
        own = due is not None and due.id == decision.id
        if not own or not looks.add_look(
            tx, decision.id, login=call.login, action=action, at=call.now
        ):
            raise ConflictError(_("It waits for no second look, or somebody gave one meanwhile."))
        subject = str(decision.subject or decision.indicator)
        audit.record(tx, at=call.now, actor=call.login, act="look", subject=subject)
    return RedirectResponse("/learning/look", 303)


RULES = (
    Rule("GET", "/learning", learning, Right.SEE),
    Rule("GET", "/learning/labels.csv", labels, Right.SEE),
    Rule("GET", "/learning/numbers.csv", numbers, Right.SEE),
    Rule("GET", "/learning/look", look, Right.DECIDE),
    Rule("POST", "/learning/look", give, Right.DECIDE),
)
