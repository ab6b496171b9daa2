"""Which release may go out now: everything decided, a relief of un-blocks alone, or none."""

from dataclasses import dataclass
from datetime import datetime

from blocklists.build import Built, compile_lists
from blocklists.ceilings import Excess, too_much_moves, wrong_size
from blocklists.ground import Ground
from blocklists.shelf import read_index
from blocklists.standing import live_of
from pipeline.nouns import Kind, Release, Relief, Relieves
from pipeline.protected import Protected
from pipeline.settings import Settings
from pipeline.store import Connection
from pipeline.store import releases as reserved
from pipeline.store.approvals import Approval, standing_approval
from pipeline.store.decisions import last_seq


@dataclass(frozen=True, slots=True)
class Choice:
    """A release that may go out, built, and what holds the rest back."""

    cut: int
    """The last decision that it takes into account; of a held one, that it would."""
    at: datetime
    built: Built | None
    """None where nothing may go out."""
    relief: Relief | None = None
    approval: int | None = None
    """The approval that it uses up."""
    held: Excess | None = None
    """What was decided up to now and waits for a person, because of this."""
    last_known: int = 0
    """The last decision there is; what is held is held up to it."""
    resumes: int | None = None
    """The serial of the release that a killed process has begun."""


def choose(tx: Connection, *, settings: Settings, guard: Protected, now: datetime) -> Choice:
    """The release that was begun and not finished, or the widest that the ceilings let out."""
    unfinished, last = reserved.pending(tx), reserved.latest(tx)
    if unfinished is not None:
        return _again(tx, unfinished, settings, guard)
    newest = last_seq(tx)
    approval = standing_approval(tx)
    if approval is not None and last is not None and approval.hold.cut < last.cut:
        approval = None
    ground = _ground(tx, last, approval, newest, settings, now)
    chosen = settings.release
    before = _entries_before(ground, last, approval, settings, guard)
    used = approval.id if approval else None
    moved = ground.moved(None, at=now)
    held = too_much_moves(moved, chosen)
    if held is None:
        live = ground.live(None, at=now)
        # Of millions, what stood is not kept beside what is listed; it is seldom read again.
        del ground
        built = compile_lists(live, protected=guard, at=now)
        del live
        held = wrong_size(built.lists, moved, before, chosen)
        if held is None:
            return Choice(newest, now, built, approval=used, last_known=newest)
        del built
        ground = _ground(tx, last, approval, newest, settings, now)
    if last is None and approval is None:
        return Choice(newest, now, None, held=held, last_known=newest)
    as_of = now if moved.expired <= chosen.max_expired else ground.as_of
    for of in Relieves:
        if of is Relieves.NOTHING:
            as_of = ground.as_of
        moved = ground.moved(of, at=as_of)
        if too_much_moves(moved, chosen):
            continue
        relief = Relief(newest, as_of, of)
        built = compile_lists(ground.live(relief, at=as_of), protected=guard, at=as_of)
        if of is not Relieves.NOTHING and wrong_size(built.lists, moved, before, chosen):
            continue
        return Choice(ground.cut, now, built, relief, used, held, newest)
    return Choice(newest, now, None, held=held, last_known=newest)


def _entries_before(
    ground: Ground,
    last: Release | None,
    approval: Approval | None,
    settings: Settings,
    guard: Protected,
) -> int | None:
    """How many entries there may be without asking: those of the last release, or of what was
    approved since. None before the first."""
    if approval is not None:
        approved = compile_lists(live_of(ground.rows), protected=guard, at=ground.as_of)
        return len(approved.lists)
    index = read_index(settings.releases_dir / str(last.serial)) if last else None
    return sum(index["counts"][kind.value] for kind in Kind) if index else None


def _again(tx: Connection, begun: Release, settings: Settings, guard: Protected) -> Choice:
    """What was reserved, built from the same decisions."""
    ground = Ground.read(
        tx, cut=begun.cut, as_of=begun.as_of, now=begun.relief.cut if begun.relief else begun.cut,
        folder=settings.cache_dir,
    )  # fmt: skip
    live = ground.live(begun.relief, at=begun.as_of)
    built = compile_lists(live, protected=guard, at=begun.as_of)
    return Choice(
        begun.cut, begun.at, built, begun.relief, last_known=ground.now, resumes=begun.serial
    )


def _ground(
    tx: Connection,
    last: Release | None,
    approval: Approval | None,
    newest: int,
    settings: Settings,
    now: datetime,
) -> Ground:
    if approval is not None:
        cut, as_of = approval.hold.cut, approval.hold.at
    elif last is not None:
        # A clock that was once far ahead must not keep what expires from expiring.
        cut, as_of = last.cut, min(last.as_of, now)
    else:
        cut, as_of = newest, now
    return Ground.read(tx, cut=cut, as_of=as_of, now=newest, folder=settings.cache_dir)
