"""One's own account: another password, another authenticator, by whoever can still log in."""

from starlette.responses import RedirectResponse, Response

from pipeline.errors import FanzhaError
from pipeline.review import accounts as work
from pipeline.review.console.gate import COOKIE, Call, Rule
from pipeline.review.console.pages.enrolment import scan
from pipeline.review.console.pages.entrance import paused
from pipeline.review.console.words import mark as _
from pipeline.review.door import LoginPausedError, LoginRefusedError, log_in
from pipeline.review.passwords import MIN_PASSWORD, hashed
from pipeline.review.rights import Right


def own(call: Call) -> Response:
    """What one may change of one's own account."""
    return _page(call, 200, "")


def password(call: Call) -> Response:
    """Another password, for who knows the old one and has the authenticator; ends every session."""
    desk, form = call.desk, call.form
    if form.get("new", "") != form.get("again", ""):
        return _page(call, 422, _("The two passwords differ."))
    try:
        _prove(call)
        new = hashed(form.get("new", ""), login=call.login, settings=desk.settings.desk)
    except LoginPausedError as error:
        return paused(call, error, "own.html", shortest=MIN_PASSWORD)
    except LoginRefusedError:
        return _page(call, 422, _("Password or code is wrong."))
    except FanzhaError:
        return _page(call, 422, _("The password is too short, or holds the login."))
    with desk.store.write() as tx:
        work.change_password(tx, call.login, new, actor=call.login, now=call.now)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def secret(call: Call) -> Response:
    """Another authenticator: the page with a new secret; the old one holds until that is done."""
    desk = call.desk
    try:
        _prove(call)
    except LoginPausedError as error:
        return paused(call, error, "own.html", shortest=MIN_PASSWORD)
    except LoginRefusedError:
        return _page(call, 422, _("Password or code is wrong."))
    with desk.store.write() as tx:
        invited = work.invite_self(
            tx, call.login, keys=desk.keys, settings=desk.settings.desk, now=call.now
        )
    return scan(call, call.login, invited.code)


def _prove(call: Call) -> None:
    desk, form = call.desk, call.form
    log_in(
        desk.store,
        call.login,
        form.get("password", ""),
        form.get("code", ""),
        address=call.address,
        keys=desk.keys,
        settings=desk.settings.desk,
        now=call.now,
        act="account.prove",
    )


def _page(call: Call, status: int, message: str) -> Response:
    return call.page("own.html", status, message=message, shortest=MIN_PASSWORD)


RULES = (
    Rule("GET", "/own", own, Right.SEE),
    Rule("POST", "/own/password", password, Right.SEE),
    Rule("POST", "/own/secret", secret, Right.SEE),
)
