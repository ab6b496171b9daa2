"""Guards on what stands in the columns: names may be right, and the contents another column's.

Some shares no carrier has (devices that three numbers call from, on average); others are compared with
the carrier's own last files, and have to lie near one of them at least.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.shelf import Delivery

FEWEST = 200
"""Rows from which shares say something."""
LAST = 24
"""Last files that a file is compared with: a day of hourly ones, since nights are unlike days."""

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Bound:
    """What no file has."""

    share: str
    most: float
    says: str


@dataclass(frozen=True, slots=True)
class _Jump:
    """What no file has, if the ones before it were right."""

    apart: Callable[[Shares, Shares], float]
    """How far a file lies from an earlier one."""
    most: float
    says: str


BOUNDS = (
    _Bound("form.IMPOSSIBLE", 0.5, "{share:.0%} of its numbers are of no numbering plan"),
    _Bound("unread.imei", 0.5, "{share:.0%} of what `imei` says is no IMEI of 14 to 16 digits"),
    _Bound(
        "unread.area",
        0.5,
        "{share:.0%} of what `area` says is no GB/T 2260 or ISO 3166 code (a mapping's [values.area] "
        "translates names)",
    ),
    _Bound("long", 0.3, "{share:.0%} of its answered calls last over ten minutes"),
    _Bound("numbers_per_imei", 3, "{share:.1f} numbers use a device of it on average"),
    _Bound("numbers_per_identity", 10, "{share:.1f} numbers stand on an identity on average"),
    _Bound("activated_late", 0.5, "{share:.0%} of its numbers were opened after `as_of`"),
)


def _of(name: str) -> Callable[[Shares, Shares], float]:
    return lambda now, before: (
        abs(now[name] - before[name]) if name in now and name in before else 0.0
    )


def _fewer(name: str) -> Callable[[Shares, Shares], float]:
    return lambda now, before: before[name] - now[name] if name in now and name in before else 0.0


def _times(name: str) -> Callable[[Shares, Shares], float]:
    return lambda now, before: now[name] / before[name] if name in now and name in before else 0.0


def _forms(now: Shares, before: Shares) -> float:
    """Total variation between the forms of the numbers."""
    names = {name for name in (*now, *before) if name.startswith("form.")}
    return sum(abs(now.get(name, 0.0) - before.get(name, 0.0)) for name in names) / 2


JUMPS = (
    _Jump(_forms, 0.3, "the forms of its numbers (mobiles, landlines, ports …) are others"),
    _Jump(_of("answered"), 0.25, "another share of its calls is answered"),
    _Jump(_of("unread.imei"), 0.25, "another share of `imei` cannot be read"),
    _Jump(_of("unread.area"), 0.25, "another share of `area` cannot be read"),
    _Jump(_fewer("own"), 0.3, "fewer of the callers on our own trunk are our subscribers"),
    _Jump(_times("numbers_per_imei"), 2, "more numbers use the same device"),
    _Jump(_times("numbers_per_identity"), 3, "more numbers stand on the same identity"),
)


def check_contents(delivery: Delivery, before: Sequence[Delivery], *, path: Path) -> None:
    """Raise `FanzhaError` where a file's columns hold what they never hold, or never held before."""
    if delivery.kept < FEWEST:
        return
    for bound in BOUNDS:
        if (share := delivery.shares.get(bound.share, 0.0)) > bound.most:
            raise _wrong(path, bound.says.format(share=share))
    known = [d for d in before if d.shares and d.kept >= FEWEST]
    last = sorted(known, key=lambda d: d.newest)[-LAST:]
    for jump in JUMPS if last else ():
        if min(jump.apart(delivery.shares, d.shares) for d in last) > jump.most:
            raise _wrong(path, f"{jump.says} than in the last {len(last)} files")


def _wrong(path: Path, says: str) -> FanzhaError:
    return FanzhaError(
        f"{path}: {says}: is a column in another's place? Nothing was taken in: put the columns right, give "
        "a mapping (docs/feeds.md), or, if it is so, say --accept-columns"
    )
