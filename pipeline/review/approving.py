"""A held release → a named person's approval of this very one, in the audit log."""

from datetime import datetime

from pipeline.errors import FanzhaError
from pipeline.review import audit
from pipeline.review.rights import RIGHTS, Right, Role
from pipeline.store import Connection, approvals
from pipeline.store.accounts import account_of
from pipeline.store.approvals import Approval


def approve_release(
    tx: Connection, number: int, *, login: str, reason: str, operator: str, now: datetime
) -> Approval:
    """Let out what a hold held, as it stood when the person saw it, and nothing that came since.

    `operator` is who ran the command on the machine. Raises `FanzhaError` where there is no such
    hold, or no open account of this login that may second what takes two people.
    """
    hold = approvals.hold_of(tx, number)
    if hold is None:
        raise FanzhaError(
            f"there is no hold {number}; `fanzha release problems` shows the one that stands"
        )
    account = account_of(tx, login)
    if account is None or account.closed_at is not None:
        raise FanzhaError(f"no open account {login!r}; `fanzha user list` shows them")
    if Right.SECOND not in RIGHTS[Role(account.role)]:
        raise FanzhaError(
            f"{login} is {account.role}, and a release is approved by a senior: have one of them do it"
        )
    if not reason.strip():
        raise FanzhaError("an approval needs a reason: it is kept for good")
    approval = approvals.add_approval(tx, hold, actor=f"analyst:{login}", reason=reason, at=now)
    detail = {
        "cut": hold.cut,
        "held_at": hold.at.isoformat(),
        "held": hold.en,
        "operator": operator,
        "reason": reason,
    }
    audit.record(
        tx, at=now, actor=login, act="release.approve", subject=f"hold {hold.id}", detail=detail
    )
    return approval
