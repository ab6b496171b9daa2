"""The Prefect server that the clock needs: the one that is named, or one of our own beside the home.

The server that Prefect embeds in a run has no scheduler, and would never start anything.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows.prefect_quiet import prepare
from pipeline.errors import FanzhaError
from pipeline.settings import Settings

STARTING = 300.0
"""Seconds for a first start, which makes a database of its own; a busy machine is slow at it."""

_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when the one that started it is gone."""


@contextmanager
def server(settings: Settings, *, log: str = "INFO") -> Iterator[str]:
    """Prepare Prefect's environment and give the address of a server whose scheduler runs.

    Must come before Prefect is first imported. Where `PREFECT_API_URL` names a server, that is it;
    otherwise one is started, and ends with us. Raises `FanzhaError` if it does not start.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    prepare(settings, log=log)
    if named := os.environ.get("PREFECT_API_URL"):
        yield named
        return
    with own_server(Path(os.environ["PREFECT_HOME"]), os.environ) as address:
        os.environ["PREFECT_API_URL"] = address
        try:
            yield address
        finally:
            del os.environ["PREFECT_API_URL"]


@contextmanager
def own_server(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Start a server on loopback with its database and `server.log` in `folder`; gives its address.

    Raises `FanzhaError` if it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--no-ui"]
    with (folder / "server.log").open("ab") as written:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env={**environment, "PREFECT_HOME": str(folder)},
            stdout=written,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us: the runner still has to tell the server that it goes.
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )
    try:
        _wait_for(address, process, folder / "server.log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Nobody is left to stop the server when we are killed, so the kernel does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.5)
    raise FanzhaError(
        f"Prefect's server did not start within {STARTING:.0f} seconds; "
        f"expected an answer at {address}. See {log}, or name a server in PREFECT_API_URL."
    )
