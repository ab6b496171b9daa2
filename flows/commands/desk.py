"""Commands around the desk: serve the console, keep its accounts, walk its log, answer appeals."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.review.rights import Role

if TYPE_CHECKING:
    from pipeline.review.desk import Desk

user = typer.Typer(help="Accounts of the desk: make, change and close them.", no_args_is_help=True)
audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)
appeals = typer.Typer(help="Appeals against listings: list, show, answer.", no_args_is_help=True)
labels = typer.Typer(help="What people decided, as labels for training.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login of the account.")]
Number = Annotated[int, typer.Argument(help="Number of the appeal.", min=1)]
Analyst = Annotated[
    str, typer.Option("--as", help="Who answers.", show_default="the user of this machine")
]


def serve_console(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any.")] = None,
    *,
    public_only: Annotated[
        bool, typer.Option(help="Serve appeals alone, for an address that the public reaches.")
    ] = False,
    publish: Annotated[bool, typer.Option(help="Make a release soon after each decision.")] = True,
) -> None:
    """Serve the analysts' console and the public's appeals, until it is told to stop.

    Examples:

        fanzha serve console

        fanzha serve console --host 0.0.0.0 --port 8471 --public-only
    """
    import uvicorn

    from blocklists.publish import publish as make_release
    from flows.announce import Announcer
    from pipeline.review.console.app import build

    with _desk(public_only=public_only) as desk:
        settings = desk.settings

        def release() -> object:
            return make_release(desk.store, settings=settings, now=settings.now())

        with Announcer(release) as announcer:
            told = replace(desk, decided=announcer.decided) if publish else desk
            uvicorn.run(
                build(told, desk_pages=not public_only),
                host=host or settings.desk.host,
                port=settings.desk.port if port is None else port,
                proxy_headers=bool(settings.desk.proxy),
                forwarded_allow_ips=settings.desk.proxy or None,
                server_header=False,
                # Its lines would hold what people searched for and appealed against.
                access_log=False,
            )


@user.command("add")
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
    with _desk() as desk:
        hash_ = hashed(password, login=login, settings=desk.settings.desk)
        with desk.store.write() as tx:
            new = make_account(
                tx,
                login,
                role,
                hash_,
                keys=desk.keys,
                actor=_me(),
                now=desk.clock(),
                language=language,
            )
    _show_secret(new.secret, new.uri)


@user.command("invite")
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

    with _desk() as desk, desk.store.write() as tx:
        made = invite(
            tx,
            login,
            role,
            keys=desk.keys,
            settings=desk.settings.desk,
            actor=_me(),
            now=desk.clock(),
            language=language,
        )
    typer.echo(made.code)
    typer.echo(
        f"For {login} alone, at /enrol of the console, until {made.until:%Y-%m-%d %H:%M} UTC.",
        err=True,
    )


@user.command("list")
def list_users() -> None:
    """Show every account. Example: fanzha user list"""
    from rich.console import Console
    from rich.table import Table

    from pipeline.store.accounts import all_accounts

    with _desk() as desk, desk.store.read() as tx:
        found = all_accounts(tx)
    table = Table("login", "role", "language", "made", "state", box=None, padding=(0, 2))
    for one in found:
        state = f"closed {one.closed_at:%Y-%m-%d}" if one.closed_at else "in use"
        state = "invited" if not one.closed_at and not one.password else state
        table.add_row(one.login, one.role, one.language, f"{one.created_at:%Y-%m-%d}", state)
    Console().print(table)


@user.command("role")
def change_role(login: Login, role: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role and end its sessions. Example: fanzha user role li senior"""
    from pipeline.review import accounts

    with _desk() as desk, desk.store.write() as tx:
        accounts.change_role(tx, login, role, actor=_me(), now=desk.clock())


@user.command("close")
def close_user(login: Login) -> None:
    """Shut an account; what it did stays under its name. Example: fanzha user close li"""
    from pipeline.review import accounts

    with _desk() as desk, desk.store.write() as tx:
        accounts.close_account(tx, login, actor=_me(), now=desk.clock())


@audit.command("verify")
def verify_audit(
    expect: Annotated[
        str | None, typer.Option(help="A hash noted earlier, which the chain must still hold.")
    ] = None,
) -> None:
    """Walk the hash chain of the audit log; exits with 1 where it is broken.

    Examples:

        fanzha audit verify

        fanzha audit verify --expect 5d0c…
    """
    from pipeline.errors import FanzhaError
    from pipeline.review.audit import verify

    with _desk() as desk, desk.store.read() as tx:
        found = verify(tx, expected=expect)
    if not found.whole:
        raise FanzhaError(
            f"audit: {found.fault}; the {found.records} records before it are whole: keep this "
            "database as evidence and compare it with a backup"
        )
    typer.echo(f"{found.records} records, whole; note the last hash elsewhere: {found.hash}")


@appeals.command("list")
def list_appeals(
    every: Annotated[bool, typer.Option("--all", help="Those answered, too.")] = False,
) -> None:
    """Show the appeals that wait, those due first before the others.

    Examples:

        fanzha appeals list

        fanzha appeals list --all
    """
    from rich.console import Console
    from rich.table import Table

    from pipeline.review.console.inert import inert_text, shown
    from pipeline.store.appeals import AppealState
    from pipeline.store.appeals import list_appeals as kept

    with _desk() as desk, desk.store.read() as tx:
        found = kept(tx, state=None if every else AppealState.OPEN)
        now = desk.clock()
    table = Table("no.", "entry", "state", "due", "statement", box=None, padding=(0, 2))
    for one in found:
        late = " late" if one.closed_at is None and one.due_at < now else ""
        due = f"{one.due_at:%Y-%m-%d %H:%M}{late}"
        words = inert_text(one.statement, 60).replace("\n", " ")
        table.add_row(str(one.id), shown(one.target), one.state.value, due, words)
    Console().print(table)


@appeals.command("show")
def show_appeal(number: Number) -> None:
    """Show one appeal; who made it is opened in the console alone. Example: fanzha appeals show 3"""
    from rich.console import Console

    from pipeline.errors import FanzhaError
    from pipeline.review.console.inert import inert_text, shown
    from pipeline.store.appeals import appeal_by_number
    from pipeline.store.decisions import decision_by_id

    with _desk() as desk, desk.store.read() as tx:
        found = appeal_by_number(tx, number)
        against = decision_by_id(tx, found.against) if found else None
    if found is None:
        raise FanzhaError(f"no appeal {number}; `fanzha appeals list --all` shows them")
    console = Console(markup=False, highlight=False)
    console.print(f"appeal {found.id}: {found.state.value}, due {found.due_at:%Y-%m-%d %H:%M}")
    console.print(f"about {shown(found.indicator)}, listed as {shown(found.target)}")
    if against is not None:
        console.print(f"listed by {against.actor}: {inert_text(against.reason, 500)}")
    console.print(inert_text(found.statement, 4000))
    if found.answer:
        console.print(f"{found.answered_by}: {inert_text(found.answer, 4000)}")


@appeals.command("uphold")
def uphold_appeal(
    number: Number,
    answer: Annotated[str, typer.Option(help="The reason that the appellant reads.")],
    analyst: Analyst = "",
) -> None:
    """Uphold an appeal: the entry leaves with the next release.

    Example: fanzha appeals uphold 3 --answer "the company's filing is genuine" --as wang
    """
    from pipeline.review.appeals import uphold

    with _desk() as desk, desk.store.write() as tx:
        made = uphold(tx, desk, number, answer, login=analyst or _me(), now=desk.clock())
    typer.echo(f"allowed {made.indicator}; `fanzha release build` takes it off the lists")


@appeals.command("reject")
def reject_appeal(
    number: Number,
    answer: Annotated[str, typer.Option(help="The reason that the appellant reads.")],
    analyst: Analyst = "",
) -> None:
    """Reject an appeal: the entry stays.

    Example: fanzha appeals reject 3 --answer "victims' transfers went to this site" --as wang
    """
    from pipeline.review.appeals import reject

    with _desk() as desk, desk.store.write() as tx:
        reject(tx, number, answer, login=analyst or _me(), now=desk.clock())


@appeals.command("key")
def appeals_key() -> None:
    """Make the pair of keys of the appeals where there is none, and show where its public half lies.

    A machine that serves the public alone gets a copy of that file and of no other.

    Example: fanzha appeals key
    """
    with _desk() as desk:
        typer.echo(desk.settings.home / "keys" / "appeals.pub")


@appeals.command("forget")
def forget_appellants() -> None:
    """Remove who appealed, and what they wrote, where the period after the answer is over.

    `fanzha schedule` does it every day. Example: fanzha appeals forget
    """
    from pipeline.review.appeals import forget

    with _desk() as desk, desk.store.write() as tx:
        numbers = forget(tx, desk.settings.desk, now=desk.clock())
    typer.echo(f"{len(numbers)} appeals")


@labels.command("export")
def export_labels(
    file: Annotated[Path, typer.Argument(help="CSV file to write; `-` for standard output.")],
    *,
    numbers: Annotated[
        bool,
        typer.Option("--numbers", help="Labels of numbers, with what is known of their calls."),
    ] = False,
) -> None:
    """Write every decision of a person as a training label, with where it comes from.

    Examples:

        fanzha labels export labels.csv

        fanzha labels export --numbers numbers.csv
    """
    from pipeline.review.learning import label_file, number_file

    with _desk() as desk, desk.store.read() as tx:
        text = number_file(tx) if numbers else label_file(tx)
    if str(file) == "-":
        typer.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@contextmanager
def _desk(*, public_only: bool = False) -> "Iterator[Desk]":
    from blocklists.server.consumers import ConsumerBook, Role
    from blocklists.server.ledger import Ledger
    from pipeline.nouns import Receipt
    from pipeline.policy import load_policy
    from pipeline.protected import load
    from pipeline.review.desk import open_desk
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    path, book = settings.downloads_dir / "ledger.db", settings.downloads_dir / "consumers.db"

    def receipts() -> list[Receipt]:
        if not path.exists():
            return []
        ledger = Ledger(path)
        try:
            return [kept.receipt for kept in ledger.receipts(limit=1_000_000) if kept.ours]
        finally:
            ledger.close()

    def carriers() -> list[str]:
        if not book.exists():
            return []
        return [one.name for one in ConsumerBook(book).consumers() if one.role is Role.CARRIER]

    store = open_store(settings.database_url)
    try:
        policy = load_policy(settings.policy)
        guard = load(settings)
        yield open_desk(
            store, settings, policy, guard, receipts=receipts, carriers=carriers,
            public_only=public_only,
        )  # fmt: skip
    finally:
        store.close()


def _password() -> str:
    """The password: asked for twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _me() -> str:
    return getpass.getuser()


def _show_secret(secret: str, uri: str) -> None:
    import segno

    if sys.stdout.isatty():
        segno.make(uri).terminal(compact=True)
    typer.echo(secret)
    typer.echo("Scan or type it into an authenticator: it is shown this once.", err=True)
