"""Quotas: whether a consumer may ask any more today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from blocklists.server.consumers import Consumer
from blocklists.server.ledger import Ledger


@dataclass(frozen=True, slots=True)
class UsedUp:
    """What a consumer is told that must wait."""

    detail: str
    wait: int
    """Seconds until the next day (UTC)."""


def used_up(ledger: Ledger, consumer: Consumer, now: datetime) -> UsedUp | None:
    """Whether today's requests or bytes are used up; None where there are some left."""
    if consumer.requests_per_day is None and consumer.bytes_per_day is None:
        return None
    requests, size = ledger.used(consumer.name, now)
    over = (consumer.requests_per_day is not None and requests >= consumer.requests_per_day) or (
        consumer.bytes_per_day is not None and size >= consumer.bytes_per_day
    )
    if not over:
        return None
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return UsedUp(
        f"today's quota is used up ({requests} requests, {size} bytes); ask less often with"
        " If-None-Match, take deltas, or ask for a larger quota",
        int((midnight - now).total_seconds()) + 1,
    )
