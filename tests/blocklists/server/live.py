"""The real service in processes of its own, and raw connections to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START = (
    "from blocklists.server.run import serve; from pipeline.settings import Settings;"
    "serve(Settings())"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Live:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, raw: bytes) -> bytes:
        """Send bytes as they are and give all that comes back until the server closes."""
        with self.connect() as connection:
            connection.sendall(raw)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def get(self, path: str, token: str, *more: str) -> bytes:
        """One request on a connection of its own; the path goes out untouched."""
        lines = [f"GET {path} HTTP/1.1", "Host: t", f"Authorization: Bearer {token}", *more]
        return self.ask("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))

    def kill(self) -> None:
        """SIGKILL to every process of the service, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(home: Path, *, workers: int = 1, **environment: str) -> Iterator[Live]:
    """Serve `home/releases` on a free port until the block ends."""
    port = free_port()
    variables = {
        **os.environ,
        "FANZHA_HOME": str(home),
        "FANZHA_DOWNLOADS__PORT": str(port),
        "FANZHA_DOWNLOADS__WORKERS": str(workers),
        **environment,
    }
    process = subprocess.Popen([sys.executable, "-c", START], env=variables, start_new_session=True)
    live = Live(port, process)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                live.connect().close()
                break
            except OSError:
                assert process.poll() is None, "the service ended while it was started"
                assert time.monotonic() < deadline, "the service did not come up"
                time.sleep(0.05)
        yield live
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=40)
