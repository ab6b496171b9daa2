"""One item: its evidence before the analyst's eyes, and the decision beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from pipeline.call_features import title
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Indicator
from pipeline.review import acts, audit, twins
from pipeline.review.blast import Blast, blast_of, scopes_of
from pipeline.review.console import plots
from pipeline.review.console.gate import Call, NotFoundError, Rule, UnreadableError
from pipeline.review.console.pictures import clean_png
from pipeline.review.console.words import mark as _
from pipeline.review.decide import Ruling
from pipeline.review.four_eyes import WHY
from pipeline.review.items import ItemPage, picture_of, read_item, read_subject
from pipeline.review.rights import Right
from pipeline.review.weighing import target_of, weigh_on
from pipeline.store import Connection, locks
from pipeline.store.decisions import decision_by_id, head_of
from pipeline.store.observations import observations_of
from pipeline.store.reviews import item_of

TERMS = (7, 30, 180, 365, 3650)
"""Days for which a block can be asked, besides the policy's."""


def item(call: Call) -> Response:
    """The page of a subject."""
    subject = subject_of(call.query)
    with call.desk.store.read() as tx:
        found = read_item(tx, call.desk, subject, now=call.now)
        if found is None:
            raise NotFoundError(_("Nothing is known of this."))
        done = decision_by_id(tx, call.query["done"]) if call.query.get("done") else None
        reach = _reach(tx, call, found.target, subject)
        two = _two(tx, call, subject, reach)
    return call.page(
        "item.html",
        found=found,
        **evidence_of(found, call),
        actions=list(Action),
        categories=list(Category),
        terms=TERMS,
        view=call.query.get("view", ""),
        skip=" ".join([*call.query.get("skip", "").split(), str(subject)]),
        done=done,
        proposed=call.query.get("proposed", ""),
        blast=reach,
        two=two,
        whys=WHY,
        day=timedelta(days=1),
    )


def decide(call: Call) -> Response:
    """Settle or propose, and go on to the next item."""
    ruling = ruling_of(call)
    with call.desk.store.write() as tx:
        ruling = replace(ruling, target=_chosen_scope(tx, call, ruling.subject))
        target = target_of(tx, ruling)
        seen = call.form.get(f"seen:{target}", "")
        done = acts.settle(tx, call.desk, ruling, login=call.login, seen=seen, now=call.now)
    call.desk.decided()
    query = {name: call.form[name] for name in ("view", "skip") if call.form.get(name)}
    if done.decision is not None:
        query["done"] = done.decision.id
    else:
        query["proposed"] = str(done.proposal)
    return RedirectResponse(f"/next?{urlencode(query)}", 303)


def undo(call: Call) -> Response:
    """Take one's own last decision back and return to the item."""
    with call.desk.store.write() as tx:
        made = acts.undo(
            tx, call.desk, call.form.get("decision", ""), login=call.login, now=call.now
        )
        before = decision_by_id(tx, made.supersedes or "")
    call.desk.decided()
    subject = (before.subject if before else None) or made.indicator
    query = {"subject": str(subject), "view": call.form.get("view", "")}
    return RedirectResponse(f"/item?{urlencode(query)}", 303)


def lock(call: Call) -> Response:
    """Take or keep the item while it is open; says who has it."""
    subject = subject_of(call.form)
    until = call.now + timedelta(seconds=call.desk.settings.desk.lock_seconds)
    with call.desk.store.write() as tx:
        holder = locks.take(tx, subject, call.login, at=call.now, until=until)
    return call.page("_lock.html", holder=holder)


def blast(call: Call) -> Response:
    """What a decision at a scope would hit, and whether it takes two."""
    target = subject_of({"subject": call.query.get("target", "")})
    subject = subject_of(call.query)
    with call.desk.store.read() as tx:
        reach = _reach(tx, call, target, subject)
        two = _two(tx, call, subject, reach)
    return call.page("_blast.html", blast=reach, two=two, whys=WHY)


def _reach(tx: Connection, call: Call, target: Indicator, subject: Indicator) -> Blast:
    return blast_of(tx, target, subject=subject, protected=call.desk.protected, now=call.now)


def _two(tx: Connection, call: Call, subject: Indicator, blast: Blast) -> dict[str, Sequence[str]]:
    """Why a block and why an allow of this reach would take two people."""
    head = head_of(tx, blast.target)
    return {
        action.value: weigh_on(
            tx,
            call.desk,
            Ruling(subject, action, "", target=blast.target),
            blast,
            head=head,
            now=call.now,
        ).two
        for action in (Action.BLOCK, Action.ALLOW)
    }


def screenshot(call: Call) -> Response:
    """The picture of a page, decoded and encoded anew."""
    sha256 = picture_of(call.desk.artifacts, subject_of(call.query))
    if sha256 is None:
        raise NotFoundError(_("There is no picture of this page."))
    content = clean_png(call.desk.artifacts.get(sha256))
    return Response(content, media_type="image/png")


def twin(call: Call) -> Response:
    """The page beside an honest one: the nearest, or the one that the analyst names."""
    subject = subject_of(call.query)
    named = call.query.get("twin", "").strip()
    with call.desk.store.read() as tx:
        page = twins.page_of(tx, subject)
        if page is None:
            raise NotFoundError(_("No page of it was read."))
        if named:
            other = read_subject(named)
            read = twins.page_of(tx, other) if other is not None else None
            found = twins.Twin(other, read, None) if other is not None and read else None
        else:
            found = twins.nearest_twin(tx, subject, page)
    return call.page("_twin.html", subject=subject, page=page, twin=found, named=named)


def calls(call: Call) -> Response:
    """How a number calls, over time, against ordinary numbers."""
    subject = subject_of(call.query)
    with call.desk.store.read() as tx:
        seen = [o for o in observations_of(tx, [subject])[subject] if o.prop == "calls"]
        bands = twins.ordinary_bands(tx)
    if not seen:
        raise NotFoundError(_("No calls of it are known."))
    newest = seen[-1].value.get("features", {})
    found = []
    for name in sorted(newest):
        points = [
            (str(o.value.get("last_day", "")), float(value))
            for o in seen
            if isinstance(value := o.value.get("features", {}).get(name), int | float)
        ]
        if points:
            band = bands.get(name)
            limits = (band.low, band.high) if band else None
            called = title(name, call.words.language)
            plot = plots.line(points, limits, title=called)
            outside = band is not None and not band.low <= points[-1][1] <= band.high
            found.append({"name": called, "plot": plot, "value": points[-1][1], "band": band,
                          "outside": outside})  # fmt: skip
    # What lies outside the ordinary comes first: that is what an analyst looks for.
    found.sort(key=lambda row: (not row["outside"], str(row["name"])))
    return call.page("_calls.html", rows=found)


def points(call: Call) -> Response:
    """The points of a number at each carrier that knows it; who saw a subscriber's is recorded."""
    subject = subject_of(call.query)
    found = call.desk.points(subject)
    if found:
        detail = {"carrier": ", ".join(one.carrier for one in found), "what": "points"}
        with call.desk.store.write() as tx:
            audit.record(
                tx,
                at=call.now,
                actor=call.login,
                act="number.read",
                subject=str(subject),
                detail=detail,
            )
    return call.page("_points.html", points=found)


def subject_of(fields: Mapping[str, str]) -> Indicator:
    """The subject that a request names. Raises `UnreadableError` where it names none."""
    subject = read_subject(fields.get("subject", ""))
    if subject is None:
        raise UnreadableError(_("This is neither an address nor a telephone number."))
    return subject


def reason_of(call: Call) -> str:
    """The reason that a form gives. Raises `FanzhaError` where it gives none."""
    reason = call.form.get("reason", "").strip()
    if not reason:
        raise FanzhaError(_("A decision needs its reason: say in a sentence why."))
    return reason[:500]


def ruling_of(call: Call) -> Ruling:
    """The decision form as a ruling, without its scope.

    Raises `FanzhaError` where a field is not what it should be.
    """
    form = call.form
    if form.get("action") not in set(Action):
        raise FanzhaError(_("Choose what is to be done."))
    reason = reason_of(call)
    category = form.get("category", "")
    days = form.get("days", "")
    return Ruling(
        subject=subject_of(form),
        action=Action(form["action"]),
        reason=reason,
        category=Category(category) if category in set(Category) else None,
        days=int(days) if days in map(str, TERMS) else None,
    )


def _chosen_scope(tx: Connection, call: Call, subject: Indicator) -> Indicator | None:
    """The scope that the form chose among those offered; None where it left the choice.

    Raises `FanzhaError` for any other: a form cannot smuggle in another name.
    """
    text = call.form.get("target", "")
    if not text:
        return None
    found = item_of(tx, subject)
    scopes = scopes_of(subject, found.target if found is not None else subject)
    offered = {str(scope): scope for scope in scopes}
    if text not in offered:
        raise FanzhaError(_("Choose one of the scopes that are offered for this item."))
    return offered[text]


def evidence_of(found: ItemPage, call: Call) -> dict[str, object]:
    """What the evidence part of a page shows, which says nothing of what anybody decided."""
    facts = found.evidence.facts
    return {
        "page": facts.get("page") if isinstance(facts.get("page"), dict) else None,
        # A picture is taken where a browser looked; the manifest is read only when it is asked for.
        "has_picture": facts.get("page.rendered") is True,
        "weights": _reasons_plot(found, call),
        "calls": [o for o in found.seen if o.prop == "calls"],
    }


def _reasons_plot(found: ItemPage, call: Call) -> object:
    """The reasons of the verdict as bars; None where there is none."""
    if found.verdict is None or not found.verdict.reasons:
        return None
    ordered = sorted(found.verdict.reasons, key=lambda r: -abs(r.weight))[:20]
    zh = call.words.language == "zh"
    bars = [plots.Bar(r.zh if zh else r.en, r.weight, "") for r in ordered]
    title = call.words(_("Weights of the reasons"))
    return {"rows": ordered, "plot": plots.weights(bars, title=title)}


RULES = (
    Rule("GET", "/item", item, Right.SEE),
    Rule("GET", "/item/blast", blast, Right.SEE),
    Rule("GET", "/item/screenshot", screenshot, Right.SEE),
    Rule("GET", "/item/twin", twin, Right.SEE),
    Rule("GET", "/item/calls", calls, Right.SEE),
    Rule("GET", "/item/points", points, Right.SEE),
    Rule("POST", "/item/decide", decide, Right.DECIDE),
    Rule("POST", "/item/undo", undo, Right.DECIDE),
    Rule("POST", "/item/lock", lock, Right.DECIDE),
)
