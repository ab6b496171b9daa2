"""What one batch learned and the next need not ask again: facts of domains, for a few minutes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Facts by key, each for `keep` from when it was learned; the oldest go beyond `most`.

    Never for addresses that are connected to. May be used from several threads.
    """

    def __init__(self, *, keep: timedelta, most: int) -> None:
        self._keep = keep
        self._most = most
        self._facts: OrderedDict[Hashable, tuple[datetime, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: datetime) -> T | None:
        """What is known of a key at a time; None where nothing is, or what was is too old."""
        with self._lock:
            at, fact = self._facts.get(key, (None, None))
        # A clock that went back makes nothing young again.
        return fact if at is not None and at <= now < at + self._keep else None

    def put(self, key: Hashable, fact: T, now: datetime) -> None:
        """Learn a fact."""
        with self._lock:
            self._facts[key] = (now, fact)
            self._facts.move_to_end(key)
            while len(self._facts) > self._most:
                self._facts.popitem(last=False)
