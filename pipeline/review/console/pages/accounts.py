"""Accounts, as an admin keeps them: who is invited, what for, and who is shut out."""

from starlette.responses import RedirectResponse, Response

from pipeline.errors import FanzhaError
from pipeline.review import accounts as work
from pipeline.review.console.gate import Call, Rule
from pipeline.review.console.words import mark as _
from pipeline.review.rights import Right, Role
from pipeline.store import accounts as kept
from pipeline.store.invitations import invited


def accounts(call: Call) -> Response:
    """Every account."""
    return _page(call, None)


def add(call: Call) -> Response:
    """Make an account, and show the code with which its owner sets it up, once."""
    return _invite(call, call.form.get("login", "").strip().lower(), _role(call))


def invite(call: Call) -> Response:
    """Let the owner of an account set it up anew: a lost telephone, a forgotten password."""
    return _invite(call, _other(call), None)


def role(call: Call) -> Response:
    """Give an account another role."""
    login = _other(call)
    with call.desk.store.write() as tx:
        work.change_role(tx, login, _role(call), actor=call.login, now=call.now)
    return RedirectResponse("/accounts", 303)


def close(call: Call) -> Response:
    """Shut an account."""
    login = _other(call)
    with call.desk.store.write() as tx:
        work.close_account(tx, login, actor=call.login, now=call.now)
    return RedirectResponse("/accounts", 303)


def _invite(call: Call, login: str, role: Role | None) -> Response:
    desk = call.desk
    with desk.store.write() as tx:
        new = work.invite(
            tx,
            login,
            role,
            keys=desk.keys,
            settings=desk.settings.desk,
            actor=call.login,
            now=call.now,
            language=call.words.language,
        )
    return _page(call, new)


def _page(call: Call, new: work.Invited | None) -> Response:
    with call.desk.store.read() as tx:
        rows, waiting = kept.all_accounts(tx), invited(tx, at=call.now)
    return call.page("accounts.html", rows=rows, roles=list(Role), new=new, invited=waiting)


def _role(call: Call) -> Role:
    if call.form.get("role") not in set(Role):
        raise FanzhaError(_("Choose a role."))
    return Role(call.form["role"])


def _other(call: Call) -> str:
    login = call.form.get("login", "")
    if login == call.login:
        raise FanzhaError(_("Nobody changes the account they are logged in with."))
    return login


RULES = (
    Rule("GET", "/accounts", accounts, Right.MANAGE),
    Rule("POST", "/accounts/add", add, Right.MANAGE),
    Rule("POST", "/accounts/invite", invite, Right.MANAGE),
    Rule("POST", "/accounts/role", role, Right.MANAGE),
    Rule("POST", "/accounts/close", close, Right.MANAGE),
)
