"""What all tests share: which programs are there, and stores to test on."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store import Store, open_store

DATA = next(
    (p / "shared/data" for p in Path(__file__).parents[2:] if (p / "shared/data").is_dir()), None
)
"""Data for measuring, beside or above the project; tests that need it skip where it is absent."""


def require_program(name: str) -> str:
    """The path of a Debian program; without it the test is skipped, or fails where none may be."""
    extra = "/usr/sbin:/sbin:" + ":".join(str(p) for p in Path("/usr/lib/postgresql").glob("*/bin"))
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{extra}")
    if path is None:
        message = f"{name} is not installed (tests/debian-packages.txt names its package)"
        if os.environ.get("FANZHA_REQUIRE_PROGRAMS"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared data."""
    if DATA is None:
        pytest.skip("the shared data folder is not beside the project")
    return DATA


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite."""
    opened = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    yield opened
    opened.close()
