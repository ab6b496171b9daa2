"""The practice range as a place to work: settings that lead to it, its reports, a made-up feed."""

from pathlib import Path

from examples.range import Running
from pipeline.settings import Settings

REPORTS = Path(__file__).parents[1] / "examples" / "reports"
"""Sample reports of every host of the range."""


def practice_settings(running: Running, *, home: Path) -> Settings:
    """Settings of a run on the range: everything it keeps is under `home`, and nothing else."""
    return Settings(
        home=home, crawl=running.crawl(), protected=running.protected(), intake=running.intake()
    )


def make_feed(folder: Path, settings: Settings) -> Path:
    """A day of a small carrier's calls and complaints, made up; the same for the same day."""
    from datetime import timedelta

    from classifiers.numbers.simulator.write import write_feed

    day = (settings.now() - timedelta(days=1)).date()
    write_feed(folder, numbers=2_000, fraud=0.01, seed=7, days=1, first_day=day, form="parquet")
    return folder
