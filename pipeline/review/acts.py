"""What people at the desk do: settle one item or a family, second a proposal, take back an act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.errors import ConflictError, FanzhaError
from pipeline.nouns import Action, Decision, Indicator
from pipeline.review import audit
from pipeline.review.blast import blast_of
from pipeline.review.decide import Ruling, decide, refuse_scope
from pipeline.review.desk import Desk
from pipeline.review.four_eyes import why_two
from pipeline.review.learning import is_sampled
from pipeline.store import Connection, locks, looks, proposals
from pipeline.store.appeals import appeals_of
from pipeline.store.decisions import decision_by_id, head_of
from pipeline.store.proposals import Proposal, ProposalState
from pipeline.store.reviews import item_of, open_items


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a ruling: a decision, or a proposal that waits for a second person."""

    ruling: Ruling
    decision: Decision | None = None
    proposal: int | None = None
    refused: str | None = None
    """Why nothing was done about this member of a batch."""


def target_of(tx: Connection, ruling: Ruling) -> Indicator:
    """The indicator on which a ruling will stand, as `decide` chooses it."""
    if ruling.action in {Action.WATCH, Action.DISMISS}:
        return ruling.subject
    item = item_of(tx, ruling.subject)
    return ruling.target or (item.target if item is not None else ruling.subject)


def settle(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    *,
    login: str,
    seen: str | None,
    now: datetime,
    batch: int = 1,
) -> Settled:
    """Settle an item, or propose it where it takes two.

    `seen` is the id of the last decision that the analyst saw on the target: "" where there was
    none, None where it is not to be compared. Raises `ConflictError` where somebody decided or
    works on the item meanwhile, and `FanzhaError` where the action can never stand on the target.
    """
    target = target_of(tx, ruling)
    head = head_of(tx, target)
    if seen is not None and seen != (head.id if head else ""):
        raise ConflictError(f"{target}: somebody else decided meanwhile; read the item again")
    _refuse_if_taken(tx, ruling.subject, login, now)
    # Here too, so that nothing is proposed that no second person can make a decision of.
    refuse_scope(ruling.action, target, desk.protected)
    why = _why_two(tx, desk, ruling, target, head, batch=batch, now=now)
    if not why:
        return Settled(ruling, decision=_decide(tx, desk, ruling, f"analyst:{login}", now))
    if not ruling.reason.strip():
        raise FanzhaError("a decision needs its reason: say in a sentence why")
    number = proposals.propose(
        tx,
        Proposal(
            subject=ruling.subject,
            target=target,
            action=ruling.action,
            category=ruling.category,
            reason=ruling.reason.strip(),
            why=why,
            proposer=login,
            opened_at=now,
            days=ruling.days,
        ),
    )
    detail = {"proposal": number, "action": ruling.action.value, "why": list(why)}
    audit.record(tx, at=now, actor=login, act="propose", subject=str(ruling.subject), detail=detail)
    locks.release(tx, ruling.subject, login)
    return Settled(ruling, proposal=number)


def settle_many(
    tx: Connection, desk: Desk, rulings: Sequence[Ruling], *, login: str, now: datetime
) -> list[Settled]:
    """Settle a family at once. A member that cannot be settled is left, and says why."""
    done = []
    for ruling in rulings:
        try:
            done.append(
                settle(tx, desk, ruling, login=login, seen=None, now=now, batch=len(rulings))
            )
        except FanzhaError as error:
            done.append(Settled(ruling, refused=str(error)))
    return done


def second(tx: Connection, desk: Desk, number: int, *, login: str, now: datetime) -> Decision:
    """Second a proposal: it becomes a decision of two people.

    Raises `FanzhaError` where the second is the first, and `ConflictError` where it is settled or
    its target was decided on since: what the first person saw holds no longer.
    """
    proposal = _open_proposal(tx, number)
    if proposal.proposer == login:
        raise FanzhaError("the second person must be another than the one who proposed")
    head = head_of(tx, proposal.target)
    if head is not None and head.decided_at > proposal.opened_at:
        raise ConflictError(
            f"{proposal.target}: it was decided on after proposal {number}; refuse the proposal and "
            "read the item again"
        )
    ruling = Ruling(
        proposal.subject,
        proposal.action,
        proposal.reason,
        target=proposal.target,
        category=proposal.category,
        days=proposal.days,
    )
    decision = _decide(
        tx, desk, ruling, f"analyst:{proposal.proposer}+{login}", now, act="second", who=login
    )
    proposals.close_proposal(
        tx, number, ProposalState.SECONDED, second=login, at=now, decision=decision.id
    )
    return decision


def refuse(tx: Connection, number: int, *, login: str, now: datetime) -> None:
    """Refuse a proposal, or take one's own back; its item stays in the queue."""
    proposal = _open_proposal(tx, number)
    proposals.close_proposal(tx, number, ProposalState.REFUSED, second=login, at=now)
    audit.record(
        tx,
        at=now,
        actor=login,
        act="refuse",
        subject=str(proposal.subject),
        detail={"proposal": number},
    )


def undo(tx: Connection, desk: Desk, decision: str, *, login: str, now: datetime) -> Decision:
    """Take one's own last decision back: what was before holds again, and the item waits again.

    History is not rewritten: this is one more decision, and it says what it takes back. Raises
    `FanzhaError` where the decision is not one's own or answers an appeal, and `ConflictError`
    where it is not the last.
    """
    last = decision_by_id(tx, decision)
    if last is None or login not in last.actor.removeprefix("analyst:").split("+"):
        raise FanzhaError("only one's own decision can be taken back")
    if any(appeal.decision == decision for appeal in appeals_of(tx, last.indicator)):
        # The appellant was told; only a new decision, made as any other, may say otherwise.
        raise FanzhaError(
            f"{last.indicator}: this decision answers an appeal and cannot be taken back; decide anew"
        )
    head = head_of(tx, last.indicator)
    if head is None or head.id != decision:
        raise ConflictError(
            f"{last.indicator}: somebody else decided meanwhile; read the item again"
        )
    before = decision_by_id(tx, last.supersedes) if last.supersedes else None
    live = before is not None and (before.expires_at is None or before.expires_at > now)
    action = before.action if before is not None and live else Action.WATCH
    days = None
    if before is not None and live and before.expires_at is not None:
        days = max(1, round((before.expires_at - now).total_seconds() / 86400))
    subject = last.subject or last.indicator
    item = item_of(tx, subject)
    ruling = Ruling(
        last.indicator,
        action,
        f"taken back: {last.action.value}",
        target=last.indicator,
        category=before.category if before else None,
        days=days,
    )
    made = _decide(tx, desk, ruling, f"analyst:{login}", now, act="undo")
    if item is not None:
        open_items(tx, [replace(item, opened_at=now, closed_at=None, decision=None)])
    return made


def _decide(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    actor: str,
    now: datetime,
    *,
    act: str = "decide",
    who: str | None = None,
) -> Decision:
    decision = decide(
        tx, ruling, actor=actor, policy=desk.policy, protected=desk.protected, now=now
    )
    login = who or actor.removeprefix("analyst:")
    detail = {
        "decision": decision.id,
        "action": decision.action.value,
        "target": str(decision.indicator),
        "reason": decision.reason,
    }
    audit.record(tx, at=now, actor=login, act=act, subject=str(ruling.subject), detail=detail)
    locks.release(tx, ruling.subject, login)
    opinion = decision.action is not Action.WATCH and act != "undo"
    if opinion and is_sampled(decision.id, desk.settings.desk.second_look_share):
        looks.ask_for_look(tx, decision)
    return decision


def _why_two(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    target: Indicator,
    head: Decision | None,
    *,
    batch: int,
    now: datetime,
) -> tuple[str, ...]:
    return why_two(
        ruling.action,
        blast_of(tx, target, subject=ruling.subject, protected=desk.protected, now=now),
        head,
        days=ruling.days,
        batch=batch,
        policy=desk.policy,
        protected=desk.protected,
        settings=desk.settings.desk,
        now=now,
    )


def _refuse_if_taken(tx: Connection, subject: Indicator, login: str, now: datetime) -> None:
    holder = locks.holder(tx, subject, at=now)
    if holder is not None and holder != login:
        raise ConflictError(f"{subject}: {holder} works on it; take another, or wait")
    waiting = proposals.open_proposal_for(tx, subject)
    if waiting is not None:
        raise ConflictError(f"{subject}: proposal {waiting.id} waits for a second person")


def _open_proposal(tx: Connection, number: int) -> Proposal:
    proposal = proposals.proposal_of(tx, number)
    if proposal is None or proposal.state is not ProposalState.OPEN:
        raise ConflictError(f"proposal {number} is not open any more; read the list again")
    return proposal
