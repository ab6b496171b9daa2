"""A service over small releases, and a client that talks to its ASGI application."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from blocklists.server.app import Application
from blocklists.server.consumers import Consumer, ConsumerBook, Role
from blocklists.server.service import Service, make_service
from tests.blocklists.shelves import AT, Publisher


@dataclass
class Clock:
    """A present that a test moves."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Desk:
    """One running service and what a test needs around it."""

    publisher: Publisher
    service: Service
    book: ConsumerBook
    client: TestClient
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)

    def admit(self, name: str = "telecom", **facts: object) -> dict[str, str]:
        """Enter a consumer; gives the headers that let it in."""
        values = {"title": name.title(), "role": Role.CARRIER, "added_at": self.clock(), **facts}
        self.tokens[name] = self.book.add(Consumer(name=name, **values))  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {self.tokens[name]}", "Accept-Encoding": "identity"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    publisher = Publisher(tmp_path / "releases")
    service = make_service(releases=publisher.folder, folder=tmp_path / "downloads", now=clock)
    with TestClient(Application(service)) as client:
        book = ConsumerBook(tmp_path / "downloads" / "consumers.db")
        yield Desk(publisher, service, book, client, clock)
