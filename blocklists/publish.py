"""The store → a release: read what is live, build, guard, write, and say so.

Killed at any moment and started again, it goes on with the serial, the time and the cut that it had
reserved, and makes the same bytes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pyarrow as pa

from blocklists import release as releases_on_disk
from blocklists.build import Built, compile_lists
from blocklists.ceilings import HeldError, check_canaries, why_held
from blocklists.retention import prune
from blocklists.shelf import read_index
from blocklists.standing import live_at_cut
from blocklists.table import gather
from pipeline import protected
from pipeline.nouns import Release
from pipeline.protected import Protected
from pipeline.settings import Settings
from pipeline.store import Connection, Store
from pipeline.store import releases as reserved
from pipeline.store.approvals import last_approval
from pipeline.store.decisions import last_seq, lifted_rows, movement
from pipeline.store.problems import Problem, record_problems
from pipeline.store.public_reasons import reasons_behind


@dataclass(frozen=True, slots=True)
class Published:
    """The release that carriers have now."""

    release: Release
    is_new: bool
    """False where nothing has changed since the last one."""
    refused: int
    """Live decisions that may not be listed; they stand among the problems."""


def publish(
    store: Store, *, settings: Settings, now: datetime, guard: Protected | None = None
) -> Published:
    """Make a release of what is decided now, unless nothing has changed since the last.

    Raises `HeldError` where a ceiling is passed and nobody has approved it, and `FanzhaError` where
    it cannot be written, a canary is missing, or a name is blocked that must never be. In all these
    cases carriers keep the release they have.
    """
    guard = guard or protected.load(settings)
    directory = settings.releases_dir
    with store.read() as tx:
        unfinished, last = reserved.pending(tx), reserved.latest(tx)
        cut, at = (unfinished.cut, unfinished.at) if unfinished else (last_seq(tx), now)
        live = live_at_cut(tx, cut=cut, at=at, folder=settings.cache_dir)
        built = compile_lists(live, protected=guard, at=at)
        held = None if unfinished else _held(tx, built, last, settings, cut=cut, at=at)
    _record(store, built, held, at=now)
    if held:
        raise HeldError(
            f"release: held, since {held}; look at `fanzha release problems`, then approve it by "
            "`fanzha release approve --by LOGIN --reason WHY`, or mend what caused it"
        )
    check_canaries(built.lists, settings.release)
    if unfinished is None:
        if last and not releases_on_disk.is_due(built, directory=directory, now=now):
            return Published(last, is_new=False, refused=len(built.refused))
        with store.write() as tx:
            unfinished = reserved.reserve(tx, at=at, cut=cut)
        if (unfinished.cut, unfinished.at) != (cut, at):
            # Another process has begun a release meanwhile: finish that one.
            return publish(store, settings=settings, now=now, guard=guard)

    def removed() -> pa.Table:
        since = at - timedelta(days=settings.release.tombstone_days)
        with store.read() as tx:
            return gather(lifted_rows(tx, cut=cut, at=at, since=since)).blocks

    sha256 = releases_on_disk.write(
        built, release=unfinished, directory=directory, settings=settings, removed=removed,
        reasons=partial(_reasons, store),
    )  # fmt: skip
    with store.write() as tx:
        reserved.finish(tx, unfinished.serial, manifest_sha256=sha256, entries=len(built.lists))
        done = reserved.latest(tx)
    prune(directory, keep=settings.release.keep, keep_full=settings.release.keep_full)
    return Published(done or unfinished, is_new=True, refused=len(built.refused))


def _reasons(store: Store, decisions: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read when they are asked for: most releases write no full files."""
    with store.read() as tx:
        yield from reasons_behind(tx, decisions)


def _held(
    tx: Connection,
    built: Built,
    last: Release | None,
    settings: Settings,
    *,
    cut: int,
    at: datetime,
) -> str | None:
    """Why the release must wait, if it must and nobody has approved it."""
    approval = last_approval(tx)
    if approval is not None and approval.cut >= cut:
        return None
    before = read_index(settings.releases_dir / str(last.serial)) if last else None
    since, after = (last.cut, last.at) if last else (0, at)
    moved = movement(
        tx, since=max(since, approval.cut if approval else 0), after=after, cut=cut, at=at
    )
    return why_held(built.lists, moved, before, settings.release)


def _record(store: Store, built: Built, held: str | None, *, at: datetime) -> None:
    found = [
        Problem(
            str(r.indicator), r.refusal.rule, r.decision, r.refusal.reason_zh, r.refusal.reason_en,
            first_at=at, last_at=at,
        )
        for r in built.refused
    ]  # fmt: skip
    if held:
        found.append(
            Problem("release", "held", None, f"发布被暂停:{held}", f"held: {held}", at, at)
        )
    with store.write() as tx:
        record_problems(tx, found, at=at)
