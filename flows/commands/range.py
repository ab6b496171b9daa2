"""Composition root: `fanzha range`, which serves and checks practice ranges."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.screen import say

app = typer.Typer(
    name="range",
    help="The practice range: a small internet on loopback, to crawl without harm.",
    no_args_is_help=True,
)

_Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="A range folder; by default the one of the project."),
]


@app.command()
def serve(
    directory: _Folder = None,
    loss: Annotated[
        float, typer.Option(min=0, max=1, help="Share of DNS questions that are lost.")
    ] = 0.0,
) -> None:
    """Serve a range until Ctrl-C, and print the settings that lead to it.

    Examples:

        fanzha range serve

        fanzha range serve my-range --loss 0.05
    """
    from examples.range.folder import internet_of
    from examples.range.listening import listening
    from examples.range.manifest import INTERNET

    now = datetime.now(UTC)
    internet = internet_of(directory or INTERNET, now=now, loss=loss)

    async def work() -> None:
        async with listening(internet, now=now) as running:
            typer.echo(f"# {directory or INTERNET} is served on loopback; Ctrl-C ends it.")
            typer.echo(f"# DNS {running.resolver}, HTTP port {running.http_port}, ", nl=False)
            typer.echo(f"HTTPS port {running.https_port}, RDAP {running.rdap}")
            typer.echo(f"# Authority of its certificates: {running.authority}")
            typer.echo("# In another terminal:")
            for name, value in running.environment().items():
                typer.echo(f"export {name}='{value}'")
            await asyncio.Event().wait()

    try:
        asyncio.run(work())
    except KeyboardInterrupt:
        typer.echo("# ended")


@app.command()
def check(directory: _Folder = None) -> None:
    """Check a range folder, and say what it holds.

    Example:

        fanzha range check my-range
    """
    from collections import Counter

    from examples.range.folder import internet_of
    from examples.range.manifest import INTERNET, read_manifest

    folder = directory or INTERNET
    internet_of(folder, now=datetime.now(UTC))
    manifest = read_manifest(folder)
    expected = Counter(one.expect for one in manifest.expectations)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(expected.items()))
    say(f"{folder}: {len(manifest.host)} hosts; expected: {told}")


@app.command(name="list")
def list_(directory: _Folder = None) -> None:
    """List what is reported of a range and what must come of it, as a Markdown table.

    Example:

        fanzha range list
    """
    from examples.range.manifest import INTERNET, read_manifest
    from examples.range.tables import hosts

    typer.echo(hosts(read_manifest(directory or INTERNET)), nl=False)
