"""Whose a number was when it was confirmed: a card changes hands, and a link is to the hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from classifiers.numbers.engine import Engine
from classifiers.numbers.features.window import KEPT_DAYS, newest_rows
from pipeline.feeds.shelf import Shelf

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Holder:
    """The subscriber who held a confirmed number: by what they are known, and from when to when."""

    number: int
    """Surrogate of the number."""
    identity: int | None = None
    dealer: int | None = None
    batch: int | None = None
    since: int = 0
    """When the card was opened, in seconds UTC; 0 where nothing is known."""
    until: int | None = None
    """When it was opened anew, for somebody else; None where it was not."""

    def held_on(self, midnight: int) -> bool:
        """Whether the number was theirs on the day that began at a local midnight."""
        return self.since <= midnight and (self.until is None or midnight < self.until)


def holders(
    engine: Engine, shelf: Shelf, confirmed: Mapping[int, datetime], *, offset: int
) -> dict[int, Holder]:
    """The holder of each confirmed number at the time at which it was confirmed.

    Who held it before or was given it later is not meant. Without a row that was valid then nothing
    but the time is known. `offset` is that of the feed's zone, in seconds east of UTC.
    """
    found = {number: Holder(number) for number in confirmed}
    files = shelf.files("subscribers")
    if not files or not found:
        return found
    days = [midnight(day, offset) for day in shelf.days("subscribers")]
    table = engine.read(files)
    table = table.filter(table.number.isin(sorted(found)))
    table = table.select("number", "at", "activated", "identity", "dealer", "batch").distinct()
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in table.to_pyarrow().to_pylist():
        rows.setdefault(row["number"], []).append(row)
    for number, told in rows.items():
        found[number] = _holder(number, told, int(confirmed[number].timestamp()), days)
    return found


def _holder(number: int, rows: list[dict[str, Any]], moment: int, days: Iterable[int]) -> Holder:
    # The card of then: opened before, and named by a file of then, else by the next one.
    mine = [row for row in rows if row["activated"] <= moment]
    until = min((row["activated"] for row in rows if row["activated"] > moment), default=None)
    before = [row for row in mine if row["at"] <= moment]
    newest = max((day for day in days if day <= moment), default=0)
    if before:
        row = max(before, key=_order)
        if row["at"] < newest - KEPT_DAYS * DAY:
            # The files of then had not named it for days: it had been given back.
            return Holder(number, until=until)
    elif mine:
        row = min(mine, key=_order)
    else:
        return Holder(number, until=until)
    return Holder(number, row["identity"], row["dealer"], row["batch"], row["activated"], until)


def _order(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[n] or 0 for n in ("at", "activated", "identity", "dealer", "batch"))


def held_now(engine: Engine, shelf: Shelf) -> Any:
    """The newest row of each number that the newest days' files still name, as a table; None where
    the carrier sends no subscribers."""
    days = shelf.days("subscribers")
    if not days:
        return None
    last = datetime.fromisoformat(days[-1]).replace(tzinfo=UTC)
    first = datetime.fromtimestamp(last.timestamp() - KEPT_DAYS * DAY, UTC).date().isoformat()
    return newest_rows(engine.read(shelf.files("subscribers", first=first)))


def holders_table(engine: Engine, found: Iterable[Holder]) -> Any:
    """(number, identity, dealer, batch) of holders, as a table of the engine."""
    names = ("number", "identity", "dealer", "batch")
    known = list(found)
    columns = {n: pa.array([getattr(h, n) for h in known], pa.int64()) for n in names}
    return engine.put("holders", pa.table(columns))


def midnight(day: str, offset: int) -> int:
    """The beginning of a local day, in seconds UTC."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) - offset
