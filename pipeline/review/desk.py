"""What every part of the desk works with: the store, the terms, the keys and the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Receipt
from pipeline.policy import Policy
from pipeline.protected import Protected
from pipeline.review.keyring import Keyring, open_keyring, open_public_keyring
from pipeline.review.told import Points
from pipeline.settings import Settings
from pipeline.store import Store


def _nothing() -> None:
    """Where nobody waits for decisions, the next scheduled release takes them up."""


def _no_carriers() -> Sequence[str]:
    return ()


def _no_receipts() -> Sequence[Receipt]:
    """Where no download service runs, no carrier has said anything."""
    return ()


def _no_promises() -> Sequence[str]:
    return ()


def _no_points(_number: Indicator) -> Sequence[Points]:
    return ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, ready to work. Made by `open_desk`, and by tests with what they like."""

    store: Store
    artifacts: ArtifactStore
    settings: Settings
    policy: Policy
    protected: Protected
    keys: Keyring
    clock: Callable[[], datetime]
    decided: Callable[[], None] = _nothing
    """Called after decisions were stored, so that a release can follow at once; must return at once."""
    receipts: Callable[[], Sequence[Receipt]] = _no_receipts
    """What carriers said they enforce; the download service keeps it."""
    carriers: Callable[[], Sequence[str]] = _no_carriers
    """Who should enforce, whether they say so or not."""
    promises: Callable[[], Sequence[str]] = _no_promises
    """What the models in force cannot promise, a sentence each; loading them takes seconds."""
    points: Callable[[Indicator], Sequence[Points]] = _no_points
    """The points of a number, at each carrier that knows it."""


def open_desk(
    store: Store,
    settings: Settings,
    policy: Policy,
    protected: Protected,
    *,
    decided: Callable[[], None] = _nothing,
    receipts: Callable[[], Sequence[Receipt]] = _no_receipts,
    carriers: Callable[[], Sequence[str]] = _no_carriers,
    promises: Callable[[], Sequence[str]] = _no_promises,
    points: Callable[[Indicator], Sequence[Points]] = _no_points,
    clock: Callable[[], datetime] | None = None,
    public_only: bool = False,
) -> Desk:
    """A desk on a store; its keys are made on first use under `home/keys`.

    `clock` is the present of the settings by default. `public_only` is for a process that serves
    appeals alone: it holds no key that opens anything. Raises `FanzhaError` where a key is wrong.
    """
    folder = settings.home / "keys"
    return Desk(
        store=store,
        artifacts=ArtifactStore(settings.artifacts_url),
        settings=settings,
        policy=policy,
        protected=protected,
        keys=open_public_keyring(folder) if public_only else open_keyring(folder),
        clock=clock or settings.now,
        decided=decided,
        receipts=receipts,
        carriers=carriers,
        promises=promises,
        points=points,
    )
