"""One at a time on a carrier's shelf: a take, a rotation of its keys, and what follows a rotation.

A take that has the keys in hand while they are rotated would shelve under surrogates that nobody has.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pipeline.feeds.shelf import Shelf
from pipeline.private import private_folder

_HELD: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())


@contextmanager
def sole(shelf: Shelf) -> Iterator[None]:
    """Wait until nobody else is at work on the shelf, and keep others away; twice by one is once.

    The kernel gives the lock back when a process dies, however it dies.
    """
    held = _HELD.get()
    if shelf.home in held:
        yield
        return
    private_folder(shelf.home)
    with (shelf.home / "turn").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        token = _HELD.set(held | {shelf.home})
        try:
            yield
        finally:
            _HELD.reset(token)
