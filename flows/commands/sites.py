"""Commands about the model of sites: train it, evaluate it, and write its card."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

_DATA = typer.Option("--data", help="Folder of labelled files; docs/sites.md names them.")


def train_sites(
    data: Annotated[Path, _DATA],
    out: Annotated[Path, typer.Option(help="Where to write the model.")] = Path("sites.zip"),
    seed: Annotated[int, typer.Option(help="The same seed and data give the same model.")] = 7,
    version: Annotated[str, typer.Option(help="Version that verdicts will name.")] = "1",
    all_sources: Annotated[
        bool,
        typer.Option(help="Also train on sources whose terms forbid passing the model on."),
    ] = False,
) -> None:
    """Train the model of sites on a folder of labelled files.

    Examples:

        fanzha train sites --data labelled/ --out sites.zip

        fanzha train sites --data labelled/ --out mine.zip --version 2026-04 --all-sources
    """
    from classifiers.domains.corpus import WITHHELD
    from classifiers.domains.storing import save
    from classifiers.domains.training import train
    from flows.training_folder import read_folder

    console = Console(stderr=True)
    with _progress(console) as progress:
        reading = progress.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: progress.advance(reading, n))
        if not all_sources:
            corpus = corpus.without(WITHHELD)
        working = progress.add_task("training", total=None)
        model = train(
            corpus,
            seed=seed,
            version=version,
            about={"withheld": {} if all_sources else WITHHELD},
            step=lambda what: progress.update(working, description=f"training: {what}"),
        )
        save(model, out)
    for part, sources in corpus.counts().items():
        console.print(
            f"{part}: {', '.join(f'{s} {n:,}' for s, n in sources.items() if n) or 'none'}"
        )
    typer.echo(f"{out}: {model.name}, {out.stat().st_size / 1e6:.1f} MB")


def evaluate_sites(
    data: Annotated[Path, _DATA],
    model: Annotated[
        Path | None, typer.Option(help="A trained model; the one that ships by default.")
    ] = None,
    card: Annotated[Path | None, typer.Option(help="Folder to write the model card to.")] = None,
) -> None:
    """Measure a model on labelled rows that it never saw, and write its card.

    Examples:

        fanzha evaluate sites --data labelled/validation

        fanzha evaluate sites --model sites.zip --data labelled/validation --card card/
    """
    from classifiers.domains.card import bars, write_card
    from classifiers.domains.evaluation import evaluate
    from classifiers.domains.shipped import default_model
    from classifiers.domains.storing import load
    from flows.training_folder import read_folder

    console = Console(stderr=True)
    used = load(model) if model else default_model()
    with _progress(console) as progress:
        reading = progress.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: progress.advance(reading, n))
        working = progress.add_task("measuring", total=None)
        found = evaluate(
            used,
            corpus,
            step=lambda what: progress.update(working, description=f"measuring: {what}"),
        )
    table = Table(
        "task",
        "rows",
        "AUC",
        "TPR at 1e-2",
        "TPR at 1e-3",
        "measured FPR",
        "bound",
        title=used.name,
    )
    for task in found.tasks:
        f = task.figures()
        strict = f["fpr 0.001"]
        table.add_row(
            task.name, f"{f['fraud'] + f['honest']:,}", f"{f['auc']:.4f}", f"{f['fpr 0.01']['tpr']:.3f}",
            f"{strict['tpr']:.3f}", f"{strict['fpr measured']:.5f}", f"{strict['fpr bound']:.5f}",
        )  # fmt: skip
    wide = Console(width=max(Console().width, 120))
    wide.print(table)
    outcome = Table("bar", "figure", "asked", "measured", "", title="bars")
    for bar in bars(found):
        word = "reached" if bar["reached"] else "missed"
        outcome.add_row(
            bar["task"], bar["figure"], f"{bar['asked']:g}", f"{bar['measured']:.4f}", word
        )
    wide.print(outcome)
    if card:
        write_card(used, found, card)
        typer.echo(f"card: {card / 'card.md'}")


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


app = typer.Typer(
    help="The shelf of site models: which one judges, how far the world drifted.",
    no_args_is_help=True,
)
"""Commands of the group `models`."""


@app.command("list")
def list_models() -> None:
    """Show the models on the shelf, and which one judges.

    Examples:

        fanzha models list
    """
    from flows.shelf import shelf_of
    from pipeline.settings import Settings

    shelf = shelf_of(Settings())
    current = shelf.current()
    why = {entry["version"]: f"{entry['at'][:10]}: {entry['why']}" for entry in shelf.history()}
    table = Table("version", "", "promoted")
    for version in shelf.versions():
        table.add_row(version, "judges" if version == current else "", why.get(version, ""))
    Console().print(table)


@app.command("promote")
def promote(
    version: Annotated[str, typer.Argument(help="A version on the shelf, or `shipped`.")],
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "by hand",
) -> None:
    """Let a version judge from now on.

    Examples:

        fanzha models promote 2026-09 --why "checked by hand on the August weeks"
    """
    from flows.shelf import shelf_of
    from pipeline.settings import load_settings

    settings = load_settings()
    shelf_of(settings).promote(version, why=why, at=settings.now())
    typer.echo(f"{version} judges now")


@app.command("rollback")
def rollback() -> None:
    """Let the model judge that did before the current one.

    Examples:

        fanzha models rollback
    """
    from flows.shelf import shelf_of
    from pipeline.settings import load_settings

    settings = load_settings()
    typer.echo(f"{shelf_of(settings).roll_back(at=settings.now())} judges now")


@app.command("retrain")
def retrain(
    data: Annotated[Path, _DATA],
    version: Annotated[str, typer.Option(help="Version of the challenger.")],
    weeks: Annotated[int, typer.Option(min=1, help="Newest weeks that it is tried on.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of the training.")] = 7,
) -> None:
    """Train a challenger, try it on the newest weeks, and let it judge if it wins.

    Examples:

        fanzha models retrain --data labelled/ --version 2026-09
    """
    from flows.retraining import retrain as run
    from flows.shelf import shelf_of
    from flows.training_folder import read_folder
    from pipeline.settings import load_settings

    settings = load_settings()
    with _progress(Console(stderr=True)) as progress:
        reading = progress.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: progress.advance(reading, n))
        progress.update(reading, description="training the challenger")
        outcome = run(
            shelf_of(settings), corpus, version=version, weeks=weeks, seed=seed, at=settings.now()
        )
    typer.echo(f"{version} {'judges now' if outcome.won else 'stays on the shelf'}: {outcome.why}")


@app.command("drift")
def drift(
    limit: Annotated[int, typer.Option(min=1, help="Lines to show.")] = 20,
) -> None:
    """Show how far the last weeks lie from the current model's training.

    Examples:

        fanzha models drift --limit 40
    """
    from classifiers.domains.drift import SHIFTED
    from flows.shelf import current_model
    from pipeline.settings import Settings
    from pipeline.store import open_store
    from pipeline.store.drift import drift_of

    settings = Settings()
    name = current_model(settings).name
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
    Console().print(table)
