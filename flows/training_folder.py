"""A folder of plain files → a corpus to train or evaluate with. docs/sites.md describes the files.

Markup is read here, by `spiders.extract`, as a crawl would read it, so that the model is trained on
what it will see.
"""

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, TypeVar

from classifiers.domains.corpus import UNKNOWN_HOST, Corpus, EvidenceRow, HostRow, PageRow
from classifiers.domains.rows import wording
from pipeline.errors import FanzhaError

_T = TypeVar("_T")
Tick = Callable[[int], None]
"""Told after each row how many rows were read since the last time."""

_HAN = re.compile("[\u4e00-\u9fff]")


def read_folder(folder: Path, *, tick: Tick) -> Corpus:
    """Everything in a folder whose name begins with `host`, `html` or `page`, `phish_text` or `text`,
    `zh_text`, `evidence`. Raises `FanzhaError` for a row that misses a column, with file and line."""
    if not folder.is_dir():
        raise FanzhaError(f"expected a folder of labelled files, got {folder}; see docs/sites.md")
    hosts: list[HostRow] = []
    pages: list[PageRow] = []
    texts: list[PageRow] = []
    chinese: list[PageRow] = []
    settled: list[EvidenceRow] = []
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(".gz")
        if name.startswith("host") and name.endswith(".csv"):
            hosts += _each(path, _hosts(path), tick)
        elif name.endswith(".jsonl"):
            if name.startswith(("html", "page")):
                pages += _each(path, map(_page, _lines(path)), tick)
            elif name.startswith("zh_text"):
                chinese += _each(path, map(_text, _lines(path)), tick)
            elif name.startswith(("phish_text", "text")):
                texts += _each(path, map(_text, _lines(path)), tick)
            elif name.startswith("evidence"):
                settled += _each(path, map(_settled, _lines(path)), tick)
    if not any((hosts, pages, texts, chinese, settled)):
        raise FanzhaError(
            f"{folder} has none of host*.csv, html*.jsonl, text*.jsonl, zh_text*.jsonl, "
            "evidence*.jsonl (each may end in .gz); docs/sites.md describes them"
        )
    return Corpus(hosts, pages, texts, chinese, settled)


def _each(path: Path, found: Iterator[_T], tick: Tick) -> Iterator[_T]:
    number = 0
    try:
        for row in found:
            number += 1
            yield row
            tick(1)
    except (KeyError, ValueError, TypeError, EOFError, gzip.BadGzipFile) as error:
        raise FanzhaError(
            f"{path}, row {number + 1}: {type(error).__name__}: {error}; "
            "docs/sites.md names the columns of each file"
        ) from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with _opened(path) as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _date(value: object) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _hosts(path: Path) -> Iterator[HostRow]:
    with _opened(path) as file:
        for row in csv.DictReader(file):
            host = row["domain"].strip().lower().rstrip(".")
            # Reported dirt: a wildcard or a bare word names no host.
            if "*" not in host and "." in host:
                seen = _date(row.get("first_seen"))
                yield HostRow(host, int(row["label"]), row.get("source") or "own", seen)


def _page(row: dict[str, Any]) -> PageRow:
    from spiders.extract import extract_text

    host = row.get("host") or UNKNOWN_HOST
    page = row.get("page") or extract_text(row["html"], url=f"https://{host}/").to_json()
    source = row.get("source") or "own"
    # A named group is a template; where the group is only the collection, each page is its own.
    group = row.get("group") or ""
    own = not group or source.startswith(group) or group.startswith(source.split("_")[0])
    return PageRow(
        page,
        int(row["label"]),
        source,
        str(row.get("id")) if own else group,
        _date(row.get("date")),
        None,
        host,
    )


def _text(row: dict[str, Any]) -> PageRow:
    from spiders.extract.fold import fold
    from spiders.extract.state import page_state

    text, title = fold(row["text"]), fold(row.get("title") or "")
    page = {"title": title, "text": text, "state": "live"}
    if _HAN.search(text):
        page["language"] = "zh"
    else:
        # The text of a page, which may be no more than a notice; a Chinese one is a message.
        page["state"] = page_state(200, title=title, text=text, content=1, resource_hosts=())
    seen = _date(row.get("date"))
    group = wording(text) if _HAN.search(text) else f"{title[:20]} {text[:40]}"
    source = row.get("source") or "phish_text"
    return PageRow(page, int(row["label"]), source, group, seen, row.get("class"))


def _settled(row: dict[str, Any]) -> EvidenceRow:
    from datetime import datetime

    from pipeline.categories import Category
    from pipeline.nouns import Evidence, Indicator, ReportTally

    tally = ReportTally(
        reports=row.get("reports", 0),
        reporters=row.get("reporters", 0),
        sources=tuple(row.get("sources", ())),
        trusted=tuple(row.get("trusted", ())),
        categories=tuple(Category(name) for name in row.get("categories", ())),
    )
    at = datetime.fromisoformat(row["at"])
    evidence = Evidence(Indicator.from_key(row["indicator"]), at, row["facts"], tally)
    category = Category(row["category"]) if row.get("category") else None
    return EvidenceRow(
        evidence, int(row["label"]), category, datetime.fromisoformat(row["settled"])
    )
