"""What a senior settles about releases: to let out a held one, to adopt what the database has lost."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.errors import FanzhaError
from pipeline.nouns import Release
from pipeline.review import audit
from pipeline.review.answering import refuse_unanswerable
from pipeline.review.rights import Right
from pipeline.store import Connection, approvals, releases
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
    _refuse(tx, login, reason)
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


def adopt_releases(
    tx: Connection,
    found: Sequence[Release],
    *,
    login: str,
    reason: str,
    operator: str,
    now: datetime,
) -> None:
    """Know releases that are on disk and not in a database restored from an older copy.

    What was decided between the two is lost, so a person must answer for going on without it.
    Raises `FanzhaError` where there is no open account of this login that may second.
    """
    _refuse(tx, login, reason)
    releases.adopt(tx, found)
    first, last = found[0], found[-1]
    detail = {"from": first.serial, "cut": last.cut, "operator": operator, "reason": reason}
    subject = f"release {last.serial}"
    audit.record(tx, at=now, actor=login, act="release.adopt", subject=subject, detail=detail)


def _refuse(tx: Connection, login: str, reason: str) -> None:
    """Raise unless an open account may settle what takes two people, and says why."""
    refuse_unanswerable(tx, login, Right.SECOND)
    if not reason.strip():
        raise FanzhaError("it needs a reason, which is kept for good; give one by --reason")
