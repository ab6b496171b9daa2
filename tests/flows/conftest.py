"""A Prefect server and the practice range, one of each for all tests of the flows."""

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from examples.range import Running, serve
from flows.prefect_server import own_server

ROOT = Path(__file__).parents[2]
CLOCK = "2026-03-01T08:00:00+00:00"


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One real Prefect server, so that not every run has to start its own."""
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with own_server(tmp_path_factory.mktemp("prefect"), os.environ | quiet) as address:
        yield address


@pytest.fixture(scope="session")
def practice() -> Iterator[Running]:
    """The practice range that comes with the project."""
    with serve(now=datetime.fromisoformat(CLOCK)) as running:
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
