"""How every carrier stands: what it fetched, what it enforces, how far behind, and what it forgot."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from blocklists.server.consumers import Consumer, Role
from blocklists.server.ledger import Fetch, KeptReceipt
from blocklists.server.shelf import Shelf, ShelfError

Removed = Callable[[int, int], int | None]
"""How many entries left the lists between two serials; None where that is no longer known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One carrier, seen against the newest release."""

    consumer: str
    title: str
    fetched_at: datetime | None
    """When it last asked for a file, and got it or learnt that it has the newest."""
    fetched_serial: int | None
    enforced_at: datetime | None
    """When the last receipt came: what it says of its own time may be dated back."""
    claimed_at: datetime | None
    """The time that it claims."""
    enforced_serial: int | None
    enforced_entries: int | None
    behind: int | None
    """Releases published since the one it enforces."""
    lag: timedelta | None
    """For how long the copy that it enforces has not been the newest."""
    still_enforced: int | None
    """Entries that left the lists since, and that it must be blocking still; None if unknown."""
    ours: bool | None
    """False where the hash in its receipt is not that of the release we published."""

    def row(self) -> dict[str, str | int | float | bool | None]:
        """The same in types of JSON; `lag` in seconds."""
        value = asdict(self)
        value["lag"] = None if self.lag is None else round(self.lag.total_seconds(), 1)
        for name in ("fetched_at", "enforced_at", "claimed_at"):
            value[name] = None if value[name] is None else value[name].isoformat()
        return value


def standings(
    consumers: Iterable[Consumer],
    fetches: Iterable[Fetch],
    receipts: Mapping[str, KeptReceipt],
    *,
    shelf: Shelf,
    removed: Removed,
    now: datetime,
) -> list[Standing]:
    """The standing of every carrier, by name."""
    last: dict[str, Fetch] = {}
    for fetch in fetches:
        if not fetch.serial:  # the list of releases is no release
            continue
        kept = last.get(fetch.consumer)
        last[fetch.consumer] = fetch if kept is None or fetch.at > kept.at else kept
    carriers = (one for one in consumers if one.role is Role.CARRIER)
    return [
        _standing(one, last.get(one.name), _against(receipts.get(one.name), shelf, removed, now))
        for one in carriers
    ]


def as_csv(rows: Iterable[Standing]) -> str:
    """The standings as CSV (RFC 4180), one row per carrier; empty where nothing is known."""
    text = io.StringIO()
    names = list(Standing.__dataclass_fields__)
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(one.row() for one in rows)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class _Enforced:
    receipt: KeptReceipt
    behind: int
    lag: timedelta
    still: int | None


def _against(
    receipt: KeptReceipt | None, shelf: Shelf, removed: Removed, now: datetime
) -> _Enforced | None:
    if receipt is None:
        return None
    serial = receipt.receipt.serial
    try:
        latest = shelf.latest_serial()
    except ShelfError:
        return _Enforced(receipt, 0, timedelta(), 0)
    newer = [number for number in shelf.serials() if number > serial]
    lag = now - shelf.release(newer[0]).at if newer else timedelta()
    still = removed(serial, latest) if newer else 0
    return _Enforced(receipt, len(newer), lag, still)


def _standing(one: Consumer, fetch: Fetch | None, enforced: _Enforced | None) -> Standing:
    receipt = enforced.receipt.receipt if enforced else None
    return Standing(
        consumer=one.name,
        title=one.title,
        fetched_at=fetch.at if fetch else None,
        fetched_serial=fetch.serial if fetch else None,
        enforced_at=receipt.received_at if receipt else None,
        claimed_at=receipt.at if receipt else None,
        enforced_serial=receipt.serial if receipt else None,
        enforced_entries=receipt.enforced if receipt else None,
        behind=enforced.behind if enforced else None,
        lag=enforced.lag if enforced else None,
        still_enforced=enforced.still if enforced else None,
        ours=enforced.receipt.ours if enforced else None,
    )
