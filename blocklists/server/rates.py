"""How often one address may ask what is open to everybody."""

from collections import OrderedDict

ADDRESSES = 10_000
"""Addresses remembered at once; the one that asked longest ago is forgotten first."""


class Rates:
    """A token bucket per address: `burst` at once, and `per_minute` in the long run."""

    def __init__(self, *, burst: int = 20, per_minute: float = 30.0) -> None:
        self._burst, self._refill = burst, per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, address: str, *, at: float) -> bool:
        """Whether this address may ask at this time (seconds of any steady clock)."""
        tokens, since = self._buckets.pop(address, (float(self._burst), at))
        tokens = min(float(self._burst), tokens + (at - since) * self._refill)
        allowed = tokens >= 1
        self._buckets[address] = (tokens - 1 if allowed else tokens, at)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return allowed
