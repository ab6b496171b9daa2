"""The flows that the clock starts: what waits in the inbox goes the way of a report or a feed."""

from prefect import flow

from flows.inbox import arrivals, file_away
from flows.retraining import retrain
from flows.shelf import shelf_of
from flows.training_folder import read_folder
from flows.way import feed_flow, release_flow, reports_flow
from pipeline.settings import load_settings


@flow(name="scheduled-reports")
def reports_run() -> int:
    """Take in the reports that wait, then crawl, judge and settle whatever is to be done."""
    settings = load_settings()
    waiting = arrivals(settings.inbox_dir, "reports")
    for arrival in waiting:
        reports_flow(settings, [arrival.path], arrival.sender)
        file_away(settings.inbox_dir, arrival)
    if not waiting:
        reports_flow(settings)
    return len(waiting)


@flow(name="scheduled-feeds")
def feeds_run() -> int:
    """Take in the feeds that wait."""
    settings = load_settings()
    waiting = arrivals(settings.inbox_dir, "feeds")
    for arrival in waiting:
        feed_flow(settings, [arrival.path], arrival.sender)
        file_away(settings.inbox_dir, arrival)
    return len(waiting)


@flow(name="scheduled-release")
def release_run() -> int:
    """Publish what was decided; returns the serial."""
    return release_flow(load_settings())


@flow(name="scheduled-retraining")
def retraining_run() -> str:
    """Train a challenger on `training/` under home, where there is one; it judges if it wins."""
    settings = load_settings()
    folder = settings.home / "training"
    if not folder.is_dir():
        return f"nothing to train on: {folder} is not there"
    version = f"{settings.now():%G-W%V}"
    outcome = retrain(
        shelf_of(settings),
        read_folder(folder, tick=lambda _rows: None),
        version=version,
        weeks=4,
        seed=7,
        at=settings.now(),
    )
    return f"{version} {'judges now' if outcome.won else 'stays on the shelf'}: {outcome.why}"
