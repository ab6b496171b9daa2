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
def sole(shelf: Shelf, *, wait: bool = True) -> Iterator[bool]:
    """Wait until nobody else is at work on the shelf, and keep others away; twice by one is once.

    Without `wait` it is False where somebody is: what can wait for another time then does nothing. The
    kernel gives the lock back when a process dies, however it dies.
    """
    held = _HELD.get()
    if shelf.home in held:
        yield True
        return
    private_folder(shelf.home)
    with (shelf.home / "turn").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        token = _HELD.set(held | {shelf.home})
        try:
            yield True
        finally:
            _HELD.reset(token)
