"""The audit log: who did what, append-only, each record bound to the one before by its hash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, Integer, Table, Text, insert, select, update

from pipeline.nouns import Json, digest
from pipeline.store.schema import Sequence as Counter
from pipeline.store.schema import UtcTime, insert_new, metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text),
    Column("detail", JSON, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_subject_seq", "subject", "seq"),
)

head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Counter, nullable=False),
    Column("hash", Text, nullable=False),
)

START = "0" * 64
"""What the first record is bound to."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act of one account. Its hash covers everything in it and the hash of the one before."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str | None
    detail: Json
    hash: str


def link(
    before: str, *, seq: int, at: datetime, actor: str, act: str, subject: str | None, detail: Json
) -> str:
    """The hash of a record: sha256 over the hash before it and its own content."""
    return digest([before, seq, at.isoformat(), actor, act, subject, detail])


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    act: str,
    subject: str | None = None,
    detail: Json = None,
) -> AuditRecord:
    """Append a record. Writers take turns at the head's row, so that the chain cannot fork."""
    insert_new(connection, head, [{"id": 1, "seq": 0, "hash": START}])
    turn = update(head).where(head.c.id == 1).values(seq=head.c.seq + 1)
    last = connection.execute(turn.returning(head.c.seq, head.c.hash)).one()
    detail = {} if detail is None else detail
    own = link(last.hash, seq=last.seq, at=at, actor=actor, act=act, subject=subject, detail=detail)
    entry = AuditRecord(last.seq, at, actor, act, subject, detail, own)
    connection.execute(
        insert(audit).values(
            seq=entry.seq,
            at=at,
            actor=actor,
            act=act,
            subject=subject,
            detail=detail,
            hash=own,
        )
    )
    connection.execute(update(head).where(head.c.id == 1).values(hash=own))
    return entry


def walk(connection: Connection) -> Iterator[AuditRecord]:
    """Every record, oldest first; streams."""
    query = select(audit).order_by(audit.c.seq)
    for row in connection.execution_options(yield_per=5000).execute(query):
        yield _record(row)


def head_of_chain(connection: Connection) -> tuple[int, str]:
    """How many records there must be, and the hash of the last."""
    row = connection.execute(select(head.c.seq, head.c.hash)).first()
    return (0, START) if row is None else (row.seq, row.hash)


def newest(
    connection: Connection,
    *,
    limit: int,
    offset: int = 0,
    actor: str = "",
    act: str = "",
    subject: str = "",
) -> list[AuditRecord]:
    """Records, newest first, of one actor, act or subject where these are given."""
    query = select(audit)
    for column, wanted in ((audit.c.actor, actor), (audit.c.act, act), (audit.c.subject, subject)):
        if wanted:
            query = query.where(column == wanted)
    rows = connection.execute(query.order_by(audit.c.seq.desc()).limit(limit).offset(offset))
    return [_record(row) for row in rows]


def _record(row: Any) -> AuditRecord:
    return AuditRecord(row.seq, row.at, row.actor, row.act, row.subject, row.detail, row.hash)
