"""Taking an invitation up: whoever has its code sets the password and scans the secret, nobody else."""

from starlette.responses import Response

from pipeline.errors import FanzhaError
from pipeline.review import accounts as work
from pipeline.review.accounts import InvitationRefusedError, WrongCodeError
from pipeline.review.console.gate import Call, Rule
from pipeline.review.console.pages.entrance import login_of, paused
from pipeline.review.console.squares import square
from pipeline.review.console.words import mark as _
from pipeline.review.door import LoginPausedError, Tries
from pipeline.review.passwords import MIN_PASSWORD, hashed

REFUSED = _("No open invitation has this login and code.")


def ask(call: Call) -> Response:
    """Where the code of an invitation is typed in."""
    return call.page("enrol.html", message="", login="")


def begin(call: Call) -> Response:
    """The secret to scan, for who has the code."""
    try:
        return scan(call, login_of(call), call.form.get("invitation", ""))
    except LoginPausedError as error:
        return paused(call, error, "enrol.html", login=login_of(call))
    except InvitationRefusedError:
        return call.page("enrol.html", 401, message=REFUSED, login=login_of(call))


def finish(call: Call) -> Response:
    """The account is its owner's: the next thing is to log in."""
    desk, login, code = call.desk, login_of(call), call.form.get("invitation", "")
    try:
        opened = _opened(call, login, code)
        password = None
        if opened.sets_password:
            given = call.form.get("password", "")
            if given != call.form.get("again", ""):
                return scan(call, login, code, message=_("The two passwords differ."))
            try:
                password = hashed(given, login=login, settings=desk.settings.desk)
            except FanzhaError:
                return scan(
                    call, login, code, message=_("The password is too short, or holds the login.")
                )
        try:
            with desk.store.write() as tx:
                totp = call.form.get("code", "")
                work.enrol(tx, login, code, totp, password=password, keys=desk.keys, now=call.now)
        except WrongCodeError:
            return scan(
                call, login, code, message=_("The authenticator shows another code by now.")
            )
    except LoginPausedError as error:
        return paused(call, error, "enrol.html", login=login)
    except InvitationRefusedError:
        return call.page("enrol.html", 401, message=REFUSED, login=login)
    return call.page(
        "login.html", message="", login=login, done=_("The account is set up. Log in with it.")
    )


def scan(call: Call, login: str, code: str, *, message: str = "") -> Response:
    """The page with the secret. Raises `InvitationRefusedError`, which was counted."""
    opened = _opened(call, login, code)
    return call.page(
        "enrol_scan.html",
        422 if message else 200,
        opened=opened,
        invitation=code,
        square=square(opened.uri),
        shortest=MIN_PASSWORD,
        message=message,
    )


def _opened(call: Call, login: str, code: str) -> work.Enrolment:
    desk = call.desk
    tries = Tries(login, call.address, keys=desk.keys, settings=desk.settings.desk, now=call.now)
    try:
        with desk.store.read() as tx:
            tries.refuse_too_many(tx)
            return work.open_invitation(tx, login, code, keys=desk.keys, now=call.now)
    except InvitationRefusedError:
        with desk.store.write() as tx:
            tries.count(tx)
        raise


RULES = (
    Rule("GET", "/enrol", ask, None),
    Rule("POST", "/enrol", begin, None),
    Rule("POST", "/enrol/finish", finish, None),
)
