"""When one person is not enough: what is protected, wide, or hard to take back."""

from datetime import datetime, timedelta

from pipeline.indicators import host_of
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.policy import Policy
from pipeline.protected import Protected
from pipeline.review.blast import Blast
from pipeline.settings import DeskSettings

WHY: dict[str, str] = {
    "protected": "The page stands on a name that is protected or shared by many.",
    "settled": "The name has been registered for years.",
    "ranked": "The name is among those that most people visit.",
    "wide": "The decision covers many known names.",
    "overrules": "It overrules what a person allowed before.",
    "frees-many": "It lifts blocks of several names at once.",
    "long": "It lasts longer than a year.",
    "batch": "It settles many items at once.",
}
"""Every reason for asking a second person, in a sentence; the console shows them."""

LONG_DAYS = 366
"""A block of more days than this is as good as for ever."""


def why_two(
    action: Action,
    blast: Blast,
    cleared: Decision | None,
    *,
    head: Decision | None,
    days: int | None,
    batch: int,
    policy: Policy,
    protected: Protected,
    settings: DeskSettings,
    now: datetime,
) -> tuple[str, ...]:
    """Why this decision takes two people, as ids of `WHY`; empty where one may make it.

    `cleared` is the person's decision that the target is not to be listed, if one stands
    (`weighing.cleared_by`), `head` the last decision on it, and `batch` the number of items that are
    settled together.
    """
    target = blast.target
    checks = {
        "protected": action is Action.BLOCK and _on_protected_ground(target, protected),
        "settled": action is Action.BLOCK
        and target.kind in {Kind.DOMAIN, Kind.HOST}
        # The age of a platform says nothing of its tenant.
        and not blast.shared
        and blast.registered is not None
        and now - blast.registered > timedelta(days=365.25 * policy.blast.settled_years),
        "ranked": action is Action.BLOCK
        and blast.rank is not None
        and blast.rank <= policy.blast.ranked,
        "wide": action is Action.BLOCK and len(blast.names) >= settings.wide_subdomains,
        "overrules": cleared is not None
        and (action is Action.BLOCK or _ends_allow(action, head, days=days, now=now)),
        "frees-many": action is Action.ALLOW and (len(blast.blocked) > 1 or blast.boundless),
        "long": action is Action.BLOCK and days is not None and days > LONG_DAYS,
        "batch": batch >= settings.wide_batch,
    }
    return tuple(name for name, holds in checks.items() if holds)


def _on_protected_ground(target: Indicator, protected: Protected) -> bool:
    host = host_of(target)
    if target.kind is not Kind.URL or host is None:
        return False
    return protected.refusal(Indicator(Kind.HOST, host)) is not None


def _ends_allow(action: Action, head: Decision | None, *, days: int | None, now: datetime) -> bool:
    """Whether a live allow would end, or end sooner: it may be all that spares its target a list."""
    if head is None or head.action is not Action.ALLOW:
        return False
    if head.expires_at is not None and head.expires_at <= now:
        return False
    if action is not Action.ALLOW:
        return True
    until = None if days is None else now + timedelta(days=days)
    return until is not None and (head.expires_at is None or until < head.expires_at)
