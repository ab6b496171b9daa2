"""The table that ends a run."""

from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from pipeline.intake import IntakeCount
from pipeline.store.overview import Overview


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run ended with: the counts of the store, and the release."""

    counts: Overview
    serial: int
    path: Path
    intake: tuple[IntakeCount, ...] = ()
    """What became of the rows that this run was given."""
    unsupported: tuple[str, ...] = ()
    """What the models in force cannot promise (`flows.promises`)."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Files that could not be read, each with what is wrong."""
        return tuple(told for count in self.intake for told in count.unread)

    def rows(self) -> list[tuple[str, str]]:
        """The lines of the table: what, and how much."""
        c = self.counts
        return [
            ("reported", f"{c.reports:,} reports of {c.sites:,} sites, {c.numbers:,} numbers"),
            (
                "rows of this run",
                f"{sum(i.accepted for i in self.intake):,} accepted, "
                f"{sum(i.duplicates for i in self.intake):,} known, "
                f"{sum(i.rejected for i in self.intake):,} set aside under rejects/",
            ),
            ("crawled", f"{c.crawled:,}"),
            ("dead", f"{c.dead:,}"),
            ("blocked", f"{c.blocked:,}"),
            ("to review", f"{c.review:,}"),
            ("dismissed", f"{c.dismissed:,}"),
            ("watched", f"{c.watched:,}"),
            ("numbers listed", f"{c.numbers_listed:,}"),
            ("release serial", str(self.serial)),
            ("path", str(self.path)),
            *((("not promised", self._not_promised),) if self.unsupported else ()),
        ]

    @property
    def _not_promised(self) -> str:
        return (
            f"{len(self.unsupported)} false-positive rates of the models are not supported by the data "
            "they were set on; `fanzha policy show` names them"
        )

    def table(self) -> Table:
        """The same for a terminal."""
        table = Table(show_header=False, box=None, padding=(0, 2))
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for what, count in self.rows():
            table.add_row(what, count)
        return table
