"""Composition root: `fanzha evidence`, which shows, exports and prunes what the crawl kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.screen import say
from pipeline.inert import inert_line

if TYPE_CHECKING:
    from pipeline.case import Case
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
    """Print all that is known of one name, page or number: the decisions about it, its host and the
    domains above it, what they were judged from, and what was seen below it, with hashes.

    Examples:

        fanzha evidence show renwu-rebate88.example

        fanzha evidence show hxxps://shop[.]example/pay
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.settings import load_settings
    from spiders.case_file import kept_visits
    from spiders.case_summary import summary

    settings = load_settings()
    opened = _open(settings)
    try:
        with opened.read() as connection:
            case = _case(connection, indicator)
    finally:
        opened.close()
    visits = kept_visits(
        ArtifactStore(settings.artifacts_url), [one.indicator for one in case.subjects]
    )
    typer.echo(summary(case, visits, at=settings.now()), nl=False)


@app.command()
def export(
    indicator: _Indicator,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The zip to write; named after it if absent.")
    ] = None,
) -> None:
    """Write a zip for a case file: WARC records, screenshots, facts, a readable summary, hashes.

    It holds what a listed name was judged from, under whichever name that was reported. Everything is
    compared with the hashes that were written down when it was seen; where something does not fit, the
    zip says so, and the exit code is 1.

    Examples:

        fanzha evidence export renwu-rebate88.example

        fanzha evidence export renwu-rebate88.example --out case-2026-117.zip
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.settings import load_settings
    from pipeline.store.evidence_files import recorded
    from spiders.case_file import write_case_file

    settings = load_settings()
    store = ArtifactStore(settings.artifacts_url)
    opened = _open(settings)
    try:
        with opened.read() as connection:
            case = _case(connection, indicator)
            names = {name for one in case.subjects for name in store.files_of(one.indicator)}
            known = recorded(connection, sorted(names))
    finally:
        opened.close()
    safe = "".join(c if c.isalnum() or c in ".-" else "_" for c in case.asked.value)[:100]
    target = out or Path(f"evidence-{safe}.zip")
    done = write_case_file(target, case, store=store, known=known, at=settings.now())
    say(
        f"{target}: {len(case.decisions)} decisions, {case.facts} facts about "
        f"{len(case.subjects)} names, {done.visits} visits"
    )
    if case.is_cut:
        say("more lies below this name than is in there: export what matters by its own name")
    if done.gone:
        say(f"{len(done.gone)} bodies that facts were read from are no longer kept")
    for name in done.unrecorded:
        say(f"not written down in the database, so its own manifest alone speaks for it: {name}")
    if done.faults:
        for fault in done.faults:
            say(inert_line(fault), err=True)
        say(f"{target} is NOT WHOLE: {len(done.faults)} faults, named in it", err=True)
        raise typer.Exit(1)


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
        say(f"{what}: {how_much}")
    for name in done.unsound:
        say(f"left as it is, see fanzha evidence verify: {name}", err=True)


@app.command()
def verify(
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Write pointers anew that are missing.")
    ] = False,
) -> None:
    """Compare everything that is kept with its hashes: bodies and files with the manifests, manifests
    with the database. Exit code 1 where something does not fit or is missing.

    Examples:

        fanzha evidence verify

        fanzha evidence verify --mend
    """
    from pipeline.artifacts import ArtifactStore
    from pipeline.settings import load_settings
    from pipeline.soundness import verify as compare

    settings = load_settings()
    opened = _open(settings)
    files = bodies = faulty = unknown = mended = 0
    try:
        for checked in compare(ArtifactStore(settings.artifacts_url), opened, mend=mend):
            files += 1
            bodies += checked.records
            mended += checked.mended
            faulty += bool(checked.faults)
            unknown += not checked.is_recorded
            for fault in checked.faults:
                say(inert_line(f"{checked.name}: {fault}"), err=True)
    finally:
        opened.close()
    say(f"{files:,} evidence files, {bodies:,} bodies; {faulty:,} files do not fit")
    if mend:
        say(f"{mended:,} pointers written anew")
    if unknown:
        say(
            f"{unknown:,} files are not written down in the database: nothing but their own "
            "manifests speaks for them"
        )
    if faulty:
        raise typer.Exit(1)


def _case(connection: "Connection", name: str) -> "Case":
    """The case of what was typed. Raises `FanzhaError` where nothing is known of it."""
    from pipeline.case import case_of
    from pipeline.errors import FanzhaError
    from pipeline.indicators import read_key

    case = case_of(connection, read_key(name))
    if case.is_empty:
        raise FanzhaError(
            f"expected something that was crawled or decided on; nothing is known of {case.asked}: "
            "report it (fanzha run --reports FILE), which crawls it and keeps what is seen"
        )
    return case


def _open(settings: "Settings") -> "Store":
    from pipeline.store import open_store

    return open_store(settings.database_url)
