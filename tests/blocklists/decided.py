"""Decisions for the tests of the lists."""

from datetime import UTC, datetime, timedelta

from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Indicator

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def block(key: str, *, days: int | None = 30, category: Category = Category.FAKE_LOAN) -> Decision:
    """A block of `kind:value`."""
    return Decision(
        indicator=Indicator.from_key(key),
        action=Action.BLOCK,
        category=category,
        reason="fraud",
        actor="policy:sites@1",
        decided_at=NOW - timedelta(hours=1),
        expires_at=NOW + timedelta(days=days) if days is not None else None,
    )


def allow(key: str) -> Decision:
    """An analyst's word that `kind:value` is never to be listed."""
    return Decision(
        indicator=Indicator.from_key(key),
        action=Action.ALLOW,
        category=None,
        reason="legitimate",
        actor="analyst:lin",
        decided_at=NOW - timedelta(hours=1),
    )
