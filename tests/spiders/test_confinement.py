"""What a process cannot do any more once it is confined, whatever code runs in it."""

import subprocess
import sys
from pathlib import Path

import pytest

REFUSED = {
    "socket": "socket.socket()",
    "socket pair": "socket.socketpair()",
    "fork": "os.fork()",
    "start": "os.posix_spawn('/bin/true', ['true'], {})",
    "become another": "os.execv('/bin/true', ['true'])",
    "signal another": "os.kill(os.getppid(), 0)",
    "append": "open('kept', 'a')",
    "make": "open('new', 'w')",
    "cut": "os.truncate('kept', 0)",
    "remove": "os.remove('kept')",
    "rename": "os.rename('kept', 'gone')",
    "change mode": "os.chmod('kept', 0o777)",
    "link": "os.symlink('kept', 'link')",
    "folder": "os.mkdir('folder')",
}
ALLOWED = {
    "read": "open('kept').read()",
    "answer": "ours.send(b'x')",
    "thread": "run_thread(lambda: None)",
    "memory": "len(bytearray(50_000_000))",
}
PROGRAM = """
import os, socket, sys, threading
from spiders.confinement import confine

ours, theirs = socket.socketpair()
begun = threading.Event()
late = threading.Thread(
    target=lambda: (begun.wait(), refused("of before", "socket.socket()")), daemon=True
)
late.start()

def run_thread(of):
    thread = threading.Thread(target=of)
    thread.start()
    thread.join()

def refused(name, what):
    try:
        eval(what)
    except PermissionError:
        print("refused", name, flush=True)
    else:
        print("done", name, flush=True)

if not confine():
    sys.exit("no filter")
begun.set()
late.join()
for name, what in {actions}.items():
    refused(name, what)
run_thread(lambda: refused("of after", "socket.socket()"))
os.abort()
"""


def test_what_is_given_up_cannot_be_had_again_in_any_thread(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    program = PROGRAM.replace("{actions}", repr(REFUSED | ALLOWED))
    paths = ":".join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    if "no filter" in done.stderr:
        pytest.skip("this system filters no system calls")
    assert done.stdout.splitlines() == [
        "refused of before",
        *(f"refused {name}" for name in REFUSED),
        *(f"done {name}" for name in ALLOWED),
        "refused of after",
    ], done.stderr
    # A program may still end itself.
    assert done.returncode == -6
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text() == "kept"
