"""What carriers may have without asking anybody, what was decided since, and what that changes.

The ground of a release is what stood at the cut of the last one, or at the cut that a person has
approved since. A release is that and everything decided since; or, where a ceiling holds the new
blocks back, that and the un-blocks alone: a relief release.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.standing import SLACK, brought_forward, live_of, places, standing_at, stands
from blocklists.table import Live, LiveRow, mask
from pipeline.nouns import Action, Relief, Relieves
from pipeline.store import Connection
from pipeline.store.live import decided_rows
from pipeline.store.releases import reliefs_beyond

_BY_POLICY = "policy:"
_WHOLE = frozenset({Relieves.ALL, Relieves.PEOPLE})
"""Where an ALLOW goes out with all that it spares."""


@dataclass(frozen=True, slots=True)
class Movement:
    """How a release differs from its ground, counted in decisions on single indicators."""

    added: int
    """Blocks of what was not blocked."""
    lifted: int
    """Blocks that somebody lifted, and that no release has let go yet."""
    expired: int
    """Blocks that ended by themselves."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stood at a cut and a time, and the newest decision since on each indicator."""

    cut: int
    as_of: datetime
    now: int
    """The last decision that is known."""
    rows: pa.Table
    """Of `standing.STANDING`: what stood."""
    since: Mapping[str, LiveRow]
    """Indicator key → what was decided last, after the cut."""
    stood: Mapping[str, Action]
    """Of the same keys, those that stood: BLOCK or ALLOW."""
    let_go: Mapping[str, bool]
    """Those whose un-block went out in a relief release already → whether an ALLOW went out whole:
    what went out stays out, however much is held by now."""
    busiest: str
    """The person who lifted most of what stood; empty where nobody lifted anything."""

    @classmethod
    def read(
        cls,
        tx: Connection,
        *,
        cut: int,
        as_of: datetime,
        now: int,
        folder: Path,
        slack: int = SLACK,
    ) -> "Ground":
        """The ground at a cut, and what is known beyond it."""
        rows = standing_at(tx, cut=cut, at=as_of, folder=folder, slack=slack)
        since = {row[0]: row for batch in decided_rows(tx, after=cut, cut=now) for row in batch}
        found = places(rows, since)
        spares = rows["spares"].take(pa.array(list(found.values()), pa.int64())).to_pylist()
        stood = {
            key: Action.ALLOW if spare else Action.BLOCK
            for key, spare in zip(found, spares, strict=True)
        }
        let_go: dict[str, bool] = {}
        for relief in reliefs_beyond(tx, cut):
            earlier = [
                row for batch in decided_rows(tx, after=cut, cut=relief.cut) for row in batch
            ]
            busiest = _busiest(earlier, stood)
            for row in earlier:
                if row[1] != Action.BLOCK and _goes_out(row, relief.of, busiest):
                    let_go[row[0]] = let_go.get(row[0], False) or relief.of in _WHOLE
        return cls(cut, as_of, now, rows, since, stood, let_go, _busiest(since.values(), stood))

    def live(self, relief: Relief | None, *, at: datetime) -> Live:
        """The decisions live at the newest cut; with a relief, at the ground and its un-blocks."""
        if relief is None:
            chosen = list(self.since.values())
        else:
            chosen = [
                kept
                for row in self.since.values()
                if (kept := self._relieved(row, relief.of)) is not None
            ]
            at = relief.as_of
        rows = brought_forward(self.rows, chosen)
        return live_of(mask(rows, stands(rows, at)))

    def moved(self, of: Relieves | None, *, at: datetime) -> Movement:
        """What a release at the newest cut changes; with `of`, a relief release alone."""
        renewed = {
            key
            for key, row in self.since.items()
            if row[1] == Action.BLOCK and self.stood.get(key) is Action.BLOCK
        }
        added = 0 if of else sum(row[1] == Action.BLOCK for row in self.since.values())
        lifted = sum(
            key not in self.let_go and _lifts(row, self.stood, of or Relieves.ALL, self.busiest)
            for key, row in self.since.items()
        )
        until = pc.less_equal(self.rows["until"], pa.scalar(at, self.rows["until"].type))
        gone = mask(self.rows, pc.and_(pc.fill_null(until, False), pc.invert(self.rows["spares"])))
        renewed_in_time = len(places(gone, self.since))
        return Movement(added - (0 if of else len(renewed)), lifted, len(gone) - renewed_in_time)

    def _relieved(self, row: LiveRow, of: Relieves) -> LiveRow | None:
        """A decision as a relief release takes it into account; None where it must wait.

        Nothing that it takes adds to the lists: no new block, and no end of an ALLOW, which may
        spare many.
        """
        action, stood = row[1], self.stood.get(row[0])
        if action == Action.BLOCK:
            return row if stood is Action.BLOCK else None
        goes_out = _goes_out(row, of, self.busiest)
        if not goes_out and row[0] not in self.let_go:
            return None
        if action == Action.ALLOW and (self.let_go.get(row[0]) or (goes_out and of in _WHOLE)):
            return row
        return (row[0], Action.DISMISS.value, *row[2:]) if stood is Action.BLOCK else None


def _lifts(row: LiveRow, stood: Mapping[str, Action], of: Relieves, busiest: str) -> bool:
    """Whether a decision takes away a block that stood, and goes out."""
    return (
        stood.get(row[0]) is Action.BLOCK and row[1] != Action.BLOCK and _goes_out(row, of, busiest)
    )


def _goes_out(row: LiveRow, of: Relieves, busiest: str) -> bool:
    """Whether an un-block by this actor goes out while the rest waits."""
    if of is Relieves.ALL:
        return True
    if of is Relieves.NOTHING or row[3].startswith(_BY_POLICY):
        return False
    return of is not Relieves.APART or row[3] != busiest


def _busiest(rows: Iterable[LiveRow], stood: Mapping[str, Action]) -> str:
    """The person who lifted most of what stood, the first by name of several; or nobody."""
    lifted = Counter(row[3] for row in rows if _lifts(row, stood, Relieves.PEOPLE, ""))
    return min(lifted, key=lambda actor: (-lifted[actor], actor), default="")
