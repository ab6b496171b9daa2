"""A batch that fails, in ever smaller parts: who makes it fail is found, and the others go on."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator

_log = logging.getLogger(__name__)

Done = TypeVar("Done")

_ENOUGH = 16
"""Parts that fail with none that worked: then it is no site's doing."""


def apart(
    batch: Sequence[Indicator], act: Callable[[Sequence[Indicator]], list[Done]]
) -> tuple[list[Done], dict[Indicator, Exception]]:
    """What `act` gives for a batch, and who it fails for, with the reason.

    A batch that fails is halved, and its halves too: one bad subject among 500 costs the work of
    twice the batch. Raises what no subject can be blamed for: a full disk or a store out of reach
    (`OSError`, `MemoryError`), a wrong setting (`FanzhaError`), and whatever fails everywhere.
    """
    done: list[Done] = []
    failed: dict[Indicator, Exception] = {}
    parts, failures, worked = deque([list(batch)]), 0, False
    while parts:
        part = parts.popleft()
        try:
            done += act(part)
            worked = True
        except (OSError, MemoryError, FanzhaError):
            raise
        except Exception as error:
            failures += 1
            if not worked and failures >= _ENOUGH:
                raise
            if len(part) == 1:
                _log.error("%s fails by itself: %s", part[0], type(error).__name__)
                failed[part[0]] = error
            else:
                middle = len(part) // 2
                parts += [part[:middle], part[middle:]]
    return done, failed
