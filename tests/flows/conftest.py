"""A Prefect server and the practice range, one of each for all tests of the flows."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.range import Running, serve

ROOT = Path(__file__).parents[2]
CLOCK = "2026-03-01T08:00:00+00:00"


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One real Prefect server, so that not every run has to start its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | {
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    command = [sys.executable, "-m", "prefect", "server", "start"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "ERROR"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _await(f"{api}/health", server)
            yield api
        finally:
            server.terminate()


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if server.poll() is not None:
            raise RuntimeError(f"the Prefect server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own server)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the Prefect server did not come up within five minutes")


@pytest.fixture(scope="session")
def practice() -> Iterator[Running]:
    """The practice range that comes with the project."""
    with serve() as running:
        yield running


def environment(running: Running, home: Path, api: str | None = None) -> dict[str, str]:
    """The environment of a `fanzha` that works on the range, at a fixed time."""
    return (
        os.environ
        | running.environment()
        | {
            "FANZHA_HOME": str(home),
            "FANZHA_CLOCK": CLOCK,
            "FANZHA_CRAWL__TIMEOUT": "8",
            "FANZHA_CRAWL__SITE_TIMEOUT": "25",
            "PYTHONPATH": str(ROOT),
        }
        | ({"PREFECT_API_URL": api} if api else {})
    )


def fanzha(*arguments: object) -> list[str]:
    """The command line of a `fanzha` command."""
    return [sys.executable, "-m", "flows", *map(str, arguments)]
