"""Releases: the serial, time and cut of each, taken before its files are built."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from pipeline.nouns import Release, Relief, Relieves
from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, metadata

releases = Table(
    "releases",
    metadata,
    Column("serial", Counter, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("cut", Counter, nullable=False),
    Column("previous", Text),
    Column("manifest_sha256", Text),
    Column("entries", Integer),
    Column("approval", Counter),
    Column("relief_cut", Counter),
    Column("relief_as_of", UtcTime),
    Column("relief_of", Text),
)


def reserve(
    connection: Connection,
    *,
    at: datetime,
    cut: int,
    relief: Relief | None = None,
    approval: int | None = None,
) -> Release:
    """The release to build: the one that was begun and not finished, or else the next serial.

    The serial, the time, the cut and the relief are fixed here, so that a build that was killed is
    built again with the same bytes. `approval` is the one that it uses up. Its manifest hash is
    empty until `finish`.
    """
    last = connection.execute(select(releases).order_by(releases.c.serial.desc())).first()
    if last is not None and last.manifest_sha256 is None:
        return _release(last)
    release = Release(
        serial=last.serial + 1 if last else 1,
        at=at,
        cut=cut,
        previous=last.manifest_sha256 if last else None,
        manifest_sha256="",
        entries=0,
        relief=relief,
    )
    connection.execute(
        insert(releases).values(
            serial=release.serial,
            at=release.at,
            cut=release.cut,
            previous=release.previous,
            approval=approval,
            relief_cut=relief.cut if relief else None,
            relief_as_of=relief.as_of if relief else None,
            relief_of=relief.of.value if relief else None,
        )
    )
    return release


def last_approval_used(connection: Connection) -> int:
    """The newest approval that a release has used up; 0 where none has."""
    return int(connection.scalar(select(func.max(releases.c.approval))) or 0)


def reliefs_beyond(connection: Connection, cut: int) -> list[Relief]:
    """What finished relief releases let go beyond a cut: the last of each width, which holds what
    those before it let go; of those without the busiest person, who may change, each."""
    query = (
        select(releases)
        .where(releases.c.manifest_sha256.is_not(None), releases.c.relief_cut > cut)
        .order_by(releases.c.serial)
    )
    found: dict[tuple[Relieves, int], Relief] = {}
    for row in connection.execute(query):
        relief = _release(row).relief
        if relief is not None:
            found[relief.of, relief.cut if relief.of is Relieves.APART else 0] = relief
    return list(found.values())


def most_entries_since(connection: Connection, since: datetime) -> int:
    """Entries of the largest release finished since a time; 0 where there is none."""
    query = select(func.max(releases.c.entries)).where(releases.c.at >= since)
    return int(connection.scalar(query) or 0)


def pending(connection: Connection) -> Release | None:
    """The release that was begun and not finished, if there is one."""
    query = select(releases).where(releases.c.manifest_sha256.is_(None))
    row = connection.execute(query).first()
    return None if row is None else _release(row)


def forget(connection: Connection, serial: int) -> None:
    """Give up a release that was begun and that nobody has; its serial is free again."""
    connection.execute(
        delete(releases).where(releases.c.serial == serial, releases.c.manifest_sha256.is_(None))
    )


def finish(connection: Connection, serial: int, *, manifest_sha256: str, entries: int) -> None:
    """Say that a release is built and in its place."""
    connection.execute(
        update(releases)
        .where(releases.c.serial == serial)
        .values(manifest_sha256=manifest_sha256, entries=entries)
    )


def adopt(connection: Connection, found: Sequence[Release]) -> None:
    """Know finished releases that are on disk; one that was begun under such a serial is forgotten."""
    rows = [
        {
            "serial": release.serial,
            "at": release.at,
            "cut": release.cut,
            "previous": release.previous,
            "manifest_sha256": release.manifest_sha256,
            "entries": release.entries,
        }
        for release in found
    ]
    taken = releases.c.serial.in_([release.serial for release in found])
    connection.execute(delete(releases).where(taken, releases.c.manifest_sha256.is_(None)))
    connection.execute(insert(releases), rows)


def latest(connection: Connection) -> Release | None:
    """The newest finished release."""
    query = (
        select(releases)
        .where(releases.c.manifest_sha256.is_not(None))
        .order_by(releases.c.serial.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _release(row)


def finished_between(
    connection: Connection, since: datetime, until: datetime | None
) -> list[Release]:
    """The finished releases of a period, oldest first; `until` None leaves its end open."""
    query = select(releases).where(releases.c.manifest_sha256.is_not(None), releases.c.at >= since)
    if until is not None:
        query = query.where(releases.c.at < until)
    return [_release(row) for row in connection.execute(query.order_by(releases.c.serial))]


def _release(row: Any) -> Release:
    return Release(
        serial=row.serial,
        at=row.at,
        cut=row.cut,
        previous=row.previous,
        manifest_sha256=row.manifest_sha256 or "",
        entries=row.entries or 0,
        relief=None
        if row.relief_cut is None
        else Relief(row.relief_cut, row.relief_as_of, Relieves(row.relief_of)),
    )
