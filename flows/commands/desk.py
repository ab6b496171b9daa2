"""Commands around the desk: serve the console, walk its log, export what people decided."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.screen import say

if TYPE_CHECKING:
    from pipeline.nouns import Indicator
    from pipeline.review.desk import Desk
    from pipeline.review.told import Points

audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)
labels = typer.Typer(help="What people decided, as labels for training.", no_args_is_help=True)


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

    with opened_desk(public_only=public_only) as desk:
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

    with opened_desk() as desk, desk.store.read() as tx:
        found = verify(tx, expected=expect)
    if not found.whole:
        raise FanzhaError(
            f"audit: {found.fault}; the {found.records} records before it are whole: keep this "
            "database as evidence and compare it with a backup"
        )
    say(f"{found.records} records, whole; note the last hash elsewhere: {found.hash}")


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
    from pipeline.review.audit import record
    from pipeline.review.learning import label_file, number_file

    with opened_desk() as desk:
        with desk.store.write() as tx:
            name = "numbers.csv" if numbers else "labels.csv"
            record(tx, at=desk.clock(), actor=operator(), act="export", subject=name)
        with desk.store.read() as tx:
            text = number_file(tx) if numbers else label_file(tx)
    if str(file) == "-":
        typer.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@contextmanager
def opened_desk(*, public_only: bool = False) -> "Iterator[Desk]":
    """The desk of these settings, for one command."""
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

    def promises() -> list[str]:
        from flows.promises import unsupported

        return unsupported(settings)

    def points(number: "Indicator") -> "list[Points]":
        from flows.telling import points_of

        return points_of(store, settings, guard, number)

    store = open_store(settings.database_url)
    try:
        policy = load_policy(settings.policy)
        guard = load(settings)
        yield open_desk(
            store, settings, policy, guard, receipts=receipts, carriers=carriers, promises=promises,
            points=points, public_only=public_only,
        )  # fmt: skip
    finally:
        store.close()


def operator() -> str:
    """Who runs the command on this machine."""
    return getpass.getuser()
