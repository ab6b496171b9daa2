"""Times as people and systems write them → aware UTC."""

import re
from datetime import UTC, datetime, tzinfo

_DATE = re.compile(
    r"(?P<era>民國|民国)?\s*(?P<year>\d{2,4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<hour>\d{1,2})[:时時点](?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})秒?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?", re.ASCII)
_FIRST_YEAR, _ERA = 1990, 1911
"""Before 1990 nothing was reported; years of the Republic (民國) count from 1911."""


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """The moment a text names, in UTC; a time without a zone is in `zone`. None where it is none.

    ISO 8601, `2024/1/4 10:02`, `2024年1月4日`, `113/01/04` (民國), `20240104`, seconds or
    milliseconds since 1970.
    """
    plain = text.strip()
    try:
        if _EPOCH.fullmatch(plain):
            at = datetime.fromtimestamp(int(plain[:10]), UTC)
        elif compact := _COMPACT.fullmatch(plain):
            at = _moment([int(part) for part in compact.groups("0")])
        elif parts := _DATE.fullmatch(plain):
            at = _of_parts(parts)
        else:
            at = datetime.fromisoformat(plain)
        at = at.replace(tzinfo=zone) if at.tzinfo is None else at
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= _FIRST_YEAR else None


def _of_parts(parts: re.Match[str]) -> datetime:
    year = int(parts["year"])
    if parts["era"] or len(parts["year"]) == 3:
        year += _ERA
    clock = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    return _moment([year, int(parts["month"]), int(parts["day"]), *clock])


def _moment(parts: list[int]) -> datetime:
    """Year, month, day, hour, minute, second, in a zone that the caller knows."""
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
