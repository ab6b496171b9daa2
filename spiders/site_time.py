"""How long one site may keep us: one clock for all of its requests, whichever of them it lets wait."""

import asyncio


class SiteTime:
    """Seconds in which something was under way at a site, however many requests it was at once.

    Waiting for a turn in our own queues is not the site's doing and does not count, nor does reading.
    """

    def __init__(self) -> None:
        self._used = 0.0
        self._under_way = 0
        self._since = 0.0

    def __enter__(self) -> None:
        """Something is asked of the site as long as the block runs; blocks may overlap."""
        if not self._under_way:
            self._since = asyncio.get_running_loop().time()
        self._under_way += 1

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._used += asyncio.get_running_loop().time() - self._since

    def used(self) -> float:
        """The seconds until now."""
        running = asyncio.get_running_loop().time() - self._since if self._under_way else 0.0
        return self._used + running
