"""A source without scruples: it serves whatever lies in the folder, as an attacker's mirror would."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from blocklists.client.enforcing import Enforcement
from blocklists.client.pulling import Order, Pulled, pull
from blocklists.client.source import Source
from blocklists.client.trust import read_public_key
from tests.blocklists.shelves import AT, Publisher, public_key


@dataclass
class Mirror:
    """Serves `publisher.folder`, checks nothing, and can be told to misbehave."""

    publisher: Publisher
    url: str = ""
    asked: list[str] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = None
    """Answer everything with this status."""
    replaced: dict[str, bytes] = field(default_factory=dict)
    """Path → bytes that are sent in place of the file."""
    takes_receipts: bool = True
    declared: int | None = None
    """Content-Length that is claimed for the lists, whatever is sent."""

    def find(self, path: str) -> bytes | None:
        """The bytes for a path, or None."""
        if path in self.replaced:
            return self.replaced[path]
        name = path.removeprefix("/v1/").removeprefix("releases/")
        file = self.publisher.folder / name.partition("?")[0]
        return file.read_bytes() if file.is_file() else None


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    world = Mirror(Publisher(tmp_path / "releases"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            world.asked.append(self.path)
            content = world.find(self.path)
            status = world.status or (200 if content is not None else 404)
            body = content if status == 200 and content is not None else b'{"detail": "no"}'
            self.send_response(status)
            listed = world.declared is not None and "index" not in self.path
            self.send_header("Content-Length", str(world.declared if listed else len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            receipt = json.loads(self.rfile.read(size))
            if world.takes_receipts:
                world.receipts.append(receipt)
            self.send_response(201 if world.takes_receipts else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Carrier:
    """A carrier's machine: its folder, its options and its clock."""

    mirror: Mirror
    order: Order
    at: datetime = AT

    def pull(self, **options: Any) -> Pulled:
        enforcement = {name: options.pop(name) for name in ("reload", "count") if name in options}
        if isinstance(enforcement.get("reload"), str):
            enforcement["reload"] = (enforcement["reload"],)
        order = replace(
            self.order, enforcement=replace(self.order.enforcement, **enforcement), **options
        )
        return pull(order, now=lambda: self.at)

    def read(self, name: str) -> bytes:
        """What the resolver reads."""
        return (self.order.folder / "current" / name).read_bytes()


@pytest.fixture
def carrier(mirror: Mirror, tmp_path: Path) -> Carrier:
    return Carrier(
        mirror,
        Order(
            source=Source(mirror.url, "token", timeout=5),
            keys=(read_public_key(public_key(mirror.publisher.key)),),
            folder=tmp_path / "copy",
            files=("*.txt",),
            enforcement=Enforcement(),
        ),
    )
