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
    "overrules": "It lists what a person allowed before.",
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
    head: Decision | None,
    *,
    days: int | None,
    batch: int,
    policy: Policy,
    protected: Protected,
    settings: DeskSettings,
    now: datetime,
) -> tuple[str, ...]:
    """Why this decision takes two people, as ids of `WHY`; empty where one may make it.

    `batch` is the number of items settled together, `head` the last decision on the target.
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
        "overrules": action is Action.BLOCK and _allowed_by_person(head),
        "frees-many": action is Action.ALLOW and len(blast.blocked) > 1,
        "long": action is Action.BLOCK and days is not None and days > LONG_DAYS,
        "batch": batch >= settings.wide_batch,
    }
    return tuple(name for name, holds in checks.items() if holds)


def _on_protected_ground(target: Indicator, protected: Protected) -> bool:
    host = host_of(target)
    if target.kind is not Kind.URL or host is None:
        return False
    return protected.refusal(Indicator(Kind.HOST, host)) is not None


def _allowed_by_person(head: Decision | None) -> bool:
    return head is not None and head.action is Action.ALLOW and not head.actor.startswith("policy:")
