"""What anybody may reach: handing in an appeal, asking how it stands, by page and by JSON."""

from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.nouns import Json
from pipeline.review import appeals as work
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.pages.entrance import language
from pipeline.review.console.render import HERE
from pipeline.review.console.words import LANGUAGES, Words
from pipeline.review.console.words import mark as _
from pipeline.review.handing_in import MAX_STATEMENT, NotListedError, Opened, TooManyError, receive
from pipeline.review.identity import Appellant
from pipeline.review.law import DOCUMENTS, RIGHTS
from pipeline.review.listing import entry_of_code
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

TOO_MANY = _("Too many appeals from your address. Try again in an hour.")


def form(call: Call) -> Response:
    """The form of an appeal; `?code=` names the entry, as the warning page of a carrier does."""
    fields = dict(call.query)
    if call.query.get("code"):
        with call.desk.store.read() as tx:
            entry = entry_of_code(tx, call.query["code"])
        if entry is None:
            return _form(call, 404, _("No entry has this code."), fields)
        fields["indicator"] = entry.value
    return _form(call, 200, "", fields)


def hand_in(call: Call) -> Response:
    """Take an appeal in; the answer shows the code, once."""
    fields = call.form
    try:
        opened = _hand_in(call, fields)
    except TooManyError:
        return _form(call, 429, TOO_MANY, fields)
    except NotAnIndicatorError:
        return _form(call, 422, _("This is neither an address nor a telephone number."), fields)
    except NotListedError:
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
    except TooManyError:
        return JSONResponse({"error": call.words(TOO_MANY)}, 429)
    except NotListedError as error:
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


def _hand_in(call: Call, fields: Json) -> Opened:
    spoken = fields.get("language", call.words.language)
    return receive(
        call.desk,
        fields.get("indicator", "")[:2000],
        fields.get("statement", ""),
        Appellant(
            name=fields.get("name", "").strip(),
            contact=fields.get("contact", "").strip(),
            relation=fields.get("relation", "").strip(),
        ),
        address=call.address,
        language=spoken if spoken in LANGUAGES else call.words.language,
        now=call.now,
    )


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
        longest=MAX_STATEMENT,
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
