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
from blocklists.build import not_listed
from blocklists.ceilings import HeldError, check_canaries, shrinking
from blocklists.choice import Choice, choose
from blocklists.files import turn
from blocklists.formats.rpz import unfit
from blocklists.retention import prune
from blocklists.table import gather
from pipeline import protected
from pipeline.errors import FanzhaError
from pipeline.nouns import Release
from pipeline.protected import Protected
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store import releases as reserved
from pipeline.store.approvals import Hold, keep_hold
from pipeline.store.live import lifted_rows
from pipeline.store.problems import Problem, record_problems
from pipeline.store.public_reasons import reasons_behind

_LATELY = timedelta(days=7)
_WAITING = timedelta(hours=1)
"""The longest that one waits for others who publish."""


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

    Raises `HeldError` where a ceiling is passed and nobody has approved it: un-blocks have gone out
    by then, in a relief release. Raises `FanzhaError` where a release cannot be written, a canary
    is missing, or a name is blocked that must never be; carriers then keep the release they have.
    Where another process publishes, such as the clock beside the desk, it waits for its turn.
    """
    with turn(settings.releases_dir):
        return _publish(store, settings, guard or protected.load(settings), now)


def _publish(store: Store, settings: Settings, guard: Protected, now: datetime) -> Published:
    directory = settings.releases_dir
    with store.read() as tx:
        last = reserved.latest(tx)
        if last and not settings.release_key.exists():
            raise FanzhaError(
                f"release: {settings.release_key} is gone, and carriers trust no other key; restore it "
                "from its backup, or hand out a new one first (docs/operating.md): nothing was published"
            )
        if last and last.at - now < _WAITING:
            # While we waited for our turn, another may have published at a later time than ours. A
            # release further ahead is of a clock that was wrong, and no measure for ours.
            now = max(now, last.at)
        choice = choose(tx, settings=settings, guard=guard, now=now)
    hold = _record(store, choice, settings, at=now)
    if choice.built is None:
        raise _held(hold, "nothing was published")
    built, refused = choice.built, len(choice.built.refused)
    begun_at = directory / str(choice.resumes) if choice.resumes else None
    if begun_at is None or not begun_at.is_dir():
        try:
            check_canaries(built.lists, settings.release)
        except FanzhaError:
            if choice.resumes is None:
                raise
            # It was begun under other settings and nobody has it: what is decided now may do.
            with store.write() as tx:
                reserved.forget(tx, choice.resumes)
            return _publish(store, settings, guard, now)
    due = releases_on_disk.is_due(built, directory=directory, now=now)
    with store.write() as tx:
        begun = reserved.pending(tx)
        if begun is None and last and not due:
            if hold:
                raise _held(hold, f"release {last.serial} stays, and no un-block waits")
            return Published(last, is_new=False, refused=refused)
        begun = reserved.reserve(
            tx, at=choice.at, cut=choice.cut, relief=choice.relief, approval=choice.approval
        )
    if (begun.cut, begun.at, begun.relief) != (choice.cut, choice.at, choice.relief):
        # A killed process has begun a release: finish that one.
        return _publish(store, settings, guard, now)

    def removed() -> pa.Table:
        since = begun.at - timedelta(days=settings.release.tombstone_days)
        cut = begun.relief.cut if begun.relief else begun.cut
        with store.read() as tx:
            lifted = gather(lifted_rows(tx, cut=cut, at=begun.as_of, since=since)).blocks
        # What a relief release could not let go is listed still.
        return not_listed(lifted, built.lists) if begun.relief else lifted

    sha256 = releases_on_disk.write(
        built, release=begun, directory=directory, settings=settings, removed=removed,
        reasons=partial(_reasons, store),
    )  # fmt: skip
    with store.write() as tx:
        reserved.finish(tx, begun.serial, manifest_sha256=sha256, entries=len(built.lists))
        done = reserved.latest(tx)
    prune(directory, keep=settings.release.keep, keep_full=settings.release.keep_full)
    if hold:
        raise _held(hold, f"release {begun.serial} went out with the un-blocks")
    return Published(done or begun, is_new=True, refused=refused)


def _held(hold: Hold | None, meanwhile: str) -> HeldError:
    said = "" if hold is None else f" {hold.id}, since {hold.en}"
    number = "" if hold is None else f" {hold.id}"
    return HeldError(
        f"release: held{said}; {meanwhile}. Look at `fanzha release problems`, then approve it by "
        f"`fanzha release approve{number} --by LOGIN --reason WHY`, or mend what caused it"
    )


def _reasons(store: Store, decisions: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read when they are asked for: most releases write no full files."""
    with store.read() as tx:
        yield from reasons_behind(tx, decisions)


def _record(store: Store, choice: Choice, settings: Settings, *, at: datetime) -> Hold | None:
    """Keep the problems of this moment, and the hold among them, for people to see."""
    refused = choice.built.refused if choice.built else ()
    found = [
        Problem(
            str(r.indicator), r.refusal.rule, r.decision, r.refusal.reason_zh, r.refusal.reason_en,
            first_at=at, last_at=at,
        )
        for r in refused
    ]  # fmt: skip
    if choice.built:
        found += [
            Problem(
                f"{row['kind']}:{row['value'].decode()}", "too-long-for-zones", row["decision"].hex(),
                "名称过长:响应策略区文件(RPZ)中没有它,或没有其子域名;其他格式仍列入",
                "too long: response policy zones lack it, or what is below it; other formats list it",
                first_at=at, last_at=at,
            )
            for row in unfit(choice.built.lists.names).to_pylist()
        ]  # fmt: skip
    hold = None
    with store.write() as tx:
        if choice.held:
            held = choice.held
            hold = keep_hold(tx, cut=choice.last_known, at=at, zh=held.zh, en=held.en)
            said = f"发布被暂停(第 {hold.id} 号,至第 {hold.cut} 号决定):{held.zh}"
            also = f"hold {hold.id}, up to decision {hold.cut}: {held.en}"
            found.append(Problem("release", "held", None, said, also, at, at))
        if choice.built:
            most = reserved.most_entries_since(tx, at - _LATELY)
            if less := shrinking(len(choice.built.lists), most, settings.release):
                found.append(Problem("release", "shrunk", None, less.zh, less.en, at, at))
        # Where nothing could be built, nobody looked whether what was refused still is.
        record_problems(tx, found, at=at, close=choice.built is not None)
    return hold
