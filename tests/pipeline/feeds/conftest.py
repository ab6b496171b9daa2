"""A shelf, keys and small feed files of the test's own writing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.feeds.guards import Guards
from pipeline.feeds.keyring import Keyring, keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.take import take_in

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEADER = "caller,callee,start,seconds,imei,cell,area,trunk"


def call(minute: int, *, caller: str = "13800138000", callee: str = "13900139000") -> str:
    """A row of call records, of 1 March 2026 local time."""
    return f"{caller},{callee},2026-03-01 10:{minute:02d}:00,30,35000000000001,c1,510100,own"


class Desk:
    """Takes files in, as the flow does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = Shelf(folder / "feeds", "test")
        self.keys: Keyring = keyring(folder / "keys", "test")
        self.files = 0

    def write(self, *rows: str, header: str = HEADER) -> Path:
        self.files += 1
        path = self.folder / f"calls-{self.files}.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def take(self, path: Path, *, mapping: Mapping | None = None, **guards: object) -> Delivery:
        return take_in(
            path,
            shelf=self.shelf,
            keys=self.keys,
            mapping=mapping or Mapping("calls"),
            guards=Guards(**guards),  # type: ignore[arg-type]
            now=NOW,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
