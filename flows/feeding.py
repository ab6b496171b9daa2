"""A carrier's feed, whole: in, measured, scored; its observations, subjects and drift are stored."""

from collections.abc import Callable
from pathlib import Path

from classifiers.numbers.feed import FeedResult, feed_observations
from flows.retraining import keep_shifts
from flows.shelf import current_number_model
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.observations import add_observations
from pipeline.store.reports import all_numbers, open_subjects


def take_feed(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    carrier: str,
    mapping_path: Path | None = None,
    backfill: bool = False,
    accept_columns: bool = False,
    progress: Callable[[int], None] | None = None,
) -> FeedResult:
    """Take a feed in and open the numbers worth judging as subjects; twice changes nothing.

    Worth judging are those that may be fraud, and those that somebody reported.
    """
    now = settings.now()
    with store.read() as tx:
        known = list(all_numbers(tx))
    result = feed_observations(
        path,
        settings=settings,
        store=store,
        now=now,
        carrier=carrier,
        mapping_path=mapping_path,
        backfill=backfill,
        accept_columns=accept_columns,
        known=known,
        model=current_number_model(settings),
        progress=progress,
    )
    with store.write() as tx:
        fresh = add_observations(tx, result.observations)
        open_subjects(tx, fresh, at=now)
        # Whoever is shown by others is looked at again where anybody ever looked.
        victims = set(add_observations(tx, result.spoofed))
        open_subjects(tx, sorted(victims & set(known)), at=now)
        keep_shifts(tx, result.model, result.shifts, at=now)
    return result
