"""Logging in and out, and choosing a language."""

from starlette.responses import RedirectResponse, Response

from pipeline.review import audit, sessions
from pipeline.review.console.gate import COOKIE, LANGUAGE_COOKIE, Call, Rule
from pipeline.review.console.words import LANGUAGES
from pipeline.review.console.words import mark as _
from pipeline.review.door import LoginPausedError, LoginRefusedError, log_in
from pipeline.review.rights import Right
from pipeline.store import accounts


def login_form(call: Call) -> Response:
    """The door; who is in already goes on."""
    if call.account is not None:
        return RedirectResponse("/queue", 303)
    return call.page("login.html", message="", login="", done="")


def login(call: Call) -> Response:
    """Password and code in, session out."""
    desk = call.desk
    name = login_of(call)
    try:
        account = log_in(
            desk.store,
            name,
            call.form.get("password", ""),
            call.form.get("code", ""),
            address=call.address,
            keys=desk.keys,
            settings=desk.settings.desk,
            now=call.now,
        )
    except LoginPausedError as error:
        return paused(call, error, "login.html", login=name, done="")
    except LoginRefusedError:
        message = _("Login, password or code is wrong.")
        return call.page("login.html", 401, message=message, login=name, done="")
    with desk.store.write() as tx:
        token = sessions.open_session(tx, account, settings=desk.settings.desk, now=call.now)
    answer = RedirectResponse("/queue", 303)
    answer.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=desk.settings.desk.https,
        max_age=desk.settings.desk.session_hours * 3600,
    )
    return answer


def login_of(call: Call) -> str:
    """The login that a form names, as accounts have it."""
    return call.form.get("login", "").strip().lower()


def paused(call: Call, error: LoginPausedError, template: str, **values: object) -> Response:
    """The same page, for who failed too often."""
    message = _("Too many failed logins. Wait, then try again.")
    page = call.page(template, 429, message=message, **values)
    page.headers["Retry-After"] = str(error.seconds)
    return page


def logout(call: Call) -> Response:
    """End the session, at the server too."""
    with call.desk.store.write() as tx:
        accounts.close_session(tx, sessions.id_of(call.token))
        audit.record(tx, at=call.now, actor=call.login, act="logout")
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def language(call: Call) -> Response:
    """Speak another language from now on, and go back to the page."""
    back = call.query.get("back", "/")
    # Only a path of ours: "//host" and "/\host" would lead elsewhere.
    safe = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if safe else "/", 303)
    choice = call.query.get("to", "")
    if choice in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            choice,
            httponly=True,
            samesite="lax",
            secure=call.desk.settings.desk.https,
            max_age=31_536_000,
        )
    return answer


def start(_call: Call) -> Response:
    """The desk begins with the queue."""
    return RedirectResponse("/queue", 303)


RULES = (
    Rule("GET", "/", start, Right.SEE),
    Rule("GET", "/login", login_form, None),
    Rule("POST", "/login", login, None),
    Rule("POST", "/logout", logout, Right.SEE),
)
