"""What anybody may reach: handing in an appeal, asking how it stands, by page and by JSON."""

from datetime import timedelta

from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.keys import keyed_hash
from pipeline.nouns import Json
from pipeline.review import appeals as work
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.pages.entrance import language
from pipeline.review.console.render import HERE
from pipeline.review.console.words import LANGUAGES, Words
from pipeline.review.console.words import mark as _
from pipeline.review.identity import Appellant
from pipeline.review.law import DOCUMENTS, RIGHTS
from pipeline.review.notices import Notice, notice_of
from pipeline.store import Connection, accounts
from pipeline.store.appeals import Appeal
from pipeline.store.decisions import decision_by_id

STATIC = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
"""Every file that the console serves as it is."""


def form(call: Call) -> Response:
    """The form of an appeal; `?code=` names the entry, as the warning page of a carrier does."""
    fields = dict(call.query)
    if call.query.get("code"):
        with call.desk.store.read() as tx:
            entry = work.entry_of_code(tx, call.query["code"])
        if entry is None:
            return _form(call, 404, _("No entry has this code."), fields)
        fields["indicator"] = entry.value
    return _form(call, 200, "", fields)


def hand_in(call: Call) -> Response:
    """Take an appeal in; the answer shows the code, once."""
    fields = call.form
    try:
        opened = _hand_in(call, fields)
    except TooManyError as error:
        return _form(call, 429, str(error), fields)
    except NotAnIndicatorError:
        return _form(call, 422, _("This is neither an address nor a telephone number."), fields)
    except work.NotListedError:
        message = _("This is not on our lists, so there is nothing to lift.")
        return _form(call, 404, message, fields)
    except FanzhaError as error:
        return _form(call, 422, str(error), fields)
    return call.page("appeal_code.html", opened=opened, rights=RIGHTS[call.words.language])


def status(call: Call) -> Response:
    """How an appeal stands, for whoever holds its code; POST, so that no code is in an address."""
    code = call.form.get("code", "")
    found, reason = None, ""
    if code:
        with call.desk.store.read() as tx:
            found = work.by_code(tx, code)
            reason = _reason(tx, found, call.words)
    return call.page(
        "appeal_status.html",
        200 if found or not code else 404,
        appeal=found,
        reason=reason,
        asked=bool(code),
        notice=_notice(call, found) if found else None,
        rights=RIGHTS[call.words.language],
    )


def hand_in_json(call: Call) -> Response:
    """`POST /api/appeals` with {indicator, statement, name, contact, relation, language}."""
    body = call.body
    if not isinstance(body, dict) or not all(isinstance(v, str) for v in body.values()):
        return JSONResponse({"error": "expected a JSON object of strings"}, 400)
    try:
        opened = _hand_in(call, body)
    except TooManyError as error:
        return JSONResponse({"error": call.words(str(error))}, 429)
    except work.NotListedError as error:
        return JSONResponse({"error": str(error)}, 404)
    except FanzhaError as error:
        return JSONResponse({"error": str(error)}, 422)
    return JSONResponse({"code": opened.code, **_as_json(opened.appeal, "")}, 201)


def status_json(call: Call) -> Response:
    """`POST /api/appeals/status` with {code}."""
    body = call.body
    code = body.get("code") if isinstance(body, dict) else None
    if not isinstance(code, str):
        return JSONResponse({"error": 'expected a JSON object {"code": "…"}'}, 400)
    with call.desk.store.read() as tx:
        found = work.by_code(tx, code)
        reason = _reason(tx, found, call.words)
    if found is None:
        return JSONResponse({"error": "no appeal has this code"}, 404)
    return JSONResponse(_as_json(found, reason))


def static(call: Call) -> Response:
    """A file of the console itself."""
    name = call.params["name"]
    if name not in STATIC:
        raise NotFoundError(_("Nothing is at this address."))
    headers = {"Cache-Control": "public, max-age=300"}
    return FileResponse(HERE / "static" / name, media_type=STATIC[name], headers=headers)


def health(call: Call) -> Response:
    """Whether the console answers and its store can be read."""
    with call.desk.store.read() as tx:
        accounts.attempts_since(tx, "health", since=call.now)
    return JSONResponse({"status": "ok"})


def front(_call: Call) -> Response:
    """Where only appeals are served, they are the first page."""
    return RedirectResponse("/appeal", 303)


class TooManyError(FanzhaError):
    """One address handed in too many appeals in an hour."""


def _hand_in(call: Call, fields: Json) -> work.Opened:
    desk = call.desk
    who = "appeal:" + keyed_hash(desk.keys.callers, call.address)
    spoken = fields.get("language", call.words.language)
    with desk.store.write() as tx:
        accounts.take_turn(tx, who)
        since = call.now - timedelta(hours=1)
        if accounts.attempts_since(tx, who, since=since) >= desk.settings.desk.appeals_per_hour:
            raise TooManyError(_("Too many appeals from your address. Try again in an hour."))
        opened = work.hand_in(
            tx,
            desk,
            fields.get("indicator", "")[:2000],
            fields.get("statement", ""),
            Appellant(
                name=fields.get("name", "").strip(),
                contact=fields.get("contact", "").strip(),
                relation=fields.get("relation", "").strip(),
            ),
            language=spoken if spoken in LANGUAGES else call.words.language,
            now=call.now,
        )
        accounts.add_attempt(tx, who, at=call.now)
    return opened


def _form(call: Call, status: int, message: str, fields: Json) -> Response:
    kept = {
        name: str(fields.get(name, ""))
        for name in ("indicator", "statement", "name", "contact", "relation")
    }
    language = call.words.language
    return call.page(
        "appeal_form.html",
        status,
        message=message,
        fields=kept,
        rights=RIGHTS[language],
        documents=DOCUMENTS[language],
        hours=call.desk.settings.desk.appeal_hours,
        longest=work.MAX_STATEMENT,
    )


def _notice(call: Call, appeal: Appeal) -> Notice:
    words = call.words
    return notice_of(appeal, call.desk.settings.desk, language=words.language, time=words.time)


def _reason(tx: Connection, appeal: Appeal | None, words: Words) -> str:
    """Why the entry was listed, as the decision says."""
    against = decision_by_id(tx, appeal.against) if appeal is not None else None
    if against is None:
        return ""
    return words.why(against.reason) if against.actor.startswith("policy:") else against.reason


def _as_json(appeal: Appeal, reason: str) -> dict[str, Json]:
    return {
        "indicator": str(appeal.indicator),
        "entry": str(appeal.target),
        "state": appeal.state.value,
        "opened_at": appeal.opened_at.isoformat(),
        "due_at": appeal.due_at.isoformat(),
        "closed_at": appeal.closed_at.isoformat() if appeal.closed_at else None,
        "listed_because": reason or None,
        "answer": appeal.answer,
    }


STATIC_RULES = (
    Rule("GET", "/static/{name}", static, None),
    Rule("GET", "/health", health, None),
    Rule("GET", "/language", language, None),
)

FRONT = Rule("GET", "/", front, None)
"""The first page where the desk itself is not served."""

RULES = (
    *STATIC_RULES,
    Rule("GET", "/appeal", form, None),
    Rule("POST", "/appeal", hand_in, None),
    Rule("GET", "/appeal/status", status, None),
    Rule("POST", "/appeal/status", status, None),
    Rule("POST", "/api/appeals", hand_in_json, None),
    Rule("POST", "/api/appeals/status", status_json, None),
)
