"""The processes in which answers are read, so that a crawl goes on while pages are taken apart.

Documents, and whatever is taken from them, are parsed nowhere else. A page that kills or stops its
reader costs that page alone: the reader is replaced, and what had waited behind the page is read by the
next one.
"""

import asyncio
import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from pipeline.errors import FanzhaError
from spiders.reading import READY, TASKS
from spiders.wire import HEAD, LONGEST, GarbledError, answer, asked

PATIENCE = 30.0
"""Seconds for one task. The worst page known takes one."""
_TOLD = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHOME")
_GONE = 5.0
"""Seconds in which a reader that was hung up on ends by itself."""


class ReadingFailedError(Exception):
    """A task that raised in the reader, or that the reader did not survive."""


class _Process:
    """A reader process and the line to it; outlives batches, belongs to one at a time."""

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spiders.reading", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        if self.socket.recv(len(READY)) != READY:
            self.end(kill=True)
            raise FanzhaError(
                f"expected a process that reads pages, got one that ended with "
                f"{self.process.returncode}; its complaint is above, and `crawl.readers = 0` does "
                "without such processes"
            )

    def end(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_GONE)
            return
        self.process.kill()
        self.process.wait()


def _environment() -> dict[str, str]:
    """What a reader is told: where to find modules, and none of the keys and passwords beside it."""
    kept = {name: value for name in _TOLD if (value := os.environ.get(name)) is not None}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}


class _Shelf:
    """Readers that no batch uses at the moment; to start one takes longer than most batches."""

    def __init__(self) -> None:
        self._free: list[_Process] = []
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def take(self) -> _Process:
        with self._lock:
            if self._owner != os.getpid():
                # After a fork the lines are still the parent's: two speakers would garble them.
                self._free, self._owner = [], os.getpid()
            while self._free:
                one = self._free.pop()
                if one.process.poll() is None:
                    return one
                one.end()
        return _Process()

    def put_back(self, one: _Process, *, most: int) -> None:
        with self._lock:
            if len(self._free) < most:
                self._free.append(one)
                return
        one.end()

    def clear(self) -> None:
        with self._lock:
            if self._owner == os.getpid():
                for one in self._free:
                    one.end()
                self._free.clear()


_SHELF = _Shelf()
atexit.register(_SHELF.clear)


class _Line(asyncio.Protocol):
    """Speaks to one process. Answers come in the order of the questions."""

    def __init__(self, process: _Process, on_lost: "Callable[[_Line], None]") -> None:
        self.process = process
        self.waiting: deque[tuple[bytes, asyncio.Future[Any]]] = deque()
        self.transport: asyncio.Transport | None = None
        self.broken: str | None = None
        """Why nothing more can be asked: no process could be had in the place of one that died."""
        self._on_lost = on_lost
        self._buffer = bytearray()
        self._since = 0.0
        """When the task that is being done now was begun."""

    @classmethod
    async def open(cls, process: _Process, on_lost: "Callable[[_Line], None]") -> "_Line":
        """A line in the running loop; the process' own socket stays as it is."""
        loop = asyncio.get_running_loop()
        line = cls(process, on_lost)
        await loop.create_unix_connection(lambda: line, sock=process.socket.dup())
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def ask(self, message: bytes, future: "asyncio.Future[Any]") -> None:
        if not self.waiting:
            self._since = asyncio.get_running_loop().time()
        self.waiting.append((message, future))
        if self.transport is not None:
            self.transport.write(message)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= HEAD:
            size = int.from_bytes(self._buffer[at : at + HEAD], "big")
            if size > LONGEST or not self.waiting:
                self._give_up()
                return
            end = at + HEAD + size
            if len(self._buffer) < end:
                break
            try:
                done, result = answer(bytes(self._buffer[at + HEAD : end]))
            except GarbledError:
                self._give_up()
                return
            at = end
            self._since = asyncio.get_running_loop().time()
            _, future = self.waiting.popleft()
            if not future.done():
                if done:
                    future.set_result(result)
                else:
                    future.set_exception(ReadingFailedError(result))
        del self._buffer[:at]

    def _give_up(self) -> None:
        """A reader that says what none of ours says is no reader any more."""
        self._buffer.clear()
        self.process.process.kill()  # which loses the line

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._on_lost(self)

    @property
    def stuck(self) -> bool:
        late = asyncio.get_running_loop().time() - self._since
        return bool(self.waiting) and late > PATIENCE


class Readers:
    """The readers of one batch: use with `async with`, then ask. Belongs to one event loop.

    With a `count` of 0 everything is read in this process, for machines of one core.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._lines: list[_Line] = []
        self._watch: asyncio.TimerHandle | None = None
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> "Readers":
        for _ in range(self._count):
            process = await asyncio.to_thread(_SHELF.take)
            self._lines.append(await _Line.open(process, self._lost))
        self._look_after()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for task in self._mending:
            task.cancel()
        for line in self._lines:
            if line.transport is not None:
                line.transport.close()
            if line.waiting:  # a batch that was broken off; its answers are nobody's
                await asyncio.to_thread(line.process.end, kill=True)
            else:
                await asyncio.to_thread(_SHELF.put_back, line.process, most=self._count)

    async def ask(self, task: str, *arguments: Any) -> Any:
        """What came of one of `spiders.reading.TASKS`. Raises `ReadingFailedError`."""
        if not self._count:
            try:
                return TASKS[task](*arguments)
            except Exception as error:
                raise ReadingFailedError(f"{type(error).__name__}: {error}") from error
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        line = min(self._lines, key=lambda one: (one.broken is not None, len(one.waiting)))
        if line.broken is not None:
            raise ReadingFailedError(line.broken)
        line.ask(asked((task, arguments)), future)
        return await future

    def _look_after(self) -> None:
        for line in self._lines:
            if line.stuck:
                line.process.process.kill()  # which loses the line
        self._watch = asyncio.get_running_loop().call_later(PATIENCE / 10, self._look_after)

    def _lost(self, line: _Line) -> None:
        if self._closed:
            return
        # Shared fate for what waited behind; the one that was being read is the one to blame.
        _, blamed = line.waiting.popleft() if line.waiting else (b"", None)
        if blamed is not None and not blamed.done():
            blamed.set_exception(ReadingFailedError("the reader did not survive it"))
        task = asyncio.get_running_loop().create_task(self._replace(line))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _replace(self, line: _Line) -> None:
        await asyncio.to_thread(line.process.end, kill=True)
        try:
            new = await _Line.open(await asyncio.to_thread(_SHELF.take), self._lost)
        except (FanzhaError, OSError) as error:
            line.broken = str(error)
            for _, future in line.waiting:
                if not future.done():
                    future.set_exception(ReadingFailedError(line.broken))
            line.waiting.clear()
            return
        self._lines[self._lines.index(line)] = new
        # What was asked of the old line meanwhile waits in its queue too.
        for message, future in line.waiting:
            if not future.done():
                new.ask(message, future)
        line.waiting.clear()
