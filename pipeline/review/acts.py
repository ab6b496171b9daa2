"""What people at the desk do: settle one item or a family, second a proposal, take back an act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.errors import ConflictError, FanzhaError
from pipeline.nouns import Action, Decision, Indicator
from pipeline.review import audit
from pipeline.review.decide import Ruling, decide, refuse_scope
from pipeline.review.desk import Desk
from pipeline.review.learning import is_sampled
from pipeline.review.weighing import target_of, weigh
from pipeline.store import Connection, locks, looks, proposals
from pipeline.store.appeals import appeals_of
from pipeline.store.decisions import decision_by_id, head_of
from pipeline.store.proposals import Proposal, ProposalState
from pipeline.store.reviews import item_of, open_items

TURN = 10
"""Members of a family that are settled in one transaction."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a ruling: a decision, or a proposal that waits for a second person."""

    ruling: Ruling
    decision: Decision | None = None
    proposal: int | None = None
    refused: str | None = None
    """Why nothing was done about this member of a batch."""


def settle(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    *,
    login: str,
    seen: str | None,
    now: datetime,
    batch: int = 1,
    operator: str | None = None,
) -> Settled:
    """Settle an item, or propose it where it takes two.

    `seen` is the id of the last decision that the analyst saw on the target: "" where there was
    none, None where it is not to be compared. `operator` is who runs a command on the machine, where
    it was not the console. Raises `ConflictError` where somebody decided or works on the item
    meanwhile, and `FanzhaError` where the action can never stand on the target.
    """
    weighed = weigh(tx, desk, ruling, batch=batch, now=now)
    target, head, why = weighed.target, weighed.head, weighed.two
    if seen is not None and seen != (head.id if head else ""):
        raise ConflictError(f"{target}: somebody else decided meanwhile; read the item again")
    _refuse_if_taken(tx, ruling.subject, login, now)
    # Here too, so that nothing is proposed that no second person can make a decision of.
    refuse_scope(ruling.action, target, desk.protected)
    if not why:
        made = _decide(tx, desk, ruling, f"analyst:{login}", now, operator=operator)
        return Settled(ruling, decision=made)
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
            head=head.id if head else "",
            days=ruling.days,
        ),
    )
    detail = {"proposal": number, "action": ruling.action.value, "why": list(why)}
    detail |= {"operator": operator} if operator else {}
    audit.record(tx, at=now, actor=login, act="propose", subject=str(ruling.subject), detail=detail)
    locks.release(tx, ruling.subject, login)
    return Settled(ruling, proposal=number)


def settle_many(
    desk: Desk,
    rulings: Sequence[Ruling],
    *,
    login: str,
    seen: Mapping[Indicator, str],
    now: datetime,
) -> list[Settled]:
    """Settle a family. A member that cannot be settled is left, and says why.

    `seen` is, by target, the id of the last decision that the analyst saw on it ("" for none): what
    was not shown is not settled. Written in turns, so that nobody waits for the whole.
    """
    done: list[Settled] = []
    shown = dict(seen)
    for start in range(0, len(rulings), TURN):
        with desk.store.write() as tx:
            for ruling in rulings[start : start + TURN]:
                done.append(_settle_member(tx, desk, ruling, shown, login, len(rulings), now))
    return done


def _settle_member(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    shown: dict[Indicator, str],
    login: str,
    batch: int,
    now: datetime,
) -> Settled:
    target = target_of(tx, ruling)
    try:
        if target not in shown:
            raise ConflictError(f"{target}: it was not shown what would happen; read it again")
        made = settle(tx, desk, ruling, login=login, seen=shown[target], now=now, batch=batch)
    except FanzhaError as error:
        return Settled(ruling, refused=str(error))
    if made.decision is not None:
        # Two members may stand on one target: the second sees what the first made of it.
        shown[target] = made.decision.id
    return made


def second(tx: Connection, desk: Desk, number: int, *, login: str, now: datetime) -> Decision:
    """Second a proposal: it becomes a decision of two people.

    Raises `FanzhaError` where the second is the first, and `ConflictError` where it is settled or
    its target was decided on since: what the first person saw holds no longer.
    """
    proposal = _open_proposal(tx, number)
    if proposal.proposer == login:
        raise FanzhaError("the second person must be another than the one who proposed")
    if _decided_since(proposal, head_of(tx, proposal.target)):
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
    operator: str | None = None,
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
        **({"operator": operator} if operator else {}),
    }
    audit.record(tx, at=now, actor=login, act=act, subject=str(ruling.subject), detail=detail)
    locks.release(tx, ruling.subject, login)
    opinion = decision.action is not Action.WATCH and act != "undo"
    if opinion and is_sampled(decision.id, desk.settings.desk.second_look_share):
        looks.ask_for_look(tx, decision)
    return decision


def _decided_since(proposal: Proposal, head: Decision | None) -> bool:
    """Whether the target was decided on after a proposal; clocks alone cannot tell, for who waits
    for the writer's turn decides at the time when they began to wait."""
    if proposal.head is not None:
        return proposal.head != (head.id if head else "")
    return head is not None and head.decided_at > proposal.opened_at


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
