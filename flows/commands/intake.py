"""The command that takes reports in: `fanzha intake FILE… --source NAME`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.intake import IntakeCount

app = typer.Typer(help="Reports: take them in.")

_STDIN = Path("-")


@app.command("intake")
def intake(
    files: Annotated[
        list[Path], typer.Argument(help="Files or folders of reports; - reads standard input.")
    ],
    source: Annotated[
        str, typer.Option("--source", "-s", help="Who passed them on: npa165, 12321, 96110, …")
    ],
    form: Annotated[
        str | None,
        typer.Option("--format", help="csv, tsv, jsonl or text; told from the file by default."),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="File for what is set aside; HOME/rejects/SOURCE.jsonl by default."),
    ] = None,
) -> None:
    """Take in reports: CSV, TSV, JSON lines or plain text, gzip or not, UTF-8, GB18030 or Big5.

    Rows that cannot be taken are written to the rejects file with the reason; doing it again adds
    nothing.

    Examples:

      fanzha intake reports.csv --source 96110

      zcat urls.gz | fanzha intake - --source partner --format text
    """
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from flows.screen import Screen
    from pipeline.errors import FanzhaError
    from pipeline.intake import FORMATS, take_in
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    if form is not None and form not in FORMATS:
        raise FanzhaError(f"--format: expected one of {', '.join(FORMATS)}, got {form!r}")
    if _STDIN in files and len(files) > 1:
        raise FanzhaError("expected files or - for standard input, got both; give them one by one")
    settings = load_settings()
    aside = rejects or settings.home / "rejects" / f"{_file_name(source)}.jsonl"
    console = Screen()
    store = open_store(settings.database_url)
    columns = (TextColumn("reports"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Screen(stderr=True), transient=True) as progress:
            bar = progress.add_task("", total=None)
            count = take_in(
                store,
                sys.stdin.buffer if files == [_STDIN] else files,
                source=source,
                settings=settings,
                now=settings.now(),
                rejects=aside,
                form=form,
                on_progress=lambda done, total: progress.update(
                    bar, completed=done, total=total or None
                ),
            )
    finally:
        store.close()
    console.print(_table(count, aside))
    if count.unread:
        raise FanzhaError("; ".join(count.unread))


def _table(count: "IntakeCount", rejects: Path) -> "Table":
    from rich.table import Table

    from pipeline.intake.reasons import NOT_DATA, REASONS

    table = Table(title="Intake", title_justify="left")
    table.add_column("rows")
    table.add_column("count", justify="right")
    table.add_column("", overflow="fold")
    table.add_row("lines", f"{count.lines:,}", f"in {count.files} file(s)")
    table.add_row("accepted", f"{count.accepted:,}", "new reports")
    table.add_row("duplicates", f"{count.duplicates:,}", "were there already")
    written = any(reason not in NOT_DATA for reason in count.reasons) or count.partial
    table.add_row("rejected", f"{count.rejected:,}", f"see {rejects}" if written else "")
    for reason, rows in count.reasons.items():
        table.add_row(f"  {reason}", f"{rows:,}", REASONS[reason])
    if count.partial:
        table.add_row("partly taken", f"{count.partial:,}", "one of their cells was set aside")
    return table


def _file_name(source: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in source).lstrip(".") or "reports"
