"""What every part of the desk works with: the store, the terms, the keys and the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.artifacts import ArtifactStore
from pipeline.keys import load_or_make_key
from pipeline.nouns import Receipt
from pipeline.policy import Policy
from pipeline.protected import Protected
from pipeline.settings import Settings
from pipeline.store import Store


def _nothing() -> None:
    """Where nobody waits for decisions, the next scheduled release takes them up."""


def _no_receipts() -> Sequence[Receipt]:
    """Where no download service runs, no carrier has said anything."""
    return ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, ready to work. Made by `open_desk`, and by tests with what they like."""

    store: Store
    artifacts: ArtifactStore
    settings: Settings
    policy: Policy
    protected: Protected
    key: bytes
    """Seals the secrets of accounts and stands for addresses in the count of failed logins."""
    appeals_key: bytes
    """Opens the identities of appellants."""
    clock: Callable[[], datetime]
    decided: Callable[[], None] = _nothing
    """Called after decisions were stored, so that a release can follow at once; must return at once."""
    receipts: Callable[[], Sequence[Receipt]] = _no_receipts
    """What carriers said they enforce; the download service keeps it."""


def open_desk(
    store: Store,
    settings: Settings,
    policy: Policy,
    protected: Protected,
    *,
    decided: Callable[[], None] = _nothing,
    receipts: Callable[[], Sequence[Receipt]] = _no_receipts,
    clock: Callable[[], datetime] | None = None,
) -> Desk:
    """A desk on a store; its keys are made on first use under `home/keys`.

    `clock` is the present of the settings by default.
    """
    keys = settings.home / "keys"
    return Desk(
        store=store,
        artifacts=ArtifactStore(settings.artifacts_url),
        settings=settings,
        policy=policy,
        protected=protected,
        key=load_or_make_key(keys / "desk.key"),
        appeals_key=load_or_make_key(keys / "appeals.key"),
        clock=clock or settings.now,
        decided=decided,
        receipts=receipts,
    )
