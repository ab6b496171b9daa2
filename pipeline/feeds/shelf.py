"""Where a carrier's normalised feeds lie: one folder per kind and day, and a ledger of the files.

    <root>/<carrier>/<kind>/day=2026-03-01/<delivery>.parquet    rows, keyed
    <root>/<carrier>/sealed/<kind>-<delivery>.parquet            sealed numbers, mode 0600
    <root>/<carrier>/rejects/<kind>-<delivery>.csv               row, reason; no content of the row
    <root>/<carrier>/ledger/<kind>-<delivery>.json               what the file was; written last

A delivery is the first 16 hex digits of the file's sha256. Whatever the ledger does not name does
not count, so a run that stops half-way leaves nothing behind that anybody reads.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.ledger import Delivery, listed
from pipeline.private import close, private_folder

__all__ = ["Delivery", "Shelf"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folders of one carrier."""

    root: Path
    carrier: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", self.carrier):
            raise FanzhaError(
                f"carrier: expected a short name of a-z, 0-9 and '-', got {self.carrier!r}"
            )

    @property
    def home(self) -> Path:
        return self.root / self.carrier

    def rows(self, kind: str, day: str, delivery: str) -> Path:
        return self.home / kind / f"day={day}" / f"{delivery}.parquet"

    def sealed(self, kind: str, delivery: str) -> Path:
        return self.home / "sealed" / f"{kind}-{delivery}.parquet"

    def rejects(self, kind: str, delivery: str) -> Path:
        return self.home / "rejects" / f"{kind}-{delivery}.csv"

    def ledger(self, kind: str, delivery: str) -> Path:
        return self.home / "ledger" / f"{kind}-{delivery}.json"

    def deliveries(self, kind: str | None = None) -> list[Delivery]:
        """The files that were taken in whole, of one kind or of all, in the order of their ids."""
        return [d for d in listed(self.home / "ledger") if kind is None or d.kind == kind]

    def delivery(self, kind: str, delivery: str) -> Delivery | None:
        found = (d for d in self.deliveries(kind) if d.id == delivery)
        return next(found, None)

    def record(self, delivery: Delivery) -> None:
        """Write the ledger's entry, whole or not at all; from now on the delivery counts."""
        path = self.ledger(delivery.kind, delivery.id)
        private_folder(path.parent)
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(asdict(delivery), ensure_ascii=False, indent=1), "utf-8")
        close(draft)
        draft.replace(path)

    def files(self, kind: str, *, first: str | None = None, last: str | None = None) -> list[Path]:
        """The Parquet files of a kind whose days lie in `first`..`last` (ISO dates, both included)."""
        return [
            self.rows(kind, day, delivery.id)
            for delivery in self.deliveries(kind)
            for day in sorted(delivery.days)
            if (first is None or day >= first) and (last is None or day <= last)
        ]

    def days(self, kind: str) -> list[str]:
        """The local days of which there are rows of a kind, oldest first."""
        return sorted({day for delivery in self.deliveries(kind) for day in delivery.days})
