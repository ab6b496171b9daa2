"""Guards: what stops a feed file before it changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.overlap import SAME, STRAY
from pipeline.feeds.shelf import Delivery
from pipeline.feeds.telling import told_names


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits of a delivery; from settings (`feeds`), where each is documented."""

    offset: int = 8 * 3600
    """The feed's zone, in seconds east of UTC."""
    max_bad: float = 0.2
    max_late_days: float = 7
    ahead_hours: float = 1
    backfill: bool = False
    """True lets a file through that is late or goes back in time."""
    accept_columns: bool = False
    """True lets a changed header, or contents unlike those of before, through."""
    most_bytes: int = 100 << 30
    """How large a file may be, unpacked."""


def worst(reasons: Mapping[str, int]) -> str:
    """The three reasons that most rows were set aside for, for a message."""
    most = sorted(reasons.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{count} × {reason}" for reason, count in most) or "there is no row"


def _last_day(delivery: Delivery) -> str:
    """The last day that the file is of in earnest: a row of after midnight begins none."""
    rows = 0
    for day in sorted(delivery.days, reverse=True):
        rows += delivery.days[day]
        if rows > STRAY * delivery.kept:
            return day
    return max(delivery.days)


def check(
    delivery: Delivery,
    before: Sequence[Delivery],
    guards: Guards,
    *,
    path: Path,
    now: datetime,
) -> None:
    """Raise `FanzhaError` where the delivery must not go on the shelf, with what to do."""
    read = delivery.rows - delivery.passed_over
    if delivery.kept == 0 or delivery.rejected > guards.max_bad * read:
        raise FanzhaError(
            f"{path}: {delivery.rejected} of {read} rows are bad ({worst(delivery.reasons)}); at "
            f"most {guards.max_bad:.0%} may be. Nothing was taken in: check the file's columns, or "
            "give a mapping (docs/feeds.md)"
        )
    newest = datetime.fromtimestamp(delivery.newest, UTC)
    if not guards.backfill and now - newest > timedelta(days=guards.max_late_days):
        raise FanzhaError(
            f"{path}: its newest row is of {newest:%Y-%m-%d %H:%M} UTC, more than "
            f"{guards.max_late_days:g} days ago. Nothing was taken in: for old files on purpose, say "
            "--backfill"
        )
    for other in before if delivery.kind in SAME else ():
        same = [day for day in delivery.days if other.prints.get(day) == delivery.prints[day]]
        if sum(delivery.days[day] for day in same) > STRAY * delivery.kept:
            raise FanzhaError(
                f"{path}: its rows of {', '.join(same)} are the ones of delivery {other.id} again, in "
                "another file. Nothing was taken in: leave it out"
            )
    if not before:
        return
    last = max(before, key=lambda d: d.newest)
    if not guards.backfill and _last_day(delivery) < _last_day(last):
        raise FanzhaError(
            f"{path}: time goes backwards: its last day is {_last_day(delivery)}, and "
            f"{_last_day(last)} is there already. Nothing was taken in: say --backfill if it is meant"
        )
    if not guards.accept_columns and set(delivery.header) != set(last.header):
        changed = sorted(set(delivery.header) ^ set(last.header))
        raise FanzhaError(
            f"{path}: its columns changed since the last file ({told_names(changed)}). Nothing was "
            "taken in: check what they mean, then say --accept-columns"
        )
