"""Commands of the group `models`: the shelves of trained models, of sites and of numbers."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.screen import Screen, say

if TYPE_CHECKING:
    from flows.shelf import Shelf
    from flows.trial import Trial
    from pipeline.settings import Settings

app = typer.Typer(
    help="The shelves of models: which one judges, how far the world drifted.",
    no_args_is_help=True,
)


class Of(StrEnum):
    """What a model judges."""

    SITES = "sites"
    NUMBERS = "numbers"


_Of = Annotated[Of, typer.Option("--of", help="Models of what.")]


@app.command("list")
def list_models(of: _Of = Of.SITES) -> None:
    """Show the models on the shelf, which one judges, and what must be known of it.

    Examples:

        fanzha models list

        fanzha models list --of numbers
    """
    from flows.shelf import current_number_model
    from pipeline.settings import load_settings

    settings = load_settings()
    shelf = _shelf(of, settings)
    current = shelf.current()
    why = {entry["version"]: f"{entry['at'][:10]}: {entry['why']}" for entry in shelf.history()}
    table = Table("version", "", "promoted")
    for version in shelf.versions():
        table.add_row(version, "judges" if version == current else "", why.get(version, ""))
    Screen().print(table)
    if of is Of.NUMBERS:
        if settings.numbers.model:
            say(f"numbers.model names another, which scores: {settings.numbers.model}")
        for warning in current_number_model(settings).warnings.values():
            say(f"warning: {warning}; it lists nothing by itself")
    else:
        for route, warnings in shelf.model().warnings.items():
            for warning in warnings:
                say(f"warning: {route}: {warning}")


@app.command("promote")
def promote(
    version: Annotated[str, typer.Argument(help="A version on the shelf, or `shipped`.")],
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "by hand",
    of: _Of = Of.SITES,
) -> None:
    """Let a version judge from now on.

    Examples:

        fanzha models promote 2026-09 --why "checked by hand on the August weeks"
    """
    from pipeline.settings import load_settings

    settings = load_settings()
    _shelf(of, settings).promote(version, why=why, at=settings.now())
    say(f"{version} judges now")


@app.command("rollback")
def rollback(of: _Of = Of.SITES) -> None:
    """Let the model judge that did before the current one; again, the one before that.

    Examples:

        fanzha models rollback
    """
    from pipeline.settings import load_settings

    settings = load_settings()
    say(f"{_shelf(of, settings).roll_back(at=settings.now())} judges now")


@app.command("retrain")
def retrain(
    version: Annotated[str, typer.Option(help="Version of the challenger.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Sites: folder of labelled files (docs/sites.md). Numbers: a file of settled numbers; "
            "without it, those that people settled here."
        ),
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, help="Newest weeks that it is tried on.")] = 4,
    seed: Annotated[int, typer.Option(help="Sites: seed of the training.")] = 7,
    worlds: Annotated[
        int, typer.Option(min=0, help="Numbers: callers per simulated world learned from as well.")
    ] = 50_000,
    of: _Of = Of.SITES,
) -> None:
    """Train a challenger, try it on the newest weeks, and let it judge if it wins.

    Examples:

        fanzha models retrain --data labelled/ --version 2026-09

        fanzha models retrain --of numbers --version 2026-09
    """
    from pipeline.settings import load_settings

    settings = load_settings()
    if of is Of.NUMBERS:
        outcome = _numbers(settings, data, version=version, weeks=weeks, worlds=worlds)
    elif data is None:
        raise typer.BadParameter(
            "a model of sites needs a folder of labelled files", param_hint="--data"
        )
    else:
        outcome = _sites(settings, data, version=version, weeks=weeks, seed=seed)
    say(f"{version} {'judges now' if outcome.won else 'stays on the shelf'}: {outcome.why}")


def _sites(settings: "Settings", data: Path, *, version: str, weeks: int, seed: int) -> "Trial":
    from flows.retraining import retrain as run
    from flows.shelf import shelf_of
    from flows.training_folder import read_folder

    with progress(Screen(stderr=True)) as shown:
        reading = shown.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: shown.advance(reading, n))
        shown.update(reading, description="training the challenger")
        return run(
            shelf_of(settings), corpus, version=version, weeks=weeks, seed=seed, at=settings.now()
        )


def _numbers(
    settings: "Settings", data: Path | None, *, version: str, weeks: int, worlds: int
) -> "Trial":
    from classifiers.numbers.lessons import draw_worlds
    from classifiers.numbers.settled import read_settled
    from flows.number_retraining import retrain_numbers, settled_numbers
    from flows.shelf import current_number_model, number_shelf
    from pipeline.store import open_store

    with progress(Screen(stderr=True)) as shown:
        working = shown.add_task("reading what people settled", total=None)
        if data is not None:
            settled = read_settled(data)
        else:
            store = open_store(settings.database_url)
            try:
                with store.read() as tx:
                    settled = settled_numbers(tx, at=settings.now())
            finally:
                store.close()

        def tell(what: str) -> None:
            shown.update(working, description=what)

        drawn = draw_worlds(numbers=worlds, tell=tell) if worlds else None
        tell("training the challenger")
        return retrain_numbers(
            number_shelf(settings),
            settled,
            champion=current_number_model(settings),
            worlds=drawn,
            version=version,
            weeks=weeks,
            at=settings.now(),
        )


@app.command("drift")
def drift(
    limit: Annotated[int, typer.Option(min=1, help="Lines to show.")] = 20,
    of: _Of = Of.SITES,
) -> None:
    """Show how far the last weeks lie from the current model's training.

    Examples:

        fanzha models drift --limit 40

        fanzha models drift --of numbers
    """
    from classifiers.drift import SHIFTED
    from flows.shelf import current_model, current_number_model
    from pipeline.settings import load_settings
    from pipeline.store import open_store
    from pipeline.store.drift import drift_of

    settings = load_settings()
    named = current_number_model if of is Of.NUMBERS else current_model
    name = named(settings).name
    store = open_store(settings.database_url)
    try:
        with store.read() as connection:
            found = drift_of(connection, name, limit=limit)
    finally:
        store.close()
    table = Table("week", "of", "index", "rows", "", title=name)
    for one in found:
        word = "shifted" if one.stability >= SHIFTED else ""
        table.add_row(
            f"{one.week:%Y-%m-%d}", one.name, f"{one.stability:.3f}", f"{one.rows:,}", word
        )
    Screen().print(table)


def progress(console: Screen) -> Progress:
    """A line that says what goes on, how far it is and since when."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _shelf(of: Of, settings: "Settings") -> "Shelf[Any]":
    from flows.shelf import number_shelf, shelf_of

    return number_shelf(settings) if of is Of.NUMBERS else shelf_of(settings)
