"""A table of organisations' service numbers → a list of protected numbers.

The table is CSV with the columns `category,organization,raw`; further columns are left alone. What is
written is a file of `pipeline.protected`, to be named in the setting `protected.files`.
"""

import csv
from pathlib import Path

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.indicators import parse_number


def write_protected(source: Path, out: Path) -> tuple[int, list[str]]:
    """Write the numbers of a table as TOML; returns how many, and the rows that are no number.

    Raises `FanzhaError` where the table lacks its columns.
    """
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"organization", "raw"} - set(rows.fieldnames or ())
        if missing:
            raise FanzhaError(
                f"{source}: expected the columns category, organization, raw; missing: "
                f"{', '.join(sorted(missing))}"
            )
        numbers: set[str] = set()
        refused: list[str] = []
        for n, row in enumerate(rows, 2):
            found = _first_number(row["raw"] or "", row.get("digits") or "")
            if found is None:
                refused.append(f"line {n}: {row['raw']}")
            else:
                numbers.add(found)
    lines = [
        "version = 1",
        "",
        "[[numbers]]",
        'kind = "service"',
        'zh = "机构客服号码"',
        'en = "an organisation\'s service number"',
        "numbers = [",
        *(f'  "{number}",' for number in sorted(numbers)),
        "]",
        "patterns = []",
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(numbers), refused


def _first_number(*texts: str) -> str | None:
    """The first text that is a number; tables keep the digits beside what somebody wrote."""
    for text in texts:
        try:
            return parse_number(text).value
        except NotAnIndicatorError:
            continue
    return None
