"""Whose network an address is in: autonomous system and country, from local databases (MaxMind DB 2.0)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import maxminddb

from pipeline.errors import FanzhaError
from pipeline.nouns import Json

UNKNOWN: dict[str, Json] = {
    "asn": None,
    "organisation": None,
    "country": None,
    "source": "unknown",
}
"""The `network` of an address that no database knows."""


class Networks:
    """Looks addresses up in the databases of `crawl.network_databases`; the first that says it counts.

    Files of MaxMind, DB-IP and IPinfo are understood: each names the same things in its own way.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._readers = [_opened(path) for path in paths]

    def facts(self, address: str) -> dict[str, Json]:
        """The `network` observation of an address; `UNKNOWN` where nothing is known of it."""
        found: dict[str, Json] = {}
        for reader in self._readers:
            try:
                record = reader.get(address)
            except ValueError:
                continue  # an IPv6 address in a database of IPv4
            if isinstance(record, dict):
                for key, value in _read(record).items():
                    found[key] = value if found.get(key) is None else found[key]
        known = any(value is not None for value in found.values())
        return {**UNKNOWN, **found, "source": "database"} if known else dict(UNKNOWN)

    def close(self) -> None:
        """Let go of the files."""
        for reader in self._readers:
            reader.close()


def _opened(path: Path) -> maxminddb.Reader:
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise FanzhaError(
            f"crawl.network_databases: expected files of the MaxMind DB format, got {path}: {error}"
        ) from error


def _read(record: dict[str, Any]) -> dict[str, Json]:
    number = record.get("autonomous_system_number", record.get("asn"))
    digits = str(number or "").upper().removeprefix("AS")
    name = record.get("autonomous_system_organization", record.get("as_name"))
    country = record.get("country_code", record.get("country"))
    if isinstance(country, dict):
        country = country.get("iso_code")
    is_code = isinstance(country, str) and len(country) == 2
    return {
        "asn": int(digits) if digits.isascii() and digits.isdigit() else None,
        "organisation": str(name)[:200] if name else None,
        "country": str(country).upper() if is_code else None,
    }
