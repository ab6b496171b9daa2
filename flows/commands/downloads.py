"""Commands around downloads: serve releases, admit consumers, pull them, ask why a name is listed."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from flows.screen import say

if TYPE_CHECKING:
    from blocklists.server.consumers import ConsumerBook
    from pipeline.settings import Settings

app = typer.Typer()
"""Commands of the first level: `pull`, `why`, and the group `consumer`."""
consumer = typer.Typer(
    help="Who may download: carriers, resolvers' operators, regulators.", no_args_is_help=True
)
app.add_typer(consumer, name="consumer")


def serve_downloads(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
) -> None:
    """Serve the published releases to their consumers, until it is told to stop.

    Examples:

        fanzha serve downloads

        fanzha serve downloads --host 0.0.0.0 --port 8460 --workers 4
    """
    from blocklists.server.run import serve as run
    from pipeline.settings import load_settings

    settings = load_settings()
    given = {"host": host, "port": port, "workers": workers}
    changed = {name: value for name, value in given.items() if value is not None}
    downloads = settings.downloads.model_copy(update=changed)
    run(settings.model_copy(update={"downloads": downloads}))


@consumer.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Short name: lower-case letters, digits, dashes.")],
    *,
    title: Annotated[str, typer.Option(help="Full name, as the regulator's page shows it.")] = "",
    regulator: Annotated[bool, typer.Option(help="May see every carrier's standing.")] = False,
    profile: Annotated[str | None, typer.Option(help="Profile whose files it gets.")] = None,
    files: Annotated[
        list[str] | None, typer.Option("--file", help="Pattern of files it may have; repeatable.")
    ] = None,
    requests_per_day: Annotated[int | None, typer.Option(min=1, help="Daily quota.")] = None,
    bytes_per_day: Annotated[int | None, typer.Option(min=1, help="Daily quota.")] = None,
) -> None:
    """Admit a consumer and print its token, once.

    Examples:

        fanzha consumer add telecom-gd --title "China Telecom, Guangdong" --file "rpz*" --file "*.csv"

        fanzha consumer add cac --title "Cyberspace Administration" --regulator
    """
    from blocklists.server.consumers import Consumer, Role

    settings, book = _book()
    token = book.add(
        Consumer(
            name=name,
            title=title or name,
            role=Role.REGULATOR if regulator else Role.CARRIER,
            added_at=settings.now(),
            profile=profile,
            files=tuple(files or ["*"]),
            requests_per_day=requests_per_day,
            bytes_per_day=bytes_per_day,
        )
    )
    _show_token(token)


@consumer.command("rotate")
def rotate(
    name: Annotated[str, typer.Argument(help="The consumer.")],
    grace: Annotated[float, typer.Option(min=0, help="Hours that old tokens stay valid.")] = 24.0,
) -> None:
    """Print a new token; the old ones stay valid for a while, so that nobody is cut off.

    Examples:

        fanzha consumer rotate telecom-gd

        fanzha consumer rotate telecom-gd --grace 0
    """
    settings, book = _book()
    _show_token(book.rotate(name, now=settings.now(), grace=timedelta(hours=grace)))


@consumer.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="The consumer.")]) -> None:
    """End every token of a consumer; its very next request is refused.

    Example:

        fanzha consumer revoke telecom-gd
    """
    settings, book = _book()
    ended = book.revoke(name, now=settings.now())
    say(f"{ended} token(s) of {name} ended; `fanzha consumer rotate {name}` gives a new one")


@consumer.command("list")
def list_consumers() -> None:
    """Show every consumer with its rights and live tokens (by id; a token itself is kept nowhere).

    Example:

        fanzha consumer list
    """
    from rich.table import Table

    from flows.screen import Screen

    settings, book = _book()
    now = settings.now()
    live: dict[str, list[str]] = {}
    for token in book.tokens():
        if token.ends_at is None or token.ends_at > now:
            until = f" until {token.ends_at:%m-%d %H:%M}" if token.ends_at else ""
            live.setdefault(token.consumer, []).append(token.id + until)
    table = Table("name", "title", "role", "profile", "files", "per day", "live tokens")
    for one in book.consumers():
        quota = [f"{one.requests_per_day} requests"] if one.requests_per_day else []
        quota += [f"{one.bytes_per_day} bytes"] if one.bytes_per_day else []
        table.add_row(
            one.name,
            one.title,
            one.role.value,
            one.profile or "",
            " ".join(one.files),
            ", ".join(quota),
            ", ".join(live.get(one.name, [])) or "none",
        )
    Screen().print(table)


@app.command(
    "pull",
    # The client has its own command line, the same here as where it is installed alone.
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "help_option_names": [],
    },
)
def pull(context: typer.Context) -> None:
    """Pull the newest release, verified; keep the last good copy in every doubt."""
    from blocklists.client.command import main

    raise typer.Exit(main(context.args, name="fanzha pull"))


@app.command("why")
def why(
    name: Annotated[str, typer.Argument(help="Web address, host name or phone number.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Say whether something is listed by the newest release, how, since when, why, and how to appeal.

    Ends with 0 where it is listed and with 3 where it is not.

    Examples:

        fanzha why www.evil.example

        fanzha why --json "+86 138 0000 0001"
    """
    import json

    from blocklists.server.shelf import Shelf
    from blocklists.why import explain
    from pipeline.indicators import parse
    from pipeline.settings import load_settings

    asked = parse(name)
    release = Shelf(load_settings().releases_dir).latest()
    answer = explain(release.folder, asked, serial=release.serial, at=release.at)
    if as_json:
        typer.echo(json.dumps(answer.as_json(), ensure_ascii=False, indent=1))
    else:
        for line in answer.as_text():
            say(line)
    if answer.listing is None:
        raise typer.Exit(3)


def _book() -> "tuple[Settings, ConsumerBook]":
    from blocklists.server.consumers import ConsumerBook
    from pipeline.settings import load_settings

    settings = load_settings()
    return settings, ConsumerBook(settings.downloads_dir / "consumers.db")


def _show_token(token: str) -> None:
    say(token)
    say("Hand it over safely: it is shown this once, and kept only as a hash.", err=True)
