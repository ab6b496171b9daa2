"""What a request asks for beyond its path: content coding, validators and ranges (RFC 9110)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

CODINGS = (b"zstd", b"gzip")
"""Codings that are kept beside every file, the best first."""


@lru_cache(maxsize=256)
def preferred_codings(accept: bytes) -> tuple[str, ...]:
    """Codings to try in order for an `Accept-Encoding`; the last is always `identity` (§12.5.3).

    A coding with `q=0` is never tried; `*` stands for those not named.
    """
    weights: dict[bytes, float] = {}
    for part in accept.lower().split(b","):
        token, _, parameters = part.strip().partition(b";")
        weight = 1.0
        for parameter in parameters.split(b";"):
            name, _, value = parameter.strip().partition(b"=")
            if name == b"q":
                weight = _weight(value)
        weights[token.strip()] = weight
    rest = weights.get(b"*", 0.0)
    wanted = [(weights.get(coding, rest), coding) for coding in CODINGS]
    ranked = sorted((pair for pair in wanted if pair[0] > 0), key=lambda pair: -pair[0])
    return (*(coding.decode() for _, coding in ranked), "identity")


def _weight(value: bytes) -> float:
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def matches(header: bytes, etag: bytes) -> bool:
    """Whether an `If-None-Match` names this entity tag, by weak comparison (§13.1.2)."""
    if header == etag:
        return True
    tags = [tag.strip().removeprefix(b"W/") for tag in header.split(b",")]
    return b"*" in tags or etag in tags


@lru_cache(maxsize=256)
def _http_date(value: bytes) -> datetime | None:
    try:
        return parsedate_to_datetime(value.decode("latin-1"))
    except (ValueError, TypeError):
        return None


def unchanged_since(header: bytes, modified: datetime) -> bool:
    """Whether an `If-Modified-Since` is at or after the last change, to the second (§13.1.3)."""
    since = _http_date(header)
    if since is None or since.tzinfo is None:
        return False
    return modified.replace(microsecond=0) <= since


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The first byte and the one after the last, of a body of `size` bytes."""

    start: int
    stop: int


class UnsatisfiableRangeError(ValueError):
    """A range that begins behind the end; answered with 416 (§15.5.17)."""


def byte_range(header: bytes, size: int) -> ByteRange | None:
    """The one range that a `Range` header asks for (§14.2).

    None where the whole should be sent: another unit, several ranges, or a malformed header, which
    a server may all ignore. Raises `UnsatisfiableRangeError` for a range outside the body.
    """
    unit, _, spec = header.partition(b"=")
    first, dash, last = spec.strip().partition(b"-")
    digits = (not first or first.isdigit()) and (not last or last.isdigit())
    if unit.strip().lower() != b"bytes" or not dash or not digits or not (first or last):
        return None
    if len(spec) > 40:  # no file is that long, and int() of a long text is slow
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise UnsatisfiableRangeError
        return ByteRange(max(0, size - int(last)), size)
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise UnsatisfiableRangeError
    return ByteRange(start, stop)
