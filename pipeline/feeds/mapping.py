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
from typing import Annotated, Any

from pydantic import ConfigDict, Strict, TypeAdapter, ValidationError

from pipeline.errors import FanzhaError
from pipeline.feeds.contracts import CONTRACTS, Contract


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file's columns become the contract's; the default takes them as they are."""

    __pydantic_config__ = ConfigDict(extra="forbid")

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
    opaque: Annotated[bool, Strict()] = False
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


_AS_WRITTEN = TypeAdapter(Mapping)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises `FanzhaError` where it is no mapping of a known feed."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FanzhaError(
            f"{path}: expected a mapping file in TOML ({error}); see docs/feeds.md"
        ) from error
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in CONTRACTS:
        raise FanzhaError(
            f"{path}: expected kind = one of {', '.join(CONTRACTS)}; it says {kind!r}"
        )
    try:
        mapping = _AS_WRITTEN.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FanzhaError(
            f"{path}: {place}: {first['msg']}; see docs/feeds.md for what a mapping may say"
        ) from None
    names = {column.name for column in mapping.contract.columns}
    named = (mapping.columns, mapping.constants, mapping.values)
    stray = sorted({name for words in named for name in words} - names)
    if stray:
        raise FanzhaError(
            f"{path}: {', '.join(stray)} is nothing that the contract `{kind}` knows; "
            f"its columns are {', '.join(sorted(names))}"
        )
    _check_writing(path, mapping)
    return mapping


def _check_writing(path: Path, mapping: Mapping) -> None:
    """Refuse what no file can be read by: delimiter, encoding, form of times."""
    if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n' or mapping.delimiter.isalnum():
        raise FanzhaError(
            f"{path}: expected delimiter = one sign such as ';' or '|'; it says {mapping.delimiter!r}"
        )
    try:
        plain = "a,\n".encode(mapping.encoding) == b"a,\n"
    except (LookupError, UnicodeEncodeError):
        plain = False
    if not plain:
        raise FanzhaError(
            f"{path}: expected encoding = one that has ASCII within, such as 'utf-8' or 'gb18030'; it says "
            f"{mapping.encoding!r}"
        )
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
