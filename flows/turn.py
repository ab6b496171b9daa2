"""One scheduled run of a kind at a time: a run that is due while the last one goes on steps back."""

import fcntl
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from prefect import State
from prefect.states import Completed

from pipeline.settings import load_settings

T = TypeVar("T")


def alone(run: Callable[[], T]) -> Callable[[], T | State[Any]]:
    """Let `run` go only if no other process on this home is in it; else end as skipped.

    The kernel gives the lock back when a process dies however it dies. A limit kept by Prefect's
    server outlives a killed run, and then cancels every later one.
    """

    @functools.wraps(run)
    def in_turn() -> T | State[Any]:
        folder = load_settings().home / "turns"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / run.__name__).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return Completed(name="Skipped", message="the run before it is still going")
            return run()

    return in_turn
