"""Mapping files: a carrier's own column names and values → the contract's, without touching its files.

A mapping is TOML: `kind`, `[columns]` from contract name to the file's name, `[values.COLUMN]` from
the file's value to the contract's, `[constants]` for columns that the file has not, `[only_in]` for
the rows that count, `files` for its names, `time_format` for its times, and `opaque` where the carrier
has hashed the numbers already.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import FanzhaError
from pipeline.feeds.contracts import CONTRACTS, Contract


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file's columns become the contract's; the default takes them as they are."""

    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    only_in: dict[str, list[str]] = field(default_factory=dict)
    """Column of the file → the values a row may have; other rows are counted as passed over."""
    swap: dict[str, str] = field(default_factory=dict)
    """Column of the file → the value at which the first two columns change places.

    What the file then says of the device, the cell and the place is not the first one's: left out.
    """
    opaque: bool = False
    """True where the carrier's numbers are hashed already: any text is a number then."""
    delimiter: str = ","
    encoding: str = "utf-8"
    files: list[str] = field(default_factory=list)
    """Patterns of file names that are of this feed, as in `HW_SUBS*`, whatever they begin with."""
    time_format: str = ""
    """How times and dates are written, as in `%d.%m.%Y %H:%M:%S`; empty for those of the contract."""

    @property
    def contract(self) -> Contract:
        return CONTRACTS[self.kind]

    def source(self, column: str) -> str:
        """The file's name of a contract's column."""
        return self.columns.get(column, column)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises `FanzhaError` where it is no mapping of a known feed."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FanzhaError(
            f"{path}: expected a mapping file in TOML ({error}); see docs/feeds.md"
        ) from error
    kind = content.get("kind")
    if kind not in CONTRACTS:
        raise FanzhaError(
            f"{path}: expected kind = one of {', '.join(CONTRACTS)}; it says {kind!r}"
        )
    known = {
        "kind",
        "columns",
        "values",
        "constants",
        "only_in",
        "swap",
        "opaque",
        "delimiter",
        "encoding",
        "files",
        "time_format",
    }
    unknown = sorted(content.keys() - known)
    names = {column.name for column in CONTRACTS[kind].columns}
    stray = sorted(
        (content.get("columns", {}).keys() | content.get("constants", {}).keys()) - names
    )
    if unknown or stray:
        raise FanzhaError(
            f"{path}: {', '.join(unknown + stray)} is nothing that the contract `{kind}` knows; "
            f"its columns are {', '.join(sorted(names))}"
        )
    mapping = Mapping(**content)
    if mapping.time_format:
        moment = datetime(2026, 3, 1, 10, 20, 30)  # noqa: DTZ001 (a time as a file writes it)
        try:
            read = datetime.strptime(moment.strftime(mapping.time_format), mapping.time_format)  # noqa: DTZ007
            whole = read.date() == moment.date()
        except (ValueError, TypeError):
            whole = False
        if not whole:
            raise FanzhaError(
                f"{path}: expected time_format = a form with year, month and day, such as "
                f"'%d.%m.%Y %H:%M:%S'; it says {mapping.time_format!r}"
            )
    return mapping
