"""Commands for the accounts of the desk: one's own, invitations, roles."""

import sys
from typing import Annotated

import typer

from flows.commands.desk import opened_desk, operator
from flows.screen import say
from pipeline.review.rights import Role

app = typer.Typer(help="Accounts of the desk: make, change and close them.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login of the account.")]


@app.command("add")
def add_user(
    login: Login,
    role: Annotated[Role, typer.Option(help="What the account is for.")],
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Make one's own account, such as the first; asks for its password, and shows its secret once.

    For somebody else, `fanzha user invite` lets them choose the password and scan the secret.

    Examples:

        fanzha user add li --role admin

        printf '%s\\n' "$PASSWORD" | fanzha user add wang --role senior
    """
    from pipeline.review.accounts import make_account
    from pipeline.review.passwords import hashed

    password = _password()
    with opened_desk() as desk:
        hash_ = hashed(password, login=login, settings=desk.settings.desk)
        with desk.store.write() as tx:
            new = make_account(
                tx,
                login,
                role,
                hash_,
                keys=desk.keys,
                actor=operator(),
                now=desk.clock(),
                language=language,
            )
    _show_secret(new.secret, new.uri)


@app.command("invite")
def invite_user(
    login: Login,
    role: Annotated[
        Role | None, typer.Option(help="Makes a new account; without it, one that is there.")
    ] = None,
    language: Annotated[str, typer.Option(help="zh or en, of a new account.")] = "zh",
) -> None:
    """Show a code with which the account's owner sets password and authenticator, once.

    Without a role it is for a lost telephone or a forgotten password; until the code is used, what
    held before holds.

    Examples:

        fanzha user invite li --role analyst

        fanzha user invite li
    """
    from pipeline.review.accounts import invite

    with opened_desk() as desk, desk.store.write() as tx:
        made = invite(
            tx,
            login,
            role,
            keys=desk.keys,
            settings=desk.settings.desk,
            actor=operator(),
            now=desk.clock(),
            language=language,
        )
    say(made.code)
    say(
        f"For {login} alone, at /enrol of the console, until {made.until:%Y-%m-%d %H:%M} UTC.",
        err=True,
    )


@app.command("list")
def list_users() -> None:
    """Show every account. Example: fanzha user list"""
    from rich.table import Table

    from flows.screen import Screen
    from pipeline.store.accounts import all_accounts

    with opened_desk() as desk, desk.store.read() as tx:
        found = all_accounts(tx)
    table = Table("login", "role", "language", "made", "state", box=None, padding=(0, 2))
    for one in found:
        state = f"closed {one.closed_at:%Y-%m-%d}" if one.closed_at else "in use"
        state = "invited" if not one.closed_at and not one.password else state
        table.add_row(one.login, one.role, one.language, f"{one.created_at:%Y-%m-%d}", state)
    Screen().print(table)


@app.command("role")
def change_role(login: Login, role: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role and end its sessions. Example: fanzha user role li senior"""
    from pipeline.review import accounts

    with opened_desk() as desk, desk.store.write() as tx:
        accounts.change_role(tx, login, role, actor=operator(), now=desk.clock())


@app.command("close")
def close_user(login: Login) -> None:
    """Shut an account; what it did stays under its name. Example: fanzha user close li"""
    from pipeline.review import accounts

    with opened_desk() as desk, desk.store.write() as tx:
        accounts.close_account(tx, login, actor=operator(), now=desk.clock())


def _password() -> str:
    """The password: asked for twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _show_secret(secret: str, uri: str) -> None:
    import segno

    if sys.stdout.isatty():
        segno.make(uri).terminal(compact=True)
    say(secret)
    say("Scan or type it into an authenticator: it is shown this once.", err=True)
