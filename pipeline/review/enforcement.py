"""Blocks, releases and receipts → when each carrier began to enforce what was listed.

A receipt counts from when it arrived here: the time that it claims is the carrier's own word, and
is shown beside.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from pipeline.nouns import Receipt, Release

Times = npt.NDArray[np.float64]
"""Seconds since 1970; infinite for what never happened."""


@dataclass(frozen=True, slots=True)
class Enforcer:
    """What one carrier's receipts of a period say."""

    name: str
    newest_serial: int | None
    """None where it sent no receipt for a release of the period."""
    lags: tuple[float, ...]
    """Seconds from each release to the receipt for it."""
    claimed: tuple[float, ...]
    """The same up to the time that the receipt claims."""
    delays: tuple[float, ...]
    """Seconds from each block to its enforcement."""
    missing: int
    """Blocks that it has not said to enforce."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Who enforces the blocks of a period, and how long that took."""

    carriers: tuple[Enforcer, ...]
    first: tuple[float, ...]
    """Of each block that any carrier enforces, seconds to the first."""
    last: tuple[float, ...]
    """Of each block that all carriers enforce, seconds to the last."""


def enforcement(
    blocks: Sequence[tuple[int, datetime]],
    releases: Sequence[Release],
    receipts: Iterable[Receipt],
    *,
    carriers: Collection[str],
    until: datetime,
) -> Enforcement:
    """How the blocks of a period came to be enforced, by each carrier, the silent ones too.

    `blocks` are (sequence number, decided at), `releases` those since the period began; the lags are
    of those before `until`.
    """
    told: dict[str, list[Receipt]] = {name: [] for name in carriers}
    for receipt in receipts:
        told.setdefault(receipt.consumer, []).append(receipt)
    published = {release.serial: release for release in releases}
    seqs = np.array([seq for seq, _ in blocks], np.int64)
    decided = np.array([at.timestamp() for _, at in blocks], np.float64)
    found, waits = [], []
    for name, own in sorted(told.items()):
        wait = np.maximum(enforced_at(seqs, releases, own) - decided, 0)
        waits.append(wait)
        of_period = [
            (published[r.serial], r)
            for r in own
            if r.serial in published and published[r.serial].at < until
        ]
        found.append(
            Enforcer(
                name=name,
                newest_serial=max((r.serial for _, r in of_period), default=None),
                lags=tuple((arrived(r) - release.at).total_seconds() for release, r in of_period),
                claimed=tuple((r.at - release.at).total_seconds() for release, r in of_period),
                delays=_finite(wait),
                missing=int(np.isinf(wait).sum()),
            )
        )
    none = np.full((1, len(blocks)), np.inf)
    table = np.stack(waits) if waits else none
    return Enforcement(tuple(found), _finite(table.min(axis=0)), _finite(table.max(axis=0)))


def enforced_at(
    seqs: npt.NDArray[np.int64], releases: Iterable[Release], receipts: Iterable[Receipt]
) -> Times:
    """When blocks were first enforced by who sent these receipts.

    A release holds what was decided up to its cut; whoever enforces a later one enforces it too, so
    that of each block the earliest word from its release on counts.
    """
    first: dict[int, float] = {}
    for receipt in receipts:
        at = arrived(receipt).timestamp()
        first[receipt.serial] = min(at, first.get(receipt.serial, at))
    told = sorted((r.cut, first[r.serial]) for r in releases if r.serial in first)
    cuts = np.array([cut for cut, _ in told], np.int64)
    soonest = np.minimum.accumulate(np.array([at for _, at in told][::-1], np.float64))[::-1]
    return np.append(soonest, np.inf)[np.searchsorted(cuts, seqs)]


def arrived(receipt: Receipt) -> datetime:
    """When a receipt came, which nobody can date back."""
    return receipt.received_at or receipt.at


def _finite(waits: Times) -> tuple[float, ...]:
    return tuple(waits[np.isfinite(waits)].tolist())
