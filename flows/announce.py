"""Decision → release at once: a thread that publishes soon after the desk decided something."""

import logging
import threading
from collections.abc import Callable

from blocklists.ceilings import HeldError
from pipeline.errors import FanzhaError

_PAUSE = 10.0
"""Seconds until a release that could not be made is tried again."""
_LOG = logging.getLogger(__name__)

GATHER_SECONDS = 1.0
"""How long decisions are gathered into one release; a block must be downloadable within ten."""


class Announcer:
    """Publishes after each burst of decisions, one release at a time. A context manager."""

    def __init__(self, publish: Callable[[], object], *, gather: float = GATHER_SECONDS) -> None:
        self._publish = publish
        self._gather = gather
        self._turn = threading.Condition()
        self._wanted = False
        self._over = False
        self._thread = threading.Thread(target=self._work, name="announcer", daemon=True)

    def __enter__(self) -> "Announcer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Publish what is still wanted, then stop."""
        with self._turn:
            self._over = True
            self._turn.notify_all()
        self._thread.join()

    def decided(self) -> None:
        """Say that something was decided; returns at once."""
        with self._turn:
            self._wanted = True
            self._turn.notify_all()

    def _work(self) -> None:
        while self._next():
            try:
                self._publish()
            except HeldError as error:
                # Un-blocks went out; the rest waits for a person, and not for another try.
                _LOG.warning("a release waits: %s", error)
            except FanzhaError as error:
                _LOG.warning("no release was made: %s", error)
                self._again()
            except Exception:  # noqa: BLE001 (a thread that dies is heard by nobody)
                # Whatever failed, decisions go on, and one must not stop being published unheard.
                _LOG.exception("no release was made; it is tried again")
                self._again()

    def _again(self) -> None:
        """Want a release still, after a pause, unless the desk is closing."""
        with self._turn:
            if not self._over:
                self._turn.wait_for(lambda: self._over, timeout=_PAUSE)
                self._wanted = not self._over

    def _next(self) -> bool:
        """Wait until something is wanted and what comes with it was gathered; False at the end."""
        with self._turn:
            self._turn.wait_for(lambda: self._wanted or self._over)
            if not self._wanted:
                return False
            self._turn.wait_for(lambda: self._over, timeout=self._gather)
            self._wanted = False
            return True
