"""Commands about the model of sites: train it, evaluate it, and write its card."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flows.commands.models import progress
from flows.screen import Screen, say

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
    from classifiers.domains.shipped import default_model
    from classifiers.domains.storing import save
    from classifiers.domains.training import train
    from flows.training_folder import read_folder

    console = Screen(stderr=True)
    with progress(console) as shown:
        reading = shown.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: shown.advance(reading, n))
        if not all_sources:
            corpus = corpus.without(WITHHELD)
        working = shown.add_task("training", total=None)
        model = train(
            corpus,
            seed=seed,
            version=version,
            about={"withheld": {} if all_sources else WITHHELD},
            step=lambda what: shown.update(working, description=f"training: {what}"),
            stand_in=default_model,
        )
        save(model, out)
    for part, sources in corpus.counts().items():
        console.print(
            f"{part}: {', '.join(f'{s} {n:,}' for s, n in sources.items() if n) or 'none'}"
        )
    say(f"{out}: {model.name}, {out.stat().st_size / 1e6:.1f} MB")


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

    console = Screen(stderr=True)
    used = load(model) if model else default_model()
    with progress(console) as shown:
        reading = shown.add_task("reading", total=None)
        corpus = read_folder(data, tick=lambda n: shown.advance(reading, n))
        working = shown.add_task("measuring", total=None)
        found = evaluate(
            used,
            corpus,
            step=lambda what: shown.update(working, description=f"measuring: {what}"),
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
    wide = Screen(width=max(Screen().width, 120))
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
        say(f"card: {card / 'card.md'}")
