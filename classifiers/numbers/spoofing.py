"""Whose numbers are shown by others: a feed's `abroad:` callers → facts about the owners.

The calls themselves never counted against the owner (`pipeline.feeds.forms`). But who was called
complains of the number that was shown: on a day on which others made more calls under it than it made
itself, complaints of it say nothing about its owner. One call that shows it takes no complaint away.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import NotAnIndicatorError
from pipeline.feeds.forms import ABROAD, Form
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.nouns import Indicator, Observation
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.observations import observed_since

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Spoofed:
    """Which numbers others showed, and on which days of the window."""

    observations: tuple[Observation, ...] = ()
    """What the days that came say, one per number and day."""
    pairs: frozenset[tuple[int, int]] = frozenset()
    """(the owner's surrogate, local day since 1970) of the window on which others called more than it."""

    def table(self) -> pa.Table:
        """The pairs as (number, day)."""
        rows = sorted(self.pairs)
        return pa.table(
            {
                "number": pa.array([number for number, _ in rows], pa.int64()),
                "day": pa.array([day for _, day in rows], pa.int64()),
            }
        )


def being_spoofed(
    store: Store,
    shelf: Shelf,
    settings: Settings,
    keys: Keyring,
    *,
    days: Iterable[str],
    now: datetime,
) -> Spoofed:
    """The numbers that others showed on these local days, and earlier in the window."""
    shown = {day: _shown_falsely(shelf, day) for day in sorted(days)}
    names = resolve(
        store,
        shelf,
        {surrogate for counts in shown.values() for surrogate in counts},
        keys_folder=settings.feed_keys_dir,
        actor="policy:feed",
        purpose="shown by others: its owner is to be protected",
        now=now,
    )
    found = []
    for day, counts in shown.items():
        owners: Counter[Indicator] = Counter()
        for surrogate, calls in counts.items():
            owner = _owner(names.get(surrogate, ""))
            if owner is not None:
                owners[owner] += calls
        hashed = {i: keys.surrogate("number", i.value) for i in owners}
        made = _calls_made(shelf, day, hashed.values())
        found += [
            _observation(i, day, n, made[hashed[i]], shelf.carrier, settings)
            for i, n in owners.items()
        ]
    last = max(shown, default=f"{now:%Y-%m-%d}")
    began = date.fromisoformat(last) - timedelta(days=settings.numbers.window_days)
    since = datetime.combine(began, time(), UTC)
    with store.read() as tx:
        earlier = list(observed_since(tx, "spoofed", since=since))
    pairs = {
        (
            keys.surrogate("number", o.indicator.value),
            (date.fromisoformat(o.value["day"]) - date(1970, 1, 1)).days,
        )
        for o in (*earlier, *found)
        if o.value["calls"] > o.value.get("own", 0)
    }
    return Spoofed(tuple(sorted(found, key=lambda o: o.indicator)), frozenset(pairs))


def _shown_falsely(shelf: Shelf, day: str) -> Counter[int]:
    """The callers of a day that are not who they show, with how often they called."""
    counts: Counter[int] = Counter()
    for path in shelf.files("calls", first=day, last=day):
        rows = pq.ParquetFile(path).read(columns=["number", "form"])
        numbers = rows.filter(pc.equal(rows["form"], int(Form.SPOOFED)))["number"]
        for pair in pc.value_counts(numbers).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return counts


def _calls_made(shelf: Shelf, day: str, numbers: Iterable[int]) -> Counter[int]:
    """How often each of `numbers` called itself on a day."""
    counts: Counter[int] = Counter()
    wanted = pa.array(list(numbers), pa.int64())
    for path in shelf.files("calls", first=day, last=day) if len(wanted) else []:
        rows = pq.ParquetFile(path).read(columns=["number"])
        own = rows.filter(pc.is_in(rows["number"], value_set=wanted))["number"]
        for pair in pc.value_counts(own).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return counts


def _owner(name: str) -> Indicator | None:
    if not name.startswith(ABROAD):
        return None
    try:
        return parse_number(name.removeprefix(ABROAD))
    except NotAnIndicatorError:
        return None


def _observation(
    owner: Indicator, day: str, calls: int, own: int, carrier: str, settings: Settings
) -> Observation:
    offset = timedelta(minutes=settings.feeds.zone_minutes)
    first = datetime.fromisoformat(day).replace(tzinfo=UTC) - offset
    value = {"window": settings.numbers.window_days, "day": day, "calls": calls, "own": own}
    last = first + timedelta(seconds=DAY - 1)
    return Observation(owner, "spoofed", value, f"feed:{carrier}", first, last)
