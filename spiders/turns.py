"""Whose turn it is: at one network address, which may keep silent, and among all requests of a batch."""

import asyncio
from collections import Counter

_PATIENCE = 16
"""Timeouts of one address in one batch, more than it gave answers, after which its time is cut short."""
_OF_ONE_HOST = 3
"""Timeouts of one host there, none of which it answered, after which nobody asks it again."""
SHORT = 2.0
"""Seconds for a request to an address that keeps silent: what answers at all has mostly begun by then."""
_QUIET = 1.0
"""Seconds without an answer after which a request keeps nobody from being begun."""


class SilentError(Exception):
    """There is nothing to wait for: this very host lets every request run out."""


class Turn:
    """The requests in flight to one address; use with `async with`. Belongs to one batch.

    A thousand names may lead to one address, most of which never answer, while others do: the origin
    of one tenant of a delivery network is gone, or somebody reports names that he lets hang. Every
    name is asked, but where the silence is plain it is given little time.
    """

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._timeouts: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    def seconds(self, host: str, full: float) -> float:
        """The time for a request to a host. Raises `SilentError` where the host is given up."""
        if self._timeouts[host] >= _OF_ONE_HOST and not self._answers[host]:
            raise SilentError
        timeouts = self._timeouts.total()
        silent = timeouts >= _PATIENCE and timeouts > self._answers.total()
        # A host that answered before is none of the silent ones.
        return min(full, SHORT) if silent and not self._answers[host] else full

    def ended(self, host: str, *, in_time: bool) -> None:
        """Count a request that had its turn; a refusal that comes in time is an answer, too."""
        (self._answers if in_time else self._timeouts)[host] += 1


class Places:
    """How many requests are worked on at once, of all that are out.

    To wait for a silent server costs nothing, so whoever does gives his place to the next one: many
    silent sites at the head of a batch do not hold up those behind them.
    """

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)

    def one(self) -> "_Place":
        """A place for as long as the block runs, or until it has been quiet for a while."""
        return _Place(self._free)


class _Place:
    """One place; use once, with `async with`."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._free.acquire()
        self._timer = asyncio.get_running_loop().call_later(_QUIET, self._give_back)

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def _give_back(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._free.release()
