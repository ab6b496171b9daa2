"""A subscriber was verified in person: points are cleared, and what a machine blocked is restored.

The law asks for restoring as soon as verified (ATOF Art. 32). What a person blocked stays until a
person looks: it goes to review.
"""

from datetime import datetime
from enum import Enum

from classifiers.numbers.points import verified
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Indicator
from pipeline.policy import load_policy
from pipeline.protected import load
from pipeline.review.answering import refuse_unanswerable
from pipeline.review.decide import Ruling, decide
from pipeline.review.rights import Right
from pipeline.settings import Settings
from pipeline.store import Connection, Store, audit
from pipeline.store.decisions import head_of
from pipeline.store.points import add_points
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.whys import why

PRIORITY = 1.0
"""Of a person whose phone stays dead although they were verified."""


class Outcome(Enum):
    """What a verification brought about: a sentence."""

    AGAIN = "this verification was entered before"
    CLEARED = "cleared"
    RESTORED = "cleared, and restored: the automatic block is taken back"
    REVIEW = "cleared; a person blocked it, and is asked to look again"


def verify_number(
    store: Store,
    settings: Settings,
    *,
    carrier: str,
    surrogate: int,
    indicator: Indicator,
    evidence: str,
    login: str,
    operator: str,
) -> Outcome:
    """Enter a verification in person with all that follows, at once or not at all.

    For as long as calls of before it can be in the window, no machine blocks the number: what looks
    like fraud goes to a person. `login` is the account that answers for it, `operator` who typed it.
    Raises `FanzhaError` unless it is an open account that may decide, and where no evidence is named.
    """
    if not (evidence := evidence.strip()):
        raise FanzhaError("--evidence: expected what the verification rests on, such as visit:118")
    now, actor = settings.now(), f"analyst:{login}"
    entry = verified(evidence=evidence, at=now, actor=actor)
    with store.write() as tx:
        refuse_unanswerable(tx, login, Right.DECIDE)
        if not add_points(tx, carrier, [(surrogate, entry)]):
            return Outcome.AGAIN
        outcome = _restore(tx, settings, indicator, evidence=evidence, actor=actor, now=now)
        detail = {
            "carrier": carrier,
            "evidence": evidence,
            "outcome": outcome.name.lower(),
            "operator": operator,
        }
        audit.record(
            tx, at=now, actor=login, act="number.verify", subject=str(indicator), detail=detail
        )
    return outcome


def _restore(
    tx: Connection,
    settings: Settings,
    indicator: Indicator,
    *,
    evidence: str,
    actor: str,
    now: datetime,
) -> Outcome:
    head = head_of(tx, indicator)
    live = head is not None and (head.expires_at is None or head.expires_at > now)
    blocked = head is not None and live and head.action is Action.BLOCK
    if head is not None and live and not head.actor.startswith("policy:"):
        if not blocked:
            return Outcome.CLEARED
        because = why("verified", evidence=evidence, actor=head.actor)
        open_items(tx, [ReviewItem(indicator, indicator, None, because, PRIORITY, now)])
        return Outcome.REVIEW
    # A watch binds the machine as an allow does, and says nothing of honesty to the models.
    action = Action.ALLOW if blocked else Action.WATCH
    reason = f"verified in person ({evidence})"
    days = settings.numbers.window_days
    ruling = Ruling(indicator, action, reason, target=indicator, days=days)
    decide(
        tx, ruling, actor=actor, policy=load_policy(settings.policy), protected=load(settings), now=now
    )  # fmt: skip
    return Outcome.RESTORED if blocked else Outcome.CLEARED
