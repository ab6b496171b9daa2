"""The flows that the clock starts: what waits in the inbox goes the way of a report or a feed."""

from collections.abc import Callable
from datetime import timedelta

from prefect import flow
from prefect.artifacts import create_table_artifact

from classifiers.numbers.lessons import draw_worlds
from flows.inbox import Arrival, What, arrivals, file_away
from flows.keeping import keep_house
from flows.number_retraining import retrain_numbers, settled_numbers
from flows.retraining import export_settled, measure_drift, retrain
from flows.shelf import current_number_model, number_shelf, shelf_of
from flows.training_folder import read_folder
from flows.turn import alone
from flows.way import feed_flow, release_flow, reports_flow
from pipeline.errors import FanzhaError
from pipeline.evidence import gather
from pipeline.feeds.telling import told_cause
from pipeline.settings import Settings, load_settings
from pipeline.store import open_store
from pipeline.store.reports import changed_sites

DRIFT_MOST = 5_000
"""Sites of the last week, the newest first, by which drift is measured."""
TRIAL_WEEKS = 4
"""Newest weeks of what people settled, on which a challenger is tried."""
WORLD_CALLERS = 50_000
"""Callers of each simulated world that a challenger of numbers learns from as well."""


@flow(name="scheduled-reports")
@alone
def reports_run() -> int:
    """Take in the reports that wait, then crawl, judge and settle whatever is to be done."""
    settings = load_settings()
    taken = take_each(settings, "reports", lambda a: reports_flow(settings, [a.path], a.sender))
    if not taken:
        reports_flow(settings)
    return taken


@flow(name="scheduled-feeds")
@alone
def feeds_run() -> int:
    """Take in the feeds that wait."""
    settings = load_settings()
    return take_each(settings, "feeds", lambda a: feed_flow(settings, [a.path], a.sender))


def take_each(settings: Settings, what: What, take: Callable[[Arrival], object]) -> int:
    """Take every file that waits; a wrong one is put aside with its reason and stops no other.

    Whatever it raises: a file that stayed would stop every run that follows.
    """
    taken = 0
    for arrival in arrivals(settings.inbox_dir, what):
        try:
            take(arrival)
        except Exception as error:  # noqa: BLE001 (it is told beside the file)
            known = isinstance(error, FanzhaError)
            # What a library says may quote the file, and a feed's rows are numbers.
            why = str(error) if known else f"{type(error).__name__}: {told_cause(error)}"
            file_away(settings.inbox_dir, arrival, failed=why)
            continue
        file_away(settings.inbox_dir, arrival)
        taken += 1
    return taken


@flow(name="scheduled-release")
@alone
def release_run() -> int:
    """Publish what was decided; returns the serial."""
    return release_flow(load_settings())


@flow(name="scheduled-housekeeping")
@alone
def housekeeping_run() -> str:
    """Remove what may no longer be kept: identities of appellants, and old evidence that nothing holds.

    Returns the figures, which stand in the run's table as well.
    """
    rows = keep_house(load_settings())
    create_table_artifact(
        key="housekeeping", table=[{"what": what, "count": count} for what, count in rows]
    )
    return "; ".join(f"{what}: {count}" for what, count in rows)


@flow(name="scheduled-retraining")
@alone
def retraining_run() -> str:
    """Measure drift, write down what people settled, and train a challenger on `training/` of home.

    The challenger judges from then on only if it wins its trial on the newest labelled weeks.
    """
    settings = load_settings()
    shelf, now = shelf_of(settings), settings.now()
    folder = settings.home / "training"
    folder.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            newest = changed_sites(tx, since=now - timedelta(days=7), limit=DRIFT_MOST)
            standing = settings.intake.standing
            measure_drift(tx, shelf.model(), gather(tx, newest, standing=standing, at=now), at=now)
            settled = export_settled(tx, folder / "evidence_own.jsonl.gz", standing=standing)
    finally:
        store.close()
    corpus = read_folder(folder, tick=lambda _rows: None)
    version = f"{now:%G-W%V}"
    outcome = retrain(shelf, corpus, version=version, weeks=TRIAL_WEEKS, seed=7, at=now)
    won = "judges now" if outcome.won else "stays on the shelf"
    return f"{settled} settled by people; {version} {won}: {outcome.why}"


@flow(name="scheduled-number-retraining")
@alone
def number_retraining_run() -> str:
    """Train a challenger of the numbers' model on what people settled, and let it judge if it wins."""
    settings = load_settings()
    now, version = settings.now(), f"{settings.now():%G-W%V}"
    store = open_store(settings.database_url)
    try:
        with store.read() as tx:
            settled = settled_numbers(tx, at=now)
    finally:
        store.close()
    if not any(s.settled >= now - timedelta(weeks=TRIAL_WEEKS) for s in settled):
        return f"no number was settled by people in {TRIAL_WEEKS} weeks: nothing to try one on"
    outcome = retrain_numbers(
        number_shelf(settings),
        settled,
        champion=current_number_model(settings),
        worlds=draw_worlds(numbers=WORLD_CALLERS),
        version=version,
        weeks=TRIAL_WEEKS,
        at=now,
    )
    won = "judges now" if outcome.won else "stays on the shelf"
    return f"{len(settled)} numbers settled by people; {version} {won}: {outcome.why}"
