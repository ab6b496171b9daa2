"""The flows that the clock starts: what waits in the inbox goes the way of a report or a feed."""

from prefect import flow

from flows.inbox import arrivals, file_away
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
