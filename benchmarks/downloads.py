"""How much the download service serves: conditional requests, bodies, and both beside slow readers.

    python -m benchmarks.downloads [--seconds 5] [--workers 2]

Starts `fanzha serve downloads` over a release made for it on loopback, and asks from processes of its
own, on the same cores. CPU is that of the service's processes alone.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blocklists.server.consumers import Consumer, ConsumerBook, Role

BARS = {"conditional requests/s": 2000, "body MB/s": 200}
SLOW = 200
START = (
    "from blocklists.server.run import serve; from pipeline.settings import Settings;"
    "serve(Settings())"
)


def make_release(home: Path, *, megabytes: int) -> str:
    """One release with one large file; gives the file's sha256."""
    folder = home / "releases" / "1"
    folder.mkdir(parents=True)
    content = b"".join(b"%015d.example\n" % n for n in range(megabytes * 1_000_000 // 24))
    (folder / "big.txt").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    now = datetime.now(UTC)
    item = {"name": "big.txt", "list": "names", "sha256": sha256, "size": len(content)}
    index = {
        "format": "fanzha-release/1",
        "serial": 1,
        "at": now.isoformat(),
        "expires": (now + timedelta(days=1)).isoformat(),
        "previous": None,
        "files": [{**item, "entries": content.count(b"\n")}],
    }
    (folder / "index.json").write_text(json.dumps(index))
    (home / "releases" / "latest").symlink_to("1")
    return sha256


@contextmanager
def service(home: Path, *, workers: int) -> Iterator[tuple[int, int]]:
    """The service in processes of its own; gives its port and the id of its process group."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "FANZHA_HOME": str(home),
        "FANZHA_DOWNLOADS__PORT": str(port),
        "FANZHA_DOWNLOADS__WORKERS": str(workers),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START], env=environment, start_new_session=True
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(2)  # the second worker
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def cpu_seconds(group: int) -> float:
    """CPU time, in seconds, of all processes of a group."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def ask_often(port: int, request: bytes, connections: int, seconds: float, out: object) -> None:
    """Ask on many connections, one request at a time on each; reports how many were answered 304."""
    wait = select.epoll()  # as bare as can be: it runs on the cores of the service
    there = {}
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        there[connection.fileno()] = connection
        wait.register(connection, select.EPOLLIN)
        connection.sendall(request)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for number, _ in wait.poll(1):
            connection = there[number]
            if not connection.recv(65536).startswith(b"HTTP/1.1 304"):
                raise RuntimeError("expected 304, and another answer came")
            connection.send(request)
            count += 1
    out.put(count)  # type: ignore[attr-defined]


def take_much(port: int, request: bytes, seconds: float, out: object) -> None:
    """Take one body after the other as fast as it comes; reports the bytes."""
    buffer = bytearray(1 << 20)
    end, size = time.monotonic() + seconds, 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while time.monotonic() < end:
            connection.sendall(request)
            got = connection.recv_into(buffer)
            head, _, first = bytes(buffer[:got]).partition(b"\r\n\r\n")
            left = int(head.lower().partition(b"content-length: ")[2].split()[0]) - len(first)
            while left and (got := connection.recv_into(buffer)):
                left -= got
                size += got
    out.put(size)  # type: ignore[attr-defined]


def together(target: object, arguments: tuple[object, ...], *, processes: int) -> int:
    """Run the same in several processes; gives the sum of what they report."""
    queue: multiprocessing.Queue[int] = multiprocessing.Queue()
    running = [
        multiprocessing.Process(target=target, args=(*arguments, queue))  # type: ignore[arg-type]
        for _ in range(processes)
    ]
    for process in running:
        process.start()
    total = sum(queue.get() for _ in running)
    for process in running:
        process.join()
    return total


@contextmanager
def slow_readers(port: int, request: bytes) -> Iterator[None]:
    """Readers that ask for the large file and take almost nothing of it."""
    with ExitStack() as stack:
        for _ in range(SLOW):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            stack.enter_context(connection)
            connection.sendall(request)
        time.sleep(5)  # until they have got what the kernel holds for them
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--megabytes", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sha256 = make_release(home, megabytes=options.megabytes)
        book = ConsumerBook(home / "downloads" / "consumers.db")
        token = book.add(Consumer("carrier", "Carrier", Role.CARRIER, datetime.now(UTC)))
        head = f"GET /v1/latest/big.txt HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {token}\r\n"
        whole = f"{head}\r\n".encode()
        same = f'{head}If-None-Match: "{sha256}"\r\n\r\n'.encode()
        with service(home, workers=options.workers) as (port, group):
            for beside in ("alone", f"beside {SLOW} slow readers"):
                with ExitStack() as stack:
                    if beside != "alone":
                        stack.enter_context(slow_readers(port, whole))
                    measure(port, group, same, whole, options.seconds, beside)
        lines = sum(path.read_bytes().count(b"\n") for path in (home / "downloads/audit").iterdir())
        print(f"audit log: {lines} lines")


def measure(port: int, group: int, same: bytes, whole: bytes, seconds: float, beside: str) -> None:
    """Measure both bars once and print them."""
    before = cpu_seconds(group)
    count = together(ask_often, (port, same, 32, seconds), processes=2)
    cpu = cpu_seconds(group) - before
    rate = count / seconds
    per = f"{cpu / count * 1e6:.0f} CPU-µs each"
    report("conditional requests/s", rate, f"{beside}; {per}; load {os.getloadavg()[0]:.1f}")
    before = cpu_seconds(group)
    size = together(take_much, (port, whole, seconds), processes=4)
    cpu = cpu_seconds(group) - before
    rate = size / seconds / 1e6
    report("body MB/s", rate, f"{beside}; {size / cpu / 1e6:.0f} MB per CPU-s of the service")


def report(what: str, value: float, note: str) -> None:
    """One line of the outcome."""
    verdict = "holds" if value >= BARS[what] else "MISSED"
    print(f"{what:24} {value:10.0f}  bar {BARS[what]:>5} {verdict:6}  ({note})", flush=True)


if __name__ == "__main__":
    main()
