"""What may no longer be kept is removed: by a command, and by the clock every day."""

from datetime import timedelta

from flows.inbox import sweep_feeds
from pipeline import retention
from pipeline.artifacts import ArtifactStore
from pipeline.review.appeals import forget
from pipeline.settings import Settings
from pipeline.store import open_store


def prune_evidence(
    settings: Settings, *, days: int | None = None, dry_run: bool = False
) -> retention.Pruned:
    """Remove evidence older than `days`, `evidence.keep_days` by default, that nothing holds."""
    store = open_store(settings.database_url)
    try:
        return retention.prune(
            ArtifactStore(settings.artifacts_url),
            store,
            keep=timedelta(days=days or settings.evidence.keep_days),
            at=settings.now(),
            dry_run=dry_run,
        )
    finally:
        store.close()


def keep_house(settings: Settings) -> list[tuple[str, str]]:
    """Remove the identities of appellants whose time is over, carriers' files that are in, and old evidence
    that nothing holds.

    Returns the lines of a table: what, and how much.
    """
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            forgotten = len(forget(tx, settings.desk, now=settings.now()))
    finally:
        store.close()
    keep = timedelta(days=settings.feeds.keep_days)
    swept = sweep_feeds(settings.inbox_dir, keep=keep, now=settings.now())
    return [
        ("appellants forgotten", f"{forgotten:,}"),
        ("feed files removed from the inbox", f"{swept:,}"),
        *prune_evidence(settings).rows(),
    ]
