"""Commands that make and measure number models: simulated feeds, training, evaluation."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.screen import say


def simulate_feed(
    out: Annotated[Path, typer.Argument(help="Folder for the files; made if it is not there.")],
    numbers: Annotated[int, typer.Option(min=50, help="Callers in the world.")] = 20_000,
    fraud: Annotated[float, typer.Option(min=0, max=0.5, help="Share of fraudulent ones.")] = 0.001,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of calls.")] = 1,
    first_day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; yesterday by default."),
    ] = None,
    form: Annotated[str, typer.Option(help="csv, csv.gz or parquet.")] = "csv.gz",
) -> None:
    """Make a realistic carrier's feed: calls, subscribers, complaints, SMS, top-ups, and the truth.

    Example: fanzha simulate feed var/feed --numbers 50000 --fraud 0.002 --seed 7
    """
    from classifiers.numbers.simulator.write import write_feed
    from pipeline.settings import load_settings

    moment = first_day or datetime.fromtimestamp(load_settings().now().timestamp() - 86_400, UTC)
    counts = write_feed(
        out, numbers=numbers, fraud=fraud, seed=seed, days=days, first_day=moment.date(), form=form
    )
    for name, rows in counts.items():
        say(f"{name}\t{rows:,}")


def train_numbers(
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = Path("numbers.json.gz"),
    numbers: Annotated[
        int, typer.Option(min=0, help="Callers per simulated world; 0 for no simulated worlds.")
    ] = 50_000,
    settled: Annotated[
        Path | None, typer.Option(help="Numbers that people settled, as `models retrain` writes.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Folder of the Digital Sichuan table, to train on instead.")
    ] = None,
) -> None:
    """Train a number model: on simulated worlds, on settled numbers, or on a table of subscribers.

    Example: fanzha train numbers --out var/numbers.json.gz
    """
    from classifiers.numbers.model import save

    if table is not None:
        from classifiers.numbers.folds import train_table
        from classifiers.numbers.sichuan import read_table

        model = train_table(read_table(table), tell=_tell)
    else:
        from classifiers.numbers.lessons import draw_worlds
        from classifiers.numbers.lessons import train_numbers as train
        from classifiers.numbers.settled import read_settled

        worlds = draw_worlds(numbers=numbers, tell=_tell) if numbers else None
        model = train(worlds, read_settled(settled) if settled else (), tell=_tell)
    save(model, out)
    card = {name: value for name, value in model.card.items() if name != "baseline"}
    typer.echo(json.dumps(card, ensure_ascii=False, indent=1))
    say(f"{out}: {out.stat().st_size:,} bytes, thresholds {dict(model.thresholds)}")
    for warning in model.warnings.values():
        say(f"warning: {warning}")


def evaluate_numbers(
    model: Annotated[Path | None, typer.Option(help="Model; the shipped one by default.")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Folder of the Digital Sichuan table: its fixed folds.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="With --table: every row's score, masked ones too, as CSV.")
    ] = None,
    numbers: Annotated[int, typer.Option(min=5000, help="Callers per test world.")] = 150_000,
    seed: Annotated[list[int] | None, typer.Option(help="Test seeds; 902 by default.")] = None,
    confirmed: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the fraud that is known beforehand.")
    ] = 0.0,
    card: Annotated[Path | None, typer.Option(help="Folder to write the model card to.")] = None,
) -> None:
    """Measure a model against the bars: on simulated test worlds, or over a table's fixed folds.

    Example: fanzha evaluate numbers --table ../shared/data/numbers --scores var/scores.csv
    """
    from classifiers.numbers.model import shipped
    from flows.shelf import load_numbers

    if table is not None:
        from classifiers.numbers.folds import evaluate_table
        from classifiers.numbers.sichuan import read_table

        figures = evaluate_table(read_table(table), scores=scores, tell=_tell)
    else:
        from classifiers.numbers.card import write_card
        from classifiers.numbers.evaluation import TEST_SEEDS, evaluate_simulated

        chosen = load_numbers(model) if model else shipped()
        figures = evaluate_simulated(
            chosen, numbers=numbers, seeds=seed or TEST_SEEDS, confirmed=confirmed, tell=_tell
        )
        if card is not None:
            write_card(chosen, figures, card)
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))


def _tell(what: Any) -> None:
    say(f"… {what}", err=True)
