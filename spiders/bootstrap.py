"""Which registry answers for a top-level name: the bootstrap file of RDAP (RFC 9224), kept on disk."""

import asyncio
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_FRESH = timedelta(days=1)
"""RFC 9224, 8: clients keep the file. It changes a few times a month."""


async def read_bases(
    source: str | None,
    *,
    fetch: Callable[[str], Awaitable[Any]],
    folder: Path,
    now: datetime,
) -> dict[str, str]:
    """Top-level name → base URL of its registry; empty where there is no file to be had.

    `source` is a path, or a URL that `fetch` gives the JSON of (None where it cannot be had). What
    came from a URL is kept in `folder` for a day, and used for longer while nothing newer comes.
    """
    if source is None:
        return {}
    if not source.startswith(("http://", "https://")):
        return bases_of(await asyncio.to_thread(_read, Path(source), told=True))
    kept = folder / f"rdap-{hashlib.sha256(source.encode()).hexdigest()[:12]}.json"
    if await asyncio.to_thread(_is_fresh, kept, now):
        return bases_of(await asyncio.to_thread(_read, kept))
    table = await fetch(source)
    if isinstance(table, dict) and isinstance(table.get("services"), list):
        await asyncio.to_thread(_keep, kept, table, now)
        return bases_of(table)
    _log.warning("RDAP bootstrap file %s cannot be had; registrations rest on what is kept", source)
    return bases_of(await asyncio.to_thread(_read, kept))


def bases_of(table: Any) -> dict[str, str]:
    """Top-level name → base URL, from a bootstrap file (RFC 9224 section 3)."""
    services = table.get("services", []) if isinstance(table, dict) else []
    found: dict[str, str] = {}
    for service in services:
        if (
            isinstance(service, list)
            and len(service) >= 2
            and all(isinstance(part, list) and part for part in service[:2])
        ):
            # HTTPS is preferred where a registry offers both.
            base = sorted(map(str, service[1]), key=lambda url: not url.startswith("https"))[0]
            found |= {str(name).lower(): base for name in service[0]}
    return found


def _is_fresh(path: Path, now: datetime) -> bool:
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return False
    return written <= now < written + _FRESH


def _read(path: Path, *, told: bool = False) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if told:
            _log.warning("RDAP bootstrap file %s cannot be read: %s", path, error)
        return None


def _keep(path: Path, table: Any, now: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False
    ) as draft:
        json.dump(table, draft)
    os.utime(draft.name, (now.timestamp(), now.timestamp()))
    Path(draft.name).replace(path)
