"""Appeals at the desk: answered within a time by another person; an upheld one lifts the entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import ConflictError, FanzhaError
from pipeline.indicators import host_of
from pipeline.nouns import Action, Decision, Indicator
from pipeline.review import audit
from pipeline.review.blast import blast_of
from pipeline.review.codes import hash_of
from pipeline.review.decide import Ruling, decide, spares_strangers
from pipeline.review.desk import Desk
from pipeline.review.identity import Appellant, unseal
from pipeline.review.listing import listing_of
from pipeline.settings import DeskSettings
from pipeline.store import Connection, appeals
from pipeline.store.appeals import Appeal, AppealState
from pipeline.store.decisions import decision_by_id, head_of


@dataclass(frozen=True, slots=True)
class Lifting:
    """What upholding an appeal does: what becomes of the entry, and what of the blocks below it."""

    action: Action
    lifted: tuple[Indicator, ...]
    """Blocks below the entry that are lifted with it."""
    staying: tuple[Indicator, ...]
    """Blocks below the entry that stay, for each was decided by itself."""


def lifting_of(tx: Connection, desk: Desk, target: Indicator, *, now: datetime) -> Lifting:
    """How an upheld appeal lifts an entry: by an allow, or else by dismissing it.

    An allow spares whatever is below its name. So an entry is dismissed where strangers have names
    below it, and where other names below it are blocked too: nobody appealed for those. Where a
    wider entry covers it, only an allow takes it off the lists.
    """
    blast = blast_of(tx, target, subject=target, protected=desk.protected, now=now)
    others = blast.boundless or any(host_of(i) != host_of(target) for i in blast.blocked)
    narrow = others and listing_of(tx, target, now=now, beside=target) is None
    if narrow or spares_strangers(target):
        return Lifting(Action.DISMISS, (), blast.blocked)
    return Lifting(Action.ALLOW, blast.blocked, ())


def uphold(
    tx: Connection,
    desk: Desk,
    number: int,
    answer: str,
    *,
    login: str,
    now: datetime,
    operator: str | None = None,
) -> Decision:
    """Uphold an appeal: the entry is lifted as `lifting_of` says, and leaves with the next release.

    Other open appeals about the entry get the same answer, but for those that it is not this
    person's to give. `operator` is who runs a command on the machine, where it was not the console.
    """
    appeal = _open_appeal(tx, number, answer, login)
    others = [
        one
        for one in appeals.open_appeals_about(tx, appeal.target)
        if one.id != number and not _decided(tx, one, login)
    ]
    ruling = Ruling(
        appeal.target,
        lifting_of(tx, desk, appeal.target, now=now).action,
        f"appeal {number} upheld: {answer.strip()}",
        target=appeal.target,
    )
    decision = decide(
        tx,
        ruling,
        actor=f"analyst:{login}",
        policy=desk.policy,
        protected=desk.protected,
        now=now,
    )
    for one in (appeal, *others):
        _answer(
            tx,
            one,
            AppealState.UPHELD,
            answer=answer,
            login=login,
            now=now,
            decision=decision.id,
            operator=operator,
        )
    return decision


def reject(
    tx: Connection,
    number: int,
    answer: str,
    *,
    login: str,
    now: datetime,
    operator: str | None = None,
) -> None:
    """Reject an appeal with the reason that its maker will read."""
    appeal = _open_appeal(tx, number, answer, login)
    _answer(
        tx,
        appeal,
        AppealState.REJECTED,
        answer=answer,
        login=login,
        now=now,
        operator=operator,
    )


def reveal(tx: Connection, desk: Desk, number: int, *, login: str, now: datetime) -> Appellant:
    """Open the identity of an appellant; that it was opened, and by whom, stays on record."""
    sealed = appeals.sealed_appellant(tx, number)
    if sealed is None:
        raise FanzhaError(
            f"appeal {number}: no identity is kept; it is removed some time after the answer"
        )
    appellant = unseal(sealed, key=desk.keys.opens())
    audit.record(tx, at=now, actor=login, act="appeal.reveal", detail={"appeal": number})
    return appellant


def forget(tx: Connection, settings: DeskSettings, *, now: datetime) -> list[int]:
    """Remove who appealed, and what they wrote, where the legal period after the answer is over.

    What was removed is on record; returns the numbers of the appeals. Doing it twice changes nothing.
    """
    numbers = appeals.forget_appellants(
        tx, closed_before=now - timedelta(days=settings.appellant_days)
    )
    if numbers:
        detail = {"appeals": numbers, "after_days": settings.appellant_days}
        audit.record(tx, at=now, actor="-", act="appeal.forget", detail=detail)
    return numbers


def by_code(tx: Connection, code: str) -> Appeal | None:
    """The appeal of a code, however it was typed."""
    return appeals.appeal_by_code(tx, hash_of(code, of="appeal"))


def _open_appeal(tx: Connection, number: int, answer: str, login: str) -> Appeal:
    appeal = appeals.appeal_by_number(tx, number)
    if appeal is None:
        raise FanzhaError(f"no appeal {number}; `fanzha appeals list` shows them")
    if appeal.state is not AppealState.OPEN:
        raise ConflictError(f"appeal {number} is {appeal.state.value} already; read it again")
    if not answer.strip():
        raise FanzhaError("an appeal is answered with a reason: say in a sentence why")
    if _decided(tx, appeal, login):
        raise FanzhaError("an appeal is answered by another than the one who decided")
    return appeal


def _decided(tx: Connection, appeal: Appeal, login: str) -> bool:
    """Whether somebody made the decision appealed against, or the last one on the entry.

    Nobody judges an objection to their own decision, though another was made on top of it.
    """
    made = (head_of(tx, appeal.target), decision_by_id(tx, appeal.against))
    return any(d is not None and login in d.actor.removeprefix("analyst:").split("+") for d in made)


def _answer(
    tx: Connection,
    appeal: Appeal,
    state: AppealState,
    *,
    answer: str,
    login: str,
    now: datetime,
    decision: str | None = None,
    operator: str | None,
) -> None:
    appeals.answer_appeal(
        tx, appeal.id, state, answer=answer.strip(), by=login, at=now, decision=decision
    )
    audit.record(
        tx,
        at=now,
        actor=login,
        act=f"appeal.{state.value}",
        subject=str(appeal.target),
        detail={
            "appeal": appeal.id,
            "decision": decision,
            **({"operator": operator} if operator else {}),
        },
    )
