"""The Prefect flows: the way of a report, of a feed, of a release, and the run of all three.

A task is a batch, never a single URL: recording a task costs more than judging a page. Whatever a
flow needs to go on after it was killed is in the store, not in Prefect.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.tasks import exponential_backoff

from blocklists.publish import publish
from flows.linking import link_new_blocks
from flows.progress import tell
from flows.promises import unsupported
from flows.settling import settle_some
from flows.steps import (
    Workshop,
    crawl_some,
    feed_in,
    judge_some,
    next_batch,
    reports_in,
)
from flows.summary import Summary
from pipeline.errors import ConflictError, FanzhaError
from pipeline.intake import IntakeCount
from pipeline.nouns import Indicator
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.overview import overview
from pipeline.store.reports import Stage, count_stages, reopen_due
from pipeline.store.voices import count_again

Made = TypeVar("Made")

Step = Callable[[Workshop, Sequence[Indicator]], int]

STEPS: dict[Stage, tuple[str, Step]] = {
    Stage.CRAWL: ("crawl", crawl_some),
    Stage.JUDGE: ("judge", judge_some),
    Stage.SETTLE: ("settle", settle_some),
}
"""What is done at each stage of a subject, in order."""

BATCHES = {Stage.JUDGE: 500, Stage.SETTLE: 1000}
"""Subjects in one task; a batch of crawls is a setting."""


def _in_task(name: str, act: Callable[[], Made]) -> Made:
    """Do one batch as a task: tried again twice, after growing pauses, and never cached."""
    as_task = task(
        name=name,
        retries=2,
        retry_delay_seconds=exponential_backoff(backoff_factor=2),
        retry_jitter_factor=0.5,
        retry_condition_fn=_may_pass,
        cache_policy=NO_CACHE,
    )
    return as_task(act)()


def _may_pass(_task: object, _run: object, state: State[object]) -> bool:
    """Whether trying again may help: what a person must mend stays as it is."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, ConflictError) or not isinstance(failure, FanzhaError)


def _through(shop: Workshop, stage: Stage) -> None:
    """Take everything at a stage to the next one, a batch at a time."""
    name, step = STEPS[stage]
    size = BATCHES.get(stage, shop.settings.crawl.batch)
    with shop.store.read() as tx:
        total = count_stages(tx)[stage]
    if not total:
        return
    bar = cast(
        "UUID",
        create_progress_artifact(progress=0.0, key=name, description=f"{name}: {total} subjects"),
    )
    done = 0
    tell(name, 0, total)
    while batch := next_batch(shop, stage, size=size):
        done += _in_task(name, lambda batch=batch: step(shop, batch))  # type: ignore[misc]
        tell(name, done, max(done, total))
        update_progress_artifact(artifact_id=bar, progress=min(100.0, 100 * done / total))


@flow(name="reports", validate_parameters=False)
def reports_flow(
    settings: Settings, files: Sequence[Path] = (), source: str = "reports"
) -> list[IntakeCount]:
    """The way of a report: in, crawled, judged, settled. Takes up what an earlier run left."""
    store = open_store(settings.database_url)
    shop = Workshop.open(store, settings)
    try:
        counted = [
            _in_task("intake", partial(reports_in, shop, file, source=source)) for file in files
        ]
        with store.write() as tx:
            reopen_due(tx, at=settings.now())
            count_again(tx, verified=settings.intake.verified_sources)
        for stage in STEPS:
            _through(shop, stage)
        _in_task("links", lambda: link_new_blocks(store, settings))
        return counted
    finally:
        store.close()


@flow(name="feed", validate_parameters=False)
def feed_flow(settings: Settings, files: Sequence[Path] = (), carrier: str = "carrier") -> None:
    """The way of a feed: call records in, features computed, risky numbers judged and settled."""
    store = open_store(settings.database_url)
    shop = Workshop.open(store, settings)
    try:
        for file in files:
            _in_task("feed", lambda file=file: feed_in(shop, file, carrier=carrier))  # type: ignore[misc]
        for stage in (Stage.JUDGE, Stage.SETTLE):
            _through(shop, stage)
        _in_task("links", lambda: link_new_blocks(store, settings))
    finally:
        store.close()


@flow(name="release", validate_parameters=False)
def release_flow(settings: Settings) -> int:
    """What is decided → a release; returns its serial, that of the last one if nothing changed."""
    store = open_store(settings.database_url)
    shop = Workshop.open(store, settings)

    def publish_now() -> int:
        done = publish(store, settings=settings, now=settings.now(), guard=shop.protected)
        return done.release.serial

    try:
        return _in_task("release", publish_now)
    finally:
        store.close()


@flow(name="run", validate_parameters=False)
def run_flow(
    settings: Settings,
    reports: Sequence[Path] = (),
    feeds: Sequence[Path] = (),
    source: str = "reports",
    carrier: str = "carrier",
) -> Summary:
    """The main job: feeds and reports in, everything judged and settled, a release out."""
    counted = reports_flow(settings, reports, source)
    if feeds:
        feed_flow(settings, feeds, carrier)
    serial = release_flow(settings)
    store = open_store(settings.database_url)
    try:
        with store.read() as tx:
            counts = overview(tx, at=settings.now())
    finally:
        store.close()
    summary = Summary(
        counts,
        serial,
        settings.releases_dir / str(serial),
        tuple(counted),
        tuple(unsupported(settings)),
    )
    create_table_artifact(
        key="summary", table=[{"what": what, "count": count} for what, count in summary.rows()]
    )
    return summary
