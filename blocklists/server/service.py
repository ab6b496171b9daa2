"""Everything that the download service stands on, as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blocklists.server.audit import AuditLog
from blocklists.server.deltas import Deltas
from blocklists.server.gate import Gate
from blocklists.server.ledger import Ledger
from blocklists.server.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one worker process. Making them opens nothing."""

    shelf: Shelf
    gate: Gate
    ledger: Ledger
    audit: AuditLog
    deltas: Deltas
    now: Callable[[], datetime]
    stall: float
    """Seconds after which a reader that takes nothing is let go."""
    appeal_url: str | None
    """Where the public appeals, with `{code}` and `{name}`; None for the hotline."""


def make_service(
    *,
    releases: Path,
    folder: Path,
    now: Callable[[], datetime],
    stall: float = 60.0,
    appeal_url: str | None = None,
) -> Service:
    """The service over a folder of releases; `folder` holds its consumers, ledger and audit log."""
    return Service(
        shelf=Shelf(releases),
        gate=Gate(folder / "consumers.db", now=now),
        ledger=Ledger(folder / "ledger.db"),
        audit=AuditLog(folder / "audit"),
        deltas=Deltas(releases),
        now=now,
        stall=stall,
        appeal_url=appeal_url,
    )
