"""Commands on phone numbers: simulate feeds, take them in, train, evaluate, points, resolve."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Phone numbers: feeds, scores, points.")


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
        typer.echo(f"{name}\t{rows:,}")
