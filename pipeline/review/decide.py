"""What a person decides: one decision, on one indicator, at one scope, with a reason and a name."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.categories import Category
from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.indicators import is_above_public_suffix, is_ip, is_public_suffix, read_key
from pipeline.nouns import Action, Decision, Indicator, Kind, Verdict
from pipeline.policy import Policy
from pipeline.protected import Protected
from pipeline.store import Connection
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.reports import Stage, move
from pipeline.store.reviews import close_item, item_of
from pipeline.store.verdicts import latest_verdicts


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an analyst says about a subject; `target` None takes the scope that the item proposes."""

    subject: Indicator
    action: Action
    reason: str
    target: Indicator | None = None
    category: Category | None = None
    days: int | None = None
    """Days until it expires; by default the policy's, for a block, and never for the others."""


def decide(
    connection: Connection,
    ruling: Ruling,
    *,
    actor: str,
    policy: Policy,
    protected: Protected,
    now: datetime,
) -> Decision:
    """Make, store and return a person's decision, and close the item that asked for it.

    A block or an allow stands on the target, a watch or a dismissal on the subject. Raises
    `FanzhaError` where the reason is empty, a block is of what can never be listed, or an allow
    would spare strangers, and `ConflictError` where somebody else decided first.
    """
    if not ruling.reason.strip():
        raise FanzhaError("a decision needs its reason: say in a sentence why")
    item = item_of(connection, ruling.subject)
    proposed = item.target if item is not None else ruling.subject
    lists = ruling.action in {Action.BLOCK, Action.ALLOW}
    indicator = (ruling.target or proposed) if lists else ruling.subject
    verdict = latest_verdicts(connection, [ruling.subject]).get(ruling.subject)
    refuse_scope(ruling.action, indicator, protected)
    head = head_of(connection, indicator)
    decision = Decision(
        indicator=indicator,
        action=ruling.action,
        category=_category(ruling, verdict),
        reason=ruling.reason.strip(),
        actor=actor,
        decided_at=now,
        expires_at=_expiry(ruling, policy, now),
        subject=ruling.subject if ruling.subject != indicator else None,
        verdict=verdict.id if verdict else None,
        supersedes=head.id if head else None,
    )
    add_decision(connection, decision)
    close_item(connection, ruling.subject, decision=decision.id, at=now)
    recheck = now + timedelta(days=policy.expiry.recheck_days)
    move(connection, [ruling.subject], Stage.DONE, at=now, due_at=recheck)
    return decision


def refuse_scope(action: Action, indicator: Indicator, protected: Protected) -> None:
    """Raise `FanzhaError` where an action can never stand on an indicator."""
    if action in {Action.BLOCK, Action.ALLOW}:
        _refuse_malformed(indicator)
    if action is Action.BLOCK:
        _refuse_protected(indicator, protected)
    if action is Action.ALLOW and spares_strangers(indicator):
        raise FanzhaError(
            f"{indicator} cannot be allowed: strangers have names below it, and an allow would "
            "spare them all; allow the one name or page instead"
        )


def _refuse_malformed(indicator: Indicator) -> None:
    """What is not canonical matches nothing, or breaks the lists that it is written into."""
    try:
        sound = read_key(str(indicator)) == indicator
    except NotAnIndicatorError as error:
        # A top level is refused by what it is: a public suffix.
        sound = error.reason == "no-dot"
    if not sound or (indicator.kind is Kind.DOMAIN and is_ip(indicator.value)):
        raise FanzhaError(
            f"{str(indicator)!r} is not in canonical form, so no decision can stand on it; "
            "name the target as it is shown, or as it came"
        )


def spares_strangers(indicator: Indicator) -> bool:
    """Whether an allow would spare other people's names: it spares all that is below a name.

    So it is with a public suffix of either section, and with a name above one.
    """
    name = indicator.value
    return indicator.kind in {Kind.HOST, Kind.DOMAIN} and (
        is_public_suffix(name) or is_above_public_suffix(name)
    )


def _refuse_protected(indicator: Indicator, protected: Protected) -> None:
    refusal = protected.refusal(indicator)
    if refusal is not None:
        hint = "" if indicator.kind is Kind.NUMBER else "; block the page (a URL) instead"
        raise FanzhaError(
            f"{indicator} can never be listed ({refusal.rule}): {refusal.reason_en}{hint}"
        )


def _category(ruling: Ruling, verdict: Verdict | None) -> Category | None:
    if ruling.action is not Action.BLOCK:
        return None
    return ruling.category or (verdict.category if verdict else None) or Category.OTHER


def _expiry(ruling: Ruling, policy: Policy, now: datetime) -> datetime | None:
    if ruling.days is not None:
        return now + timedelta(days=ruling.days)
    if ruling.action is Action.BLOCK:
        return now + timedelta(days=policy.expiry.analyst_block_days)
    return None
