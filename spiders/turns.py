"""Whose turn it is at one network address, and when nobody waits for it any longer."""

import asyncio

_PATIENCE = 16
"""Timeouts of one address in one batch, more than it gave answers, after which it is given up."""


class SilentError(Exception):
    """There is nothing to wait for: the address lets every request run out."""


class Turn:
    """The requests in flight to one address; use with `async with`. Belongs to one batch.

    A thousand names may lead to one address that accepts and says nothing. Who waits for its turn
    there holds one of the crawl's places, so all are let go as soon as the silence is plain.
    """

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._timeouts = 0
        self._answers = 0

    async def __aenter__(self) -> None:
        self._check()
        await self._free.acquire()
        try:
            self._check()
        except SilentError:
            self._free.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    def ended(self, *, in_time: bool) -> None:
        """Count a request that had its turn; a refusal that comes in time is an answer, too."""
        if in_time:
            self._answers += 1
        else:
            self._timeouts += 1

    def _check(self) -> None:
        if self._timeouts >= _PATIENCE and self._timeouts > self._answers:
            raise SilentError
