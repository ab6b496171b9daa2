"""Evidence files: the hash of each one's manifest, kept apart from the files, so that neither can be
replaced without notice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, select, update

from pipeline.store.schema import UtcTime, insert_new, metadata

evidence_files = Table(
    "evidence_files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("manifest_sha256", Text, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database knows of an evidence file."""

    manifest_sha256: str
    removed_at: datetime | None
    """When retention removed it, or put what must stay of it into another."""


def record_kept(connection: Connection, files: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Write down files that were kept, each by its name and the sha256 of its manifest."""
    insert_new(
        connection,
        evidence_files,
        [
            {"name": name, "manifest_sha256": sha256, "kept_at": at, "removed_at": None}
            for name, sha256 in files
        ],
    )


def record_removed(connection: Connection, name: str, *, at: datetime) -> None:
    """Write down that retention removes a file; to be done before it goes."""
    connection.execute(
        update(evidence_files)
        .where(evidence_files.c.name == name, evidence_files.c.removed_at.is_(None))
        .values(removed_at=at)
    )


def recorded(connection: Connection, names: Sequence[str]) -> dict[str, Recorded]:
    """What was written down of files, of those of which anything was."""
    found: dict[str, Recorded] = {}
    for start in range(0, len(names), 500):
        query = select(
            evidence_files.c.name, evidence_files.c.manifest_sha256, evidence_files.c.removed_at
        ).where(evidence_files.c.name.in_(names[start : start + 500]))
        found |= {row.name: Recorded(row[1], row[2]) for row in connection.execute(query)}
    return found


def names_kept(connection: Connection) -> Iterator[str]:
    """The names of all files that must be there, in order; streams."""
    query = (
        select(evidence_files.c.name)
        .where(evidence_files.c.removed_at.is_(None))
        .order_by(evidence_files.c.name)
    )
    yield from connection.execution_options(yield_per=10_000).execute(query).scalars()
