"""The copy on this machine: one folder per release, a link to the current one, and what we know.

FOLDER/current            link to the release that is enforced; it is switched atomically
FOLDER/releases/SERIAL/   the files of a release, its index and its signature
FOLDER/state.json         the newest release ever accepted, and a receipt still to be sent
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .refusals import Code, PullError
from .trust import Index, Listed, read_index


@dataclass(frozen=True, slots=True)
class State:
    """What outlives a run."""

    serial: int = 0
    """The newest release that was ever accepted: nothing older is."""
    sha256: str = ""
    """Of its index."""
    enforced: int = 0
    """The release that was switched to and reloaded without an error."""
    receipt: dict[str, Any] | None = None
    """A receipt that the service has not taken yet."""


class LocalCopy:
    """The folder. Making the object opens nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._releases = folder / "releases"
        self._link = folder / "current"
        self._state = folder / "state.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other pulls out of the folder. Raises `PullError` where one is under way."""
        try:
            self._releases.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield
        except BlockingIOError as error:
            raise PullError(
                Code.LOCAL, f"another pull is at work in {self.folder}; let it finish"
            ) from error
        except OSError as error:
            raise PullError(Code.LOCAL, f"{self.folder} cannot be used: {error}") from error

    def state(self) -> State:
        """What is known from former runs."""
        try:
            return State(**json.loads(self._state.read_bytes()))
        except FileNotFoundError:
            return State()
        except (ValueError, TypeError) as error:
            raise PullError(
                Code.LOCAL,
                f"{self._state} is damaged ({error}); without it a rollback goes unseen: restore it, or"
                " remove it to begin anew",
            ) from error

    def save(self, state: State) -> None:
        """Write the state, whole or not at all."""
        write_durably(self._state, json.dumps(asdict(state)).encode())

    def remember(self, **changes: Any) -> None:
        """Change some of the state."""
        self.save(replace(self.state(), **changes))

    def enforced(self) -> Index | None:
        """The release that is enforced, or None where there is none yet."""
        try:
            return read_index(self.path_of(self.state().enforced, "index.json").read_bytes())
        except FileNotFoundError:
            return None

    def holds(self, index: Index, chosen: Iterable[Listed]) -> bool:
        """Whether all these files of a release are here, whole by their size."""
        try:
            sizes = all(
                self.path_of(index.serial, listed.name).stat().st_size == listed.size
                for listed in chosen
            )
            return sizes and self.path_of(index.serial, "index.json").read_bytes() == index.raw
        except FileNotFoundError:
            return False

    def path_of(self, serial: int, name: str = "") -> Path:
        """Where a file of a release lies."""
        return self._releases / str(serial) / name

    @contextmanager
    def staging(self, serial: int) -> Iterator[Path]:
        """A folder to fill; it becomes the release's own when the block ends without an error."""
        draft = self._releases / f".{serial}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            yield draft
            target = self.path_of(serial)
            shutil.rmtree(target, ignore_errors=True)  # left by a run that was refused or killed
            draft.rename(target)
            _sync(self._releases)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def switch(self, serial: int | None) -> None:
        """Point `current` to a release, atomically; None takes the link away."""
        if serial is None:
            self._link.unlink(missing_ok=True)
            return
        draft = self.folder / ".current"
        draft.unlink(missing_ok=True)
        draft.symlink_to(Path("releases") / str(serial))
        draft.replace(self._link)
        _sync(self.folder)

    def forget_others(self, *serials: int) -> None:
        """Remove every release but these."""
        for path in self._releases.iterdir():
            if path.name not in {str(serial) for serial in serials}:
                shutil.rmtree(path, ignore_errors=True)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it is the old one or the new one."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
