"""Why is a name listed? Answered from the files of a release alone, for anybody who asks.

`entries.jsonl` is in canonical order, so that an entry is found by some twenty looks into the file;
nothing is held in memory. Its reasons are found likewise, in `reasons.jsonl` by its decision. Two
small files have the last word: `hot.jsonl` says what was listed and removed since those were
written, `passthru.zone` which names are spared.
"""

import json
import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from blocklists.hot import NAME as HOT
from blocklists.hot import read_hot
from pipeline.appeal_code import appeal_code
from pipeline.categories import Category
from pipeline.indicators import host_of, is_ip
from pipeline.nouns import Indicator, Json, Kind

ENTRIES, REASONS = "entries.jsonl", "reasons.jsonl"
PASSTHRU = "passthru.zone"
_Place = TypeVar("_Place", str, tuple[int, bytes])


@dataclass(frozen=True, slots=True)
class PublicReason:
    """One reason as a member of the public may see it."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The entry by which something is listed."""

    indicator: Indicator
    """What is listed; its kind is the scope."""
    category: Category
    listed_at: datetime
    expires_at: datetime | None
    """None where no end is set."""
    reasons: tuple[PublicReason, ...]
    code: str
    """Appeal code."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to one question."""

    asked: Indicator
    serial: int
    at: datetime
    """When the release was made from which this is answered."""
    listing: Listing | None
    """None where it is not listed."""

    def as_json(self) -> Json:
        """The answer for machines."""
        listing = self.listing
        return {
            "asked": {"kind": self.asked.kind.value, "value": self.asked.value},
            "release": {"serial": self.serial, "at": self.at.isoformat()},
            "listed": listing is not None,
            "entry": None if listing is None else _listing_json(listing),
        }

    def as_text(self) -> Iterator[str]:
        """The answer for a person at a terminal, in both languages."""
        name, listing = self.asked.value, self.listing
        if listing is None:
            yield f"{name}: 不在名单中 · not listed (release {self.serial})"
            return
        yield f"{name}: 在名单中 · listed (release {self.serial})"
        yield f"  scope      {listing.indicator.kind.value} {listing.indicator.value}"
        yield f"  category   {listing.category.zh} · {listing.category.en}"
        yield f"  since      {listing.listed_at:%Y-%m-%d %H:%M} UTC"
        if listing.expires_at is not None:
            yield f"  until      {listing.expires_at:%Y-%m-%d %H:%M} UTC"
        for reason in listing.reasons:
            yield f"  reason     {reason.zh} · {reason.en}"
        yield f"  appeal     96110, 申诉码 · code {listing.code}"


def explain(folder: Path, asked: Indicator, *, serial: int, at: datetime) -> Explanation:
    """Whether and why something is listed, by the release in `folder`."""
    host = host_of(asked)
    listing = None
    if host is None or is_ip(host) or not _passes(folder, host):
        found = (_entry(folder, candidate) for candidate in candidates(asked))
        listing = next((entry for entry in found if entry is not None), None)
    return Explanation(asked, serial, at, listing)


def candidates(asked: Indicator) -> Iterator[Indicator]:
    """Everything whose listing would cover this: itself, its host, and the domains above."""
    yield asked
    host = host_of(asked)
    if host is None:
        return
    if asked.kind is not Kind.HOST:
        yield Indicator(Kind.HOST, host)
    if not is_ip(host):
        labels = host.split(".")
        for n in range(len(labels)):
            domain = Indicator(Kind.DOMAIN, ".".join(labels[n:]))
            if domain != asked:
                yield domain


def place(kind: str, value: str) -> tuple[int, bytes]:
    """Where an entry stands in `entries.jsonl`: names by reversed labels, then addresses, URLs of
    named hosts, URLs of addresses, and numbers."""
    if kind == Kind.NUMBER.value:
        return 4, value.encode()
    host = host_of(Indicator(Kind(kind), value)) or ""
    if is_ip(host):
        return (3 if kind == Kind.URL.value else 1), value.encode()
    key = b"".join(label.encode() + b" " for label in reversed(host.split(".")))
    return (2, key + b"\0" + value.encode()) if kind == Kind.URL.value else (0, key)


def find_line(path: Path, wanted: Indicator) -> Json | None:
    """The line of an entry in `entries.jsonl`, or None. Looks at some twenty lines of a million."""

    def where(entry: Json) -> tuple[int, bytes]:
        return place(entry["kind"], entry["value"])

    found = _lines_at(path, place(wanted.kind.value, wanted.value), where)
    return next((entry for entry in found if entry["kind"] == wanted.kind.value), None)


def find_reasons(path: Path, decision: str) -> tuple[PublicReason, ...]:
    """The reasons of a decision in `reasons.jsonl`; none where the file has none, or is not there."""
    try:
        line = next(_lines_at(path, decision, lambda line: str(line["decision"])), None)
    except FileNotFoundError:
        return ()
    return _reasons(line["reasons"]) if line else ()


@lru_cache(maxsize=8)
def spared_names(path: Path) -> frozenset[str]:
    """The names that a passthru zone spares, each with all below. A release never changes, so it is
    read once."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return frozenset()
    records = (line.partition(" ") for line in lines)
    return frozenset(owner for owner, _, data in records if "rpz-passthru." in data)


def _lines_at(path: Path, goal: _Place, where: Callable[[Json], _Place]) -> Iterator[Json]:
    """The lines whose place is the goal, of a file in the order of `where`."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            start = _first_at_or_after(text, goal, where)
            while start < len(text):
                line, start = _line(text, start)
                found = json.loads(line)
                if where(found) != goal:
                    return
                yield found


def _first_at_or_after(text: mmap.mmap, goal: _Place, where: Callable[[Json], _Place]) -> int:
    """Offset of the first line whose place is not before the goal."""
    low, high = 0, len(text)
    while low < high:
        middle = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        line, after = _line(text, middle)
        if where(json.loads(line)) < goal:
            low = after
        else:
            high = middle
    return low


def _line(text: mmap.mmap, start: int) -> tuple[bytes, int]:
    end = text.find(b"\n", start)
    end = len(text) if end < 0 else end
    return text[start:end], min(end + 1, len(text))


def _entry(folder: Path, wanted: Indicator) -> Listing | None:
    pair = wanted.kind.value, wanted.value
    hot = read_hot(folder / HOT)
    if pair in hot.removed:
        return None
    entry = hot.listed.get(pair)
    if entry is not None:
        return _listing(wanted, entry, _reasons(entry["reasons"]))
    try:
        entry = find_line(folder / ENTRIES, wanted)
    except FileNotFoundError:
        return None
    if entry is None:
        return None
    return _listing(wanted, entry, find_reasons(folder / REASONS, entry["decision"]))


def _listing(wanted: Indicator, entry: Json, reasons: tuple[PublicReason, ...]) -> Listing:
    expires = entry.get("expires_at")
    return Listing(
        indicator=wanted,
        category=Category(entry["category"]),
        listed_at=datetime.fromisoformat(entry["listed_at"]),
        expires_at=None if expires is None else datetime.fromisoformat(expires),
        reasons=reasons,
        code=appeal_code(entry["decision"]),
    )


def _reasons(said: Json) -> tuple[PublicReason, ...]:
    return tuple(PublicReason(r["id"], r["zh"], r["en"]) for r in said)


def _passes(folder: Path, host: str) -> bool:
    """Whether an exception spares a name, by itself or from above."""
    spared = spared_names(folder / PASSTHRU)
    labels = host.split(".")
    return any(".".join(labels[n:]) in spared for n in range(len(labels)))


def _listing_json(listing: Listing) -> Json:
    category = listing.category
    return {
        "scope": listing.indicator.kind.value,
        "value": listing.indicator.value,
        "category": {"id": category.value, "zh": category.zh, "en": category.en},
        "listed_at": listing.listed_at.isoformat(),
        "expires_at": listing.expires_at and listing.expires_at.isoformat(),
        "reasons": [{"id": r.id, "zh": r.zh, "en": r.en} for r in listing.reasons],
        "appeal_code": listing.code,
    }
