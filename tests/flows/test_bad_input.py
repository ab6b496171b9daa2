"""What a wrong file, database or disk gets: one line that says what to do, and nothing published."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.flows.conftest import ROOT, fanzha


def told(home: Path, *arguments: object) -> str:
    """Run a command that must fail; returns its one line."""
    done = subprocess.run(
        fanzha("--home", home, *arguments),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode not in {0, None}
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not (home / "releases").exists()
    return done.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.csv" in told(tmp_path, "run", "--reports", tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (bytes(range(256)) * 40, "binary"), (b"colour,size\nred,4\n", "column")],
)
def test_a_wrong_file_of_reports_is_told_before_work_begins(
    tmp_path: Path, content: bytes, word: str
) -> None:
    file = tmp_path / "reports.csv"
    file.write_bytes(content)
    assert word in told(tmp_path, "run", "--reports", file)


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "fanzha.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    assert "later version" in told(tmp_path, "review", "list")


def test_a_full_disk_is_told_in_one_line_and_the_work_goes_on_once_there_is_room(
    tmp_path: Path,
) -> None:
    reports = tmp_path / "reports.txt"
    reports.write_text("".join(f"site-{n}.example\n" for n in range(20_000)))
    take = fanzha("--home", tmp_path / "home", "intake", reports, "--source", "x")
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    limited = ["bash", "-c", 'ulimit -f 2000; trap "" XFSZ; exec "$@"', "limited", *take]
    full = subprocess.run(
        limited, env=settings, capture_output=True, text=True, timeout=120, check=False
    )
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert "cannot be written" in full.stderr or "File too large" in full.stderr
    subprocess.run(take, env=settings, check=True, stdout=subprocess.DEVNULL, timeout=120)
    with sqlite3.connect(tmp_path / "home/fanzha.db") as database:
        assert database.execute("SELECT count(*) FROM reports").fetchone() == (20_000,)


@pytest.mark.parametrize("text", ["*.com", "com.cn", "nodot", ""])
def test_what_is_no_indicator_cannot_be_checked(tmp_path: Path, text: str) -> None:
    assert text in told(tmp_path, "check", text)


def test_importing_the_pipeline_does_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, socket\n"
        "before = set(pathlib.Path('.').rglob('*'))\n"
        "opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append((e, a)) if e in ('socket.connect', 'os.mkdir') "
        "or (e == 'open' and isinstance(a[1], str) and set(a[1]) & set('wax+')) else None)\n"
        "import pipeline, pipeline.settings, pipeline.store, pipeline.nouns, pipeline.policy\n"
        "assert set(pathlib.Path('.').rglob('*')) == before\n"
        "assert opened == [], opened\n"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "FANZHA_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
