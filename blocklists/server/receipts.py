"""A carrier's word of what it enforces, read strictly: `POST /v1/receipts` with a small JSON object."""

import json
import re
from datetime import UTC, datetime, timedelta

from blocklists.server.shelf import Shelf, ShelfError
from pipeline.errors import FanzhaError
from pipeline.nouns import Receipt

MAX_BODY = 4096
"""Bytes of a receipt; a whole one has some 150."""
CLOCK_SKEW = timedelta(hours=1)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SHAPE = '{"serial": 42, "sha256": "64 hex digits of index.json", "enforced": 120, "at": "2026-03-01T08:00:00+00:00"}'


def read_receipt(body: bytes, *, consumer: str, now: datetime) -> Receipt:
    """Read a receipt. Raises `FanzhaError` with the shape that was expected."""
    try:
        value = json.loads(body)
        serial, enforced = value["serial"], value["enforced"]
        at = datetime.fromisoformat(value["at"])
        if not (_count(serial) and _count(enforced) and _SHA256.fullmatch(value["sha256"])):
            raise ValueError("a field of another type")
        if at.tzinfo is None or at > now + CLOCK_SKEW:
            raise ValueError("a time without zone, or in the future")
    except (ValueError, KeyError, TypeError) as error:
        raise FanzhaError(f"expected {_SHAPE}, and something else came: {error}") from error
    return Receipt(consumer, serial, value["sha256"], enforced, at.astimezone(UTC))


def is_ours(receipt: Receipt, shelf: Shelf) -> bool | None:
    """Whether the hash is that of the release we published; None where that release is gone.

    Raises `FanzhaError` for a serial that was never published.
    """
    if receipt.serial > shelf.latest_serial():
        raise FanzhaError(
            f"release {receipt.serial} has not been published; the newest is {shelf.latest_serial()}"
        )
    try:
        return shelf.release(receipt.serial).sha256 == receipt.sha256
    except ShelfError:
        return None


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
