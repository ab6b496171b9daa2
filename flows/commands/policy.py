"""`fanzha policy`: show the policy in force, and try another one on past verdicts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from flows.screen import Screen, say
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from flows.steps import Workshop
    from pipeline.nouns import Evidence, Verdict

app = typer.Typer(no_args_is_help=True, help="The policy in force, and what another would change.")


@app.command()
def show() -> None:
    """The policy in force as JSON, and what its models cannot promise. Example: fanzha policy show"""
    from flows.promises import unsupported
    from pipeline.policy import load_policy

    settings = load_settings()
    Screen().print_json(load_policy(settings.policy).model_dump_json())
    for one in unsupported(settings):
        say(f"warning: {one}", err=True)


@app.command("try")
def try_file(
    file: Annotated[Path, typer.Argument(help="The candidate, in TOML.")],
    limit: Annotated[int, typer.Option(min=0, help="Changed items shown.")] = 20,
) -> None:
    """Try a policy on all past verdicts; nothing is changed. Example: fanzha policy try new.toml"""
    from flows.steps import Workshop
    from pipeline.inert import shown
    from pipeline.policy import load_policy
    from pipeline.policy.trial import try_policy
    from pipeline.store import open_store

    settings = load_settings()
    candidate = load_policy(file)
    shop = Workshop.open(open_store(settings.database_url), settings)
    trial = try_policy(
        _cases(shop),
        current=shop.policy,
        candidate=candidate,
        protected=shop.protected,
        now=settings.now(),
    )
    console = Screen()
    moves = Table("now", "then", "items", box=None, padding=(0, 2))
    for (before, after), count in sorted(trial.moves.items(), key=lambda m: -m[1]):
        moves.add_row(before, after, f"{count:,}", style="" if before == after else "bold")
    console.print(moves)
    changed = Table("item", "p", "now", "then", "why", box=None, padding=(0, 2))
    for change in trial.changes[:limit]:
        p = f"{change.probability:.3f}"
        changed.add_row(shown(change.subject), p, change.before, change.after, change.why)
    if trial.changes:
        console.print(changed)
    console.print(
        f"{len(trial.changes):,} of {trial.tried:,} would change; nothing was changed now"
    )


def _cases(shop: "Workshop") -> "Iterator[tuple[Verdict, Evidence]]":
    """Every newest verdict, with what was known; in batches, so that memory stays flat."""
    from pipeline.evidence import gather
    from pipeline.store.reports import all_subjects
    from pipeline.store.verdicts import latest_verdicts

    now, standing = shop.settings.now(), shop.settings.intake.standing
    with shop.store.read() as tx:
        for batch in all_subjects(tx, size=500):
            verdicts = latest_verdicts(tx, batch)
            for evidence in gather(tx, list(verdicts), standing=standing, at=now):
                yield verdicts[evidence.indicator], evidence
