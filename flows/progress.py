"""How far a run has come: steps tell it, and whoever started the run shows it.

A context variable carries the listener, because a flow's parameters are recorded by Prefect and
must be plain values. Without a listener nothing is shown.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.screen import Screen

Listener = Callable[[str, int, int | None], None]
"""Takes the name of a step, how much is done, and how much there is, where that is known."""

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


def tell(step: str, done: int, total: int | None = None) -> None:
    """Say how far a step has come."""
    listener = _listener.get()
    if listener is not None:
        listener(step, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear the progress of everything that runs inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def shown(console: Screen) -> Iterator[None]:
    """Show a bar per step on a terminal; where there is none, nothing is drawn."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        known: dict[str, object] = {}

        def show(step: str, done: int, total: int | None) -> None:
            if step not in known:
                known[step] = bars.add_task(step, total=total)
            bars.update(known[step], completed=done, total=total)  # type: ignore[arg-type]

        with listening(show):
            yield
