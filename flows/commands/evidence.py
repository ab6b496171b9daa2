"""Composition root: `fanzha evidence`, which shows, exports and prunes what the crawl kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.nouns import Decision, Indicator
    from pipeline.settings import Settings
    from pipeline.store import Connection, Store

app = typer.Typer(
    name="evidence", help="What was seen of a site, kept for appeals.", no_args_is_help=True
)

_Indicator = Annotated[
    str, typer.Argument(metavar="INDICATOR", help="A URL, host, domain or phone number.")
]


@app.command()
def show(indicator: _Indicator) -> None:
    """Print all that is known of one indicator: facts, visits with hashes, verdicts, and the decisions
    about it, its host and the domains above it.

    Examples:

        fanzha evidence show renwu-rebate88.example

        fanzha evidence show hxxps://shop[.]example/pay
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.indicators import parse
    from pipeline.settings import load_settings
    from pipeline.store import observations, verdicts
    from spiders.case_file import summary

    settings, subject = load_settings(), parse(indicator)
    store = ArtifactStore(settings.artifacts_url)
    opened = _open(settings)
    try:
        with opened.read() as connection:
            text = summary(
                subject,
                store.visits_to(subject),
                observations.observations_of(connection, [subject])[subject],
                verdicts=list(verdicts.latest_verdicts(connection, [subject]).values()),
                decisions=_decisions(connection, subject),
                at=settings.now(),
            )
    finally:
        opened.close()
    typer.echo(text, nl=False)


@app.command()
def export(
    indicator: _Indicator,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The zip to write; named after it if absent.")
    ] = None,
) -> None:
    """Write a zip for a case file: WARC records, screenshot, facts, a readable summary, hashes.

    Examples:

        fanzha evidence export renwu-rebate88.example

        fanzha evidence export renwu-rebate88.example --out case-2026-117.zip
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.errors import FanzhaError
    from pipeline.indicators import parse
    from pipeline.settings import load_settings
    from pipeline.store import observations, verdicts
    from spiders.case_file import write_case_file

    settings, subject = load_settings(), parse(indicator)
    safe = "".join(c if c.isalnum() or c in ".-" else "_" for c in subject.value)[:100]
    target = out or Path(f"evidence-{safe}.zip")
    opened = _open(settings)
    try:
        with opened.read() as connection:
            seen = observations.observations_of(connection, [subject])[subject]
            if not seen:
                raise FanzhaError(
                    f"expected something that was crawled; nothing is known of {subject}; "
                    "crawl it first: fanzha check"
                )
            visits = write_case_file(
                target,
                subject,
                store=ArtifactStore(settings.artifacts_url),
                observations=seen,
                verdicts=list(verdicts.latest_verdicts(connection, [subject]).values()),
                decisions=_decisions(connection, subject),
                at=settings.now(),
            )
    finally:
        opened.close()
    typer.echo(f"{target}: {len(seen)} facts, {visits} visits")


@app.command()
def prune(
    days: Annotated[
        int | None, typer.Option(min=1, help="Age in days; evidence.keep_days by default.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing; count.")] = False,
) -> None:
    """Remove old evidence, except what a live block, an open appeal or the queue rests on.

    `fanzha schedule` does so every day.

    Examples:

        fanzha evidence prune --dry-run

        fanzha evidence prune --days 365
    """
    from flows.keeping import prune_evidence
    from pipeline.settings import load_settings

    done = prune_evidence(load_settings(), days=days, dry_run=dry_run)
    for what, how_much in done.rows():
        typer.echo(f"{what}: {how_much}")
    for name in done.unsound:
        typer.echo(f"left as it is, see fanzha evidence verify: {name}", err=True)


@app.command()
def verify() -> None:
    """Compare everything that is kept with its hashes: bodies and files with the manifests, manifests
    with the database. Exit code 1 where something does not fit or is missing.

    Example: fanzha evidence verify
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.settings import load_settings
    from pipeline.soundness import verify as compare

    settings = load_settings()
    opened = _open(settings)
    files = bodies = faulty = unknown = 0
    try:
        for checked in compare(ArtifactStore(settings.artifacts_url), opened):
            files += 1
            bodies += checked.records
            faulty += bool(checked.faults)
            unknown += not checked.is_recorded
            for fault in checked.faults:
                typer.echo(f"{checked.name}: {fault}", err=True)
    finally:
        opened.close()
    typer.echo(f"{files:,} evidence files, {bodies:,} bodies; {faulty:,} files do not fit")
    if unknown:
        typer.echo(
            f"{unknown:,} files are not written down in the database: nothing but their own "
            "manifests speaks for them"
        )
    if faulty:
        raise typer.Exit(1)


def _decisions(connection: "Connection", subject: "Indicator") -> "list[Decision]":
    """The decisions that meet a subject, whatever scope they were made for, the oldest first."""
    from pipeline.retention import scopes_above
    from pipeline.store import decisions

    scopes = [subject, *scopes_above(subject)]
    found = [one for scope in scopes for one in decisions.history(connection, scope)]
    return sorted(found, key=lambda one: one.decided_at)


def _open(settings: "Settings") -> "Store":
    from pipeline.store import open_store

    return open_store(settings.database_url)
