"""What a ruling would do, before it is done: where it stands, what it reaches, whether it takes two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.nouns import Action, Decision, Indicator
from pipeline.review.blast import Blast, blast_of
from pipeline.review.decide import Ruling
from pipeline.review.desk import Desk
from pipeline.review.four_eyes import why_two
from pipeline.store import Connection
from pipeline.store.appeals import AppealState, appeals_of
from pipeline.store.decisions import heads_of, history
from pipeline.store.reviews import ReviewItem, item_of, items_of


@dataclass(frozen=True, slots=True)
class Weighed:
    """A ruling, and all that speaks for asking somebody else first."""

    ruling: Ruling
    target: Indicator
    head: Decision | None
    """The last decision on the target."""
    blast: Blast
    two: tuple[str, ...]
    """Why it takes two people, as ids of `four_eyes.WHY`; empty where one may make it."""


def weigh(tx: Connection, desk: Desk, ruling: Ruling, *, batch: int = 1, now: datetime) -> Weighed:
    """Weigh a ruling; `batch` is the number of items that are settled together."""
    return weigh_all(tx, desk, [ruling], batch=batch, now=now)[0]


def weigh_all(
    tx: Connection, desk: Desk, rulings: Sequence[Ruling], *, batch: int, now: datetime
) -> list[Weighed]:
    """Weigh some rulings, in their order."""
    items = items_of(tx, [ruling.subject for ruling in rulings])
    targets = [_target(ruling, items.get(ruling.subject)) for ruling in rulings]
    heads = heads_of(tx, list(dict.fromkeys(targets)))
    return [
        weigh_on(
            tx,
            desk,
            ruling,
            blast_of(tx, target, subject=ruling.subject, protected=desk.protected, now=now),
            head=heads.get(target),
            batch=batch,
            now=now,
        )
        for ruling, target in zip(rulings, targets, strict=True)
    ]


def weigh_on(
    tx: Connection,
    desk: Desk,
    ruling: Ruling,
    blast: Blast,
    *,
    head: Decision | None,
    batch: int = 1,
    now: datetime,
) -> Weighed:
    """Weigh a ruling on a target whose reach and last decision are known."""
    two = why_two(
        ruling.action,
        blast,
        cleared_by(tx, blast.target, head),
        head=head,
        days=ruling.days,
        batch=batch,
        policy=desk.policy,
        protected=desk.protected,
        settings=desk.settings.desk,
        now=now,
    )
    return Weighed(ruling, blast.target, head, blast, two)


def target_of(tx: Connection, ruling: Ruling) -> Indicator:
    """The indicator on which a ruling will stand, as `decide` chooses it."""
    return _target(ruling, item_of(tx, ruling.subject))


def _target(ruling: Ruling, item: ReviewItem | None) -> Indicator:
    if ruling.action in {Action.WATCH, Action.DISMISS}:
        return ruling.subject
    return ruling.target or (item.target if item is not None else ruling.subject)


def cleared_by(tx: Connection, target: Indicator, head: Decision | None) -> Decision | None:
    """The decision that last said of a target that it is not to be listed, were it a person's.

    A watch or a dismissal says nothing of that, so one on top of an allow does not undo it; the
    answer to an upheld appeal does, whatever its action.
    """
    if head is None or head.action is Action.BLOCK:
        return None
    if head.action is Action.ALLOW:
        return head if _by_person(head) else None
    upheld = {a.decision for a in appeals_of(tx, target) if a.state is AppealState.UPHELD}
    for decision in reversed(history(tx, target)):
        if decision.id in upheld or decision.action is Action.ALLOW:
            return decision if _by_person(decision) else None
        if decision.action is Action.BLOCK:
            return None
    return None


def _by_person(decision: Decision) -> bool:
    return not decision.actor.startswith("policy:")
