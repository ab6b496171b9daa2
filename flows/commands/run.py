"""`fanzha run`, `fanzha demo` and `fanzha check`: the main job, the same on a range, one thing."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.prefect_quiet import prepare
from flows.screen import Screen
from pipeline.errors import FanzhaError
from pipeline.settings import Settings, load_settings

Language = Literal["zh", "en"]


def run(
    reports: Annotated[
        list[Path] | None,
        typer.Option(help="File or folder of reports: CSV, TSV, JSON lines or text, gzip or not."),
    ] = None,
    feed: Annotated[
        list[Path] | None, typer.Option(help="Call records of a carrier: CSV or Parquet.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the releases; `latest` in it is the newest.")
    ] = None,
    source: Annotated[str, typer.Option(help="Who passed the reports on.")] = "reports",
    carrier: Annotated[str, typer.Option(help="Whose feed it is.")] = "carrier",
) -> None:
    """Take reports and feeds in, crawl, judge, settle, and publish a release.

    Killed at any moment and started again, it goes on where it was.

    Example: fanzha run --reports reports.csv --source 96110 --feed calls.parquet --out lists
    """
    settings = load_settings()
    if out is not None:
        settings = settings.model_copy(update={"releases": out.resolve()})
    run_main_job(settings, reports=reports or [], feeds=feed or [], source=source, carrier=carrier)


def run_main_job(
    settings: Settings, *, reports: list[Path], feeds: list[Path], source: str, carrier: str
) -> None:
    """The main job with a progress bar, ending with its table."""
    from pipeline.intake import glance

    for path in reports:
        glance(path, settings=settings)
    for path in feeds:
        if not path.exists():
            raise FanzhaError(f"{path}: no such file or folder of call records; check the path")
    console = Screen()
    prepare(settings)
    with console.status("starting the flow engine…"):
        from flows.way import run_flow
    from flows.progress import shown

    with shown(console):
        summary = run_flow(
            settings,
            [path.resolve() for path in reports],
            [path.resolve() for path in feeds],
            source,
            carrier,
        )
    console.print(summary.table())
    if summary.unread:
        raise FanzhaError("not all files could be read: " + "; ".join(summary.unread))


def demo(
    out: Annotated[Path, typer.Option(help="Folder of everything the demo makes.")] = Path(
        "var/demo"
    ),
) -> None:
    """The main job on the practice range: a small internet on loopback, with reports and a feed.

    Example: fanzha demo --out /tmp/fanzha-demo
    """
    from examples.range import serve
    from flows.practice import REPORTS, make_feed, practice_settings

    home = out.resolve()
    # Registrations are so and so many days old by the clock that the job goes by.
    with serve(now=load_settings().now()) as running:
        settings = practice_settings(running, home=home)
        feed = make_feed(home / "feed", settings)
        run_main_job(
            settings, reports=[REPORTS], feeds=[feed], source="practice", carrier="practice"
        )


def check(
    what: Annotated[str, typer.Argument(help="A URL, a host name or a phone number, as it came.")],
    lang: Annotated[
        Language | None, typer.Option(help="Language of the reasons; the terminal's by default.")
    ] = None,
) -> None:
    """Look at one thing now: the verdict, its reasons, and what a block would hit. Lists nothing.

    Examples: fanzha check hxxp://rebate[.]example/   ·   fanzha check 0086-138-0013-8000
    """
    from flows.look import look, render

    settings = load_settings()
    console = Screen()
    with console.status(f"looking at {what}…"):
        seen = look(what, settings=settings)
    render(seen, console=console, language=lang or _language())


def _language() -> Language:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh" if spoken.lower().startswith("zh") and sys.stdout.encoding else "en"
