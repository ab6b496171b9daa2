"""The audit log as the desk uses it: writing a record, and walking the whole chain."""

from dataclasses import dataclass

from pipeline.store import Connection, audit
from pipeline.store.audit import AuditRecord, record

__all__ = ["ACTS", "AuditRecord", "Audited", "record", "verify"]

ACTS = (
    *("login", "login.refused", "logout", "decide", "propose", "second", "refuse", "undo", "look"),
    *("appeal.open", "appeal.reveal", "appeal.upheld", "appeal.rejected", "appeal.forget"),
    *("account.add", "account.invite", "account.enrol", "account.prove", "account.role"),
    *("account.password", "account.close", "release.approve", "release.adopt"),
    *("number.verify", "number.read", "number.resolve", "number.links", "industry.check"),
    *("protect", "export"),
)
"""Every act that is recorded; the console has words for each."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What a walk over the chain found."""

    records: int
    hash: str
    """Hash of the last record. Kept elsewhere, it proves later that nothing before it changed."""
    fault: str | None = None
    """The first thing that is wrong; None where nothing is."""

    @property
    def whole(self) -> bool:
        return self.fault is None


def verify(tx: Connection, *, expected: str | None = None) -> Audited:
    """Walk the chain from the first record to the last and say whether it is whole.

    `expected` is a hash that was noted earlier: the chain must still hold it. Without one, somebody
    who may write to the whole database could have made a new chain.
    """
    count, before, found = 0, audit.START, expected is None
    for count, entry in enumerate(audit.walk(tx), start=1):
        if entry.seq != count:
            return Audited(count - 1, before, f"record {count} is missing")
        own = audit.link(
            before,
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            act=entry.act,
            subject=entry.subject,
            detail=entry.detail,
        )
        if own != entry.hash:
            return Audited(count - 1, before, f"record {count} was changed after it was written")
        before = own
        found = found or own == expected
    seq, head = audit.head_of_chain(tx)
    if (seq, head) != (count, before):
        return Audited(count, before, f"records after {count} are missing: there were {seq}")
    if not found:
        return Audited(count, before, "the chain does not hold the hash that was noted earlier")
    return Audited(count, before)
