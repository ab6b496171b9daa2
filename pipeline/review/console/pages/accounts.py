"""Accounts, as an admin keeps them."""

import io

import segno
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from pipeline.errors import FanzhaError
from pipeline.review import accounts as work
from pipeline.review.console.gate import Call, Rule
from pipeline.review.console.words import mark as _
from pipeline.review.rights import Right, Role
from pipeline.store import accounts as kept


def accounts(call: Call) -> Response:
    """Every account."""
    return _page(call, None)


def add(call: Call) -> Response:
    """Make an account and show its secret, once."""
    with call.desk.store.write() as tx:
        new = work.make_account(
            tx,
            call.form.get("login", "").strip().lower(),
            _role(call),
            call.form.get("password", ""),
            key=call.desk.key,
            actor=call.login,
            now=call.now,
            language=call.words.language,
        )
    return _page(call, new)


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


def _page(call: Call, new: work.NewAccount | None) -> Response:
    with call.desk.store.read() as tx:
        rows = kept.all_accounts(tx)
    return call.page(
        "accounts.html", rows=rows, roles=list(Role), new=new, code=_square(new.uri) if new else ""
    )


def _square(uri: str) -> Markup:
    """A QR code as SVG without a style of its own."""
    out = io.BytesIO()
    segno.make(uri).save(
        out, kind="svg", scale=4, svgclass="qr", lineclass=None, xmldecl=False, svgns=False
    )
    return Markup(out.getvalue().decode())  # noqa: S704 (drawn here from a base32 secret and a login)


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
    Rule("POST", "/accounts/role", role, Right.MANAGE),
    Rule("POST", "/accounts/close", close, Right.MANAGE),
)
