"""Verified in person: points are cleared, a machine's block ends at once, a person's goes to review."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.verifying import Outcome, verify_number
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.settings import Settings
from pipeline.store import Store, audit, open_store
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.points import ledgers_of
from pipeline.store.reviews import waiting
from tests.flows.accounts import staff

NOW = datetime(2026, 3, 2, tzinfo=UTC)
NUMBER = Indicator(Kind.NUMBER, "+8613700000001")
BLOCK = Decision(
    NUMBER, Action.BLOCK, Category.OTHER, "calls", "policy:default@2", NOW - timedelta(days=1),
    NOW + timedelta(days=29),
)  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, clock=NOW)


def opened(settings: Settings) -> Store:
    store = open_store(settings.database_url)
    staff(store)
    return store


def verify(store: Store, settings: Settings, login: str = "li") -> Outcome:
    return verify_number(
        store,
        settings,
        carrier="c",
        surrogate=7,
        indicator=NUMBER,
        evidence="visit:1",
        login=login,
        operator="root",
    )


def test_a_machines_block_ends_at_once(settings: Settings) -> None:
    store = opened(settings)
    with store.write() as tx:
        add_decision(tx, BLOCK)
    assert verify(store, settings) is Outcome.RESTORED
    assert verify(store, settings) is Outcome.AGAIN
    with store.read() as tx:
        head = head_of(tx, NUMBER)
        (told,) = audit.newest(tx, limit=5)
    assert head is not None
    assert (head.action, head.supersedes, head.actor) == (Action.ALLOW, BLOCK.id, "analyst:li")
    assert head.expires_at == NOW + timedelta(days=settings.numbers.window_days)
    assert (told.actor, told.act, told.subject) == ("li", "number.verify", str(NUMBER))


def test_a_persons_block_goes_to_review(settings: Settings) -> None:
    store = opened(settings)
    with store.write() as tx:
        add_decision(tx, replace(BLOCK, actor="analyst:wu"))
    assert verify(store, settings) is Outcome.REVIEW
    with store.read() as tx:
        assert [item.why.id for item in waiting(tx)] == ["verified"]
        assert (head := head_of(tx, NUMBER)) is not None
        assert head.action is Action.BLOCK


def test_who_is_not_blocked_is_watched_and_no_machine_blocks_for_old_calls(
    settings: Settings,
) -> None:
    store = opened(settings)
    assert verify(store, settings) is Outcome.CLEARED
    with store.read() as tx:
        assert (head := head_of(tx, NUMBER)) is not None
    assert (head.action, head.actor) == (Action.WATCH, "analyst:li")


@pytest.mark.parametrize("login", ["policy:feed", "nobody", "chen", ""])
def test_who_has_no_account_that_may_decide_verifies_nobody(settings: Settings, login: str) -> None:
    store = opened(settings)
    with pytest.raises(FanzhaError, match=r"no open account|chen is admin"):
        verify(store, settings, login=login)
    with store.read() as tx:
        assert ledgers_of(tx, "c", [7]) == {}
