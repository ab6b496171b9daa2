"""Practice range: one process of its own that serves a range until its starter lets go of it."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from examples.range.manifest import INTERNET
from examples.range.running import Running
from pipeline.errors import FanzhaError


@contextlib.contextmanager
def serve(
    directory: Path = INTERNET, *, loss: float = 0.0, now: datetime | None = None
) -> Iterator[Running]:
    """Serve a range folder in a process of its own until the block is left.

    `loss` is the share of UDP questions that get no answer; `now` is what certificates and
    registrations are dated from, the present by default. The process ends with its starter,
    however that ends. Raises `FanzhaError` for what is wrong in the folder.
    """
    arguments = ["folder", str(directory.resolve()), str(loss), *([now.isoformat()] if now else [])]
    with child(arguments) as running:
        yield running


@contextlib.contextmanager
def child(arguments: list[str]) -> Iterator[Running]:
    """The process behind `serve`: `folder DIR [LOSS [NOW]]` or `many HOSTS SILENT`."""
    command = [sys.executable, "-m", "examples.range", *arguments]
    with (
        tempfile.TemporaryFile("w+") as complaints,  # a pipe that nobody reads would fill up
        subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise AssertionError("the pipes of a process that was given pipes")
        line = process.stdout.readline()
        if not line:
            process.wait()
            complaints.seek(0)
            told = complaints.read().strip()
            raise FanzhaError(told or "the practice range ended without a word")
        try:
            yield Running.from_json(line)
        finally:
            process.stdin.close()  # the range ends when its standard input does
            process.wait()


def main(arguments: list[str]) -> int:
    """Serve until standard input ends; the first line of output is `Running` as JSON."""
    from examples.range.folder import internet_of
    from examples.range.listening import Internet, listening
    from examples.range.many import many

    def made() -> tuple[Internet, datetime]:
        kind, *rest = arguments
        if kind == "many":
            return many(int(rest[0]), silent=int(rest[1])), datetime.now(UTC)
        now = datetime.fromisoformat(rest[2]) if len(rest) > 2 else datetime.now(UTC)
        loss = float(rest[1]) if len(rest) > 1 else 0.0
        return internet_of(Path(rest[0]), now=now, loss=loss), now

    async def work() -> None:
        internet, now = made()
        async with listening(internet, now=now) as running:
            sys.stdout.write(running.to_json() + "\n")
            sys.stdout.flush()
            await asyncio.to_thread(sys.stdin.read)

    try:
        asyncio.run(work())
    except FanzhaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
