"""Practice range: the tables of docs/range.md, made from what they describe.

`python -m examples.range.tables` writes them anew between their marks; a test fails until it has.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import BaseModel

from examples.range.behaviour import Behaviour
from examples.range.hostile import HOSTS, TARGETS
from examples.range.manifest import INTERNET, Expectation, Host, Manifest, read_manifest
from examples.range.traps import TRAPS

PAGE = Path(__file__).parents[2] / "docs" / "range.md"
_MARK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.S)


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + "---|" * columns]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def hosts(manifest: Manifest) -> str:
    """What is reported of a range, and what must come of it, as a Markdown table."""
    return _table(
        "reported | expected | listed as | category | what is to be seen",
        (
            (
                f"`{one.report}`",
                one.expect + (f" ({one.label})" if one.label else ""),
                f"`{one.scope}`" if one.scope and one.expect in ("block", "review") else "",
                one.category.value if one.category else "",
                one.note,
            )
            for one in manifest.expectations
        ),
    )


def _fields(model: type[BaseModel], *, leave: type[BaseModel] | None = None) -> str:
    left = set(leave.model_fields) if leave else set()
    return _table(
        "field | meaning",
        (
            (f"`{name}`", field.description or "Name of the host; `*.` before it stands for any.")
            for name, field in model.model_fields.items()
            if name not in left
        ),
    )


def _named(values: Iterable[tuple[str, str]]) -> str:
    return _table("name | what it does", ((f"`{name}`", says) for name, says in values))


TABLES: dict[str, Callable[[], str]] = {
    "manifest": lambda: _fields(Manifest),
    "host": lambda: _fields(Host, leave=Expectation),
    "expectation": lambda: _fields(Expectation),
    "behaviour": lambda: _fields(Behaviour),
    "hosts": lambda: hosts(read_manifest(INTERNET)),
    "traps": lambda: _named((path, trap.says) for path, trap in TRAPS.items()),
    "targets": lambda: _named((name, f"`{url}`") for name, url in TARGETS.items()),
    "hostile": lambda: _named((host, says) for host, (says, _) in HOSTS.items()),
}
"""Name of a table in the page → how it is made."""


def renewed(text: str) -> str:
    """The page with all of its tables made anew."""
    return _MARK.sub(lambda mark: f"{mark[1]}{TABLES[mark[2]]()}{mark[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
