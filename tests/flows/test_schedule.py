"""`fanzha schedule`: the clock fires, and still does after it was killed in the middle of a run."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prefect import State

from flows.inbox import Arrival, arrivals
from flows.scheduled import take_each
from flows.turn import alone
from pipeline.settings import Settings
from tests.flows.conftest import fanzha

OFTEN = "* * * * * */20"
NEVER = "0 0 29 2 *"


@contextmanager
def clock(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`fanzha schedule` with a server of its own, taking in reports every twenty seconds."""
    environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"} | {
        "FANZHA_HOME": str(home),
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    others = ("--feeds", "--releases", "--retraining", "--housekeeping")
    command = fanzha("schedule", "--reports", OFTEN, *(x for o in others for x in (o, NEVER)))
    with (home / "clock.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=240)
        finally:
            process.kill()


def wait_until_taken(home: Path, name: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the inbox has filed a file away as taken in."""
    for _ in range(4800):
        if (home / "inbox" / "done" / "reports" / "hotline" / name).exists():
            return
        assert process.poll() is None, (home / "clock.log").read_text()
        time.sleep(0.1)
    pytest.fail((home / "clock.log").read_text())


def leave(home: Path, name: str) -> None:
    folder = home / "inbox" / "reports" / "hotline"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}"
    draft.write_text("url\nhttps://127.0.0.1/\n", "utf-8")
    draft.rename(folder / name)


def test_the_clock_takes_in_what_waits_and_survives_a_kill(tmp_path: Path) -> None:
    leave(tmp_path, "first.csv")
    with clock(tmp_path) as process:
        wait_until_taken(tmp_path, "first.csv", process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    leave(tmp_path, "second.csv")
    with clock(tmp_path) as process:
        wait_until_taken(tmp_path, "second.csv", process)


def test_a_file_on_which_the_program_fails_is_put_aside_and_stops_no_other(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        leave(tmp_path, name)
    settings = Settings(home=tmp_path)

    def take(arrival: Arrival) -> None:
        if arrival.path.name == "a.csv":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    assert take_each(settings, "reports", take) == 1
    inbox = tmp_path / "inbox"
    assert (inbox / "done/reports/hotline/b.csv").is_file()
    assert "UnicodeEncodeError" in (inbox / "failed/reports/hotline/a.csv.why").read_text()
    assert arrivals(inbox, "reports") == []


def test_a_run_that_is_due_while_the_last_goes_on_steps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))

    @alone
    def nightly() -> int:
        return 7

    @alone
    def other() -> int:
        return 8

    assert nightly() == 7
    with (tmp_path / "turns" / "nightly").open("ab") as going:
        fcntl.flock(going, fcntl.LOCK_EX)
        state = nightly()
        assert isinstance(state, State)
        assert (state.name, state.message) == ("Skipped", "the run before it is still going")
        assert other() == 8
    assert nightly() == 7
