"""A row's cells → one Report: its indicators, and who, when, what kind and how many."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, tzinfo

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import parse_number
from pipeline.indicators.reasons import refuse
from pipeline.intake.claims import claims_of
from pipeline.intake.formats import Row
from pipeline.intake.kinds import category_of
from pipeline.intake.reasons import NOT_DATA, REASONS
from pipeline.intake.times import read_time
from pipeline.keys import keyed_hash
from pipeline.nouns import Indicator, Report

_MAX_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Desk:
    """What is the same for every row of one intake."""

    source: str
    key: bytes
    """Of the hashes that stand for reporters."""
    zone: tzinfo
    """Of times that name none."""
    now: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row, or a cell of an accepted one, that was not taken, and why."""

    line: int
    raw: str
    """As it came, the reporter's cell replaced by its hash."""
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a row: a report or none, and what was set aside of it."""

    report: Report | None
    aside: tuple[SetAside, ...] = ()


def read_row(row: Row, desk: Desk) -> Read:
    """The report of a row; nothing of it is dropped without a word in `aside`.

    It never raises: what a stranger wrote in one row must not stop the rows behind it.
    """
    if row.flaw:
        kept = row.raw if row.flaw in NOT_DATA or not row.names_reporter else _sealed(row, desk)
        return Read(None, (SetAside(row.line, kept, row.flaw, REASONS[row.flaw]),))
    try:
        return _read(row, desk)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told in the rejects)
        what = f"{REASONS['fault']}: {type(error).__name__}"
        kept = _sealed(row, desk) if row.names_reporter else row.raw
        return Read(None, (SetAside(row.line, kept, "fault", what),))


def _sealed(row: Row, desk: Desk) -> str:
    """What is kept of a row of which it is not known which cell names the reporter."""
    return f"{len(row.raw)} characters, hmac {keyed_hash(desk.key, row.raw)}"


def _read(row: Row, desk: Desk) -> Read:
    by_field = dict(reversed(row.cells))
    who = by_field.get("reporter", "").strip()
    reporter = keyed_hash(desk.key, _same_person(who)) if who else None
    raw = _without(row.raw, who, reporter)
    indicators: dict[Indicator, None] = {}
    errors: list[NotAnIndicatorError] = []
    for field, cell in row.cells:
        found, flaws = claims_of(field, cell)
        indicators |= dict.fromkeys(found)
        errors += flaws
    if not indicators:
        why = errors[0] if errors else refuse("no-indicator", raw)
        return Read(None, (SetAside(row.line, raw, why.reason, str(why)),))
    aside = [SetAside(row.line, raw, error.reason, str(error)) for error in errors]
    at, count = _time(by_field.get("time", ""), desk), _count(by_field.get("count", ""))
    if at is None and by_field.get("time", "").strip():
        aside.append(SetAside(row.line, raw, "bad-time", REASONS["bad-time"]))
    if count is None:
        aside.append(SetAside(row.line, raw, "bad-count", REASONS["bad-count"]))
    report = Report(
        source=desk.source,
        indicators=tuple(indicators),
        raw_sha256=hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest(),
        received_at=desk.now,
        reporter=reporter,
        reported_at=at,
        category=category_of(by_field.get("category", "")),
        count=count or 1,
    )
    return Read(report, tuple(aside))


def _same_person(who: str) -> str:
    """One text for a person whose number is written in several ways."""
    try:
        return parse_number(who).value
    except NotAnIndicatorError:
        return who.casefold()


def _without(raw: str, who: str, reporter: str | None) -> str:
    """The row with the reporter's hash in the reporter's place: its sha256 gives nobody away."""
    if reporter is None:
        return raw
    if who in raw:
        return raw.replace(who, f"reporter:{reporter}")
    # JSON writes the same text in several ways; the row is then kept as its reporter alone.
    return f"reporter:{reporter} {len(raw)}"


def _time(text: str, desk: Desk) -> datetime | None:
    at = read_time(text, desk.zone)
    # A day of grace: a source's clock or zone may be off.
    return None if at is None or (at - desk.now).total_seconds() > 86_400 else at


def _count(text: str) -> int | None:
    """A count of cases; 1 where none is given, None where it is none."""
    plain = text.strip().replace(",", "").removesuffix(".0")
    if not plain:
        return 1
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 11 else 0
    return number if 1 <= number <= _MAX_COUNT else None
