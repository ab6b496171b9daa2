"""Lines → rows of named cells: CSV, TSV, JSON lines and plain text."""

import csv
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pipeline.errors import FanzhaError
from pipeline.intake.columns import CLAIMS, COLUMNS, field_of, fields_by_content, header_fields
from pipeline.intake.lines import Line

_SAMPLE = 30
"""Rows that are looked at before the layout of a file is known."""
_MAX_SPAN = 100
"""Lines over which one quoted cell may run."""
_HEADERS = 5
"""Rows among which a header is looked for; some files have one in each of two languages."""
_COMMENT = ("#", "!")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it begins, how it came, and its cells by field; `flaw` where it has none."""

    line: int
    raw: str
    cells: tuple[tuple[str, str], ...] = ()
    flaw: str | None = None
    names_reporter: bool = True
    """Whether one of its cells may name the reporter: its raw text is then kept from others."""


Reader = Callable[[Iterator[Line], str], Iterator[Row]]


def read_text(lines: Iterator[Line], name: str) -> Iterator[Row]:
    """Plain text: each line is an indicator, or a sentence with some."""
    for line in lines:
        flaw = line.flaw or _no_data(line.text)
        yield Row(line.number, line.text, () if flaw else (("line", line.text),), flaw, False)


def read_json_lines(lines: Iterator[Line], name: str) -> Iterator[Row]:
    """One JSON object per line (jsonlines.org), its keys named as columns are."""
    sample = list(itertools.islice(lines, _SAMPLE))
    rows = [_json_row(line) for line in sample]
    if sample and sample[0].text.lstrip().startswith("["):
        raise FanzhaError(
            f"{name}: expected JSON lines, one object per line, got one JSON list; "
            "turn it round with: jq -c '.[]'"
        )
    if not any(field in CLAIMS for row in rows for field, _ in row.cells) and any(
        row.flaw == "columns" for row in rows
    ):
        raise FanzhaError(f"{name}: {_wanted()}, and no object has one of these keys")
    yield from rows
    yield from map(_json_row, lines)


def _json_row(line: Line) -> Row:
    if flaw := line.flaw or _no_data(line.text):
        return Row(line.number, line.text, flaw=flaw)
    try:
        value = json.loads(line.text)
    except (ValueError, RecursionError):
        return Row(line.number, line.text, flaw="bad-json")
    if not isinstance(value, dict):
        return Row(line.number, line.text, flaw="bad-json")
    cells = []
    for key, held in value.items():
        field = field_of(key)
        for item in held if isinstance(held, list) else [held]:
            if field and isinstance(item, str | int | float) and not isinstance(item, bool):
                cells.append((field, str(item)))
    known = any(field in CLAIMS for field, _ in cells)
    return Row(line.number, line.text, tuple(cells), None if known else "columns")


def read_csv(lines: Iterator[Line], name: str) -> Iterator[Row]:
    """Separated by commas (RFC 4180), semicolons, bars or tabs, with quotes; a cell may hold line ends."""
    ahead = list(itertools.islice(lines, _SAMPLE))
    data = [line.text for line in ahead if not (line.flaw or _no_data(line.text))]
    first = data[0] if data else ""
    delimiter = max(
        ",;|\t", key=lambda mark: (bool(header_fields(first.split(mark))), first.count(mark))
    )
    return _table(_records(itertools.chain(ahead, lines), delimiter), name)


def read_tsv(lines: Iterator[Line], name: str) -> Iterator[Row]:
    """Separated by tabs, where a quote is a character like any other."""
    return _table(
        (
            _Record(line.number, line.text, tuple(line.text.split("\t")), line.flaw)
            for line in lines
        ),
        name,
    )


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    raw: str
    cells: tuple[str, ...]
    flaw: str | None


def _records(lines: Iterator[Line], delimiter: str) -> Iterator[_Record]:
    """Rows of a file with quotes; one that opens and does not close costs its own line only."""
    waiting: deque[Line] = deque()
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        if line.flaw or '"' not in line.text:
            yield _Record(line.number, line.text, tuple(line.text.split(delimiter)), line.flaw)
            continue
        span = [line]
        cells = _cells(line.text, delimiter)
        while cells is None and len(span) < _MAX_SPAN:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                break
            span.append(following)
            # Only a line with a quote can close the cell.
            if not following.flaw and '"' in following.text:
                cells = _cells("\n".join(part.text for part in span), delimiter)
        if cells is None:
            waiting.extendleft(reversed(span[1:]))
            yield _Record(line.number, line.text, (), "open-quote")
        else:
            yield _Record(line.number, "\n".join(part.text for part in span), cells, None)


def _cells(text: str, delimiter: str) -> tuple[str, ...] | None:
    """The cells of one row; None where a quoted cell has no end."""
    pieces = text.splitlines(keepends=True)
    try:
        return tuple(next(csv.reader(pieces, delimiter=delimiter, strict=True), ()))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        return tuple(next(csv.reader(pieces, delimiter=delimiter), ()))


def _table(records: Iterator[_Record], name: str) -> Iterator[Row]:
    """Rows under the names of their columns, which the first rows give by name or by content."""
    sample = list(itertools.islice(records, _SAMPLE))
    data = [record for record in sample if not (record.flaw or _no_data(record.raw))]
    fields = _layout(data, name)
    # The same names again, as where files were put one after another, are no rows either.
    headers = {record.cells for record in data[:_HEADERS] if header_fields(record.cells)}
    begun = False
    for record in itertools.chain(sample, records):
        row = _row(record, fields, headers, begun)
        begun = begun or row.flaw not in {"blank", "comment"}
        yield row


def _layout(sample: Sequence[_Record], name: str) -> tuple[str | None, ...]:
    headers = [fields for record in sample[:_HEADERS] if (fields := header_fields(record.cells))]
    for fields in headers:
        if any(field in CLAIMS for field in fields):
            return fields
    fields = fields_by_content([record.cells for record in sample])
    if "site" in fields and not headers:
        return fields
    if not sample:
        return ("site",)
    raise FanzhaError(f"{name}: {_wanted()}; got {', '.join(sample[0].cells)[:200]!r}")


def _row(
    record: _Record, fields: tuple[str | None, ...], headers: set[tuple[str, ...]], begun: bool
) -> Row:
    short = len(record.cells) < len(fields)
    flaw = record.flaw or _no_data(record.raw, comments=short or not begun)
    if not flaw and record.cells in headers:
        flaw = "header"
    cells = tuple(
        (field, cell) for field, cell in zip(fields, record.cells, strict=False) if field and cell
    )
    if not flaw and not any(field in CLAIMS for field, _ in cells):
        flaw = "columns"
    return Row(record.line, record.raw, cells, flaw, "reporter" in fields)


def _no_data(text: str, *, comments: bool = True) -> str | None:
    if not text.strip():
        return "blank"
    return "comment" if comments and text.lstrip().startswith(_COMMENT) else None


def _wanted() -> str:
    names = ", ".join(f"{COLUMNS[field][0]}/{_chinese(field)}" for field in CLAIMS)
    return f"expected a column that names a site or a number ({names}; docs/intake.md has them all)"


def _chinese(field: str) -> str:
    return next(name for name in COLUMNS[field] if not name.isascii())


FORMATS: dict[str, Reader] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_json_lines,
    "text": read_text,
}
"""Name of a format → its reader: lines and the name of the file → rows."""

_ENDINGS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"
}  # fmt: skip


def format_of(name: str, lines: Sequence[Line]) -> str:
    """The format of a file by the ending of its name, else by its first lines."""
    path = PurePath(name.lower().removesuffix(".gz"))
    if path.suffix in _ENDINGS:
        return _ENDINGS[path.suffix]
    data = [line.text for line in lines if not (line.flaw or _no_data(line.text))]
    if not data:
        return "text"
    if data[0].lstrip().startswith("{"):
        return "jsonl"
    for delimiter, form in (("\t", "tsv"), (",", "csv"), (";", "csv")):
        if delimiter in data[0] and header_fields(data[0].split(delimiter)):
            return form
    return "tsv" if all("\t" in text for text in data) else "text"
