"""The industry's notices against a carrier's own subscribers → review items, each with who says so."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.feeds.industry import Notice
from pipeline.feeds.industry_folder import IndustryFolder
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.sealed import open_sealed
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import newest_deliveries
from pipeline.indicators import parse_number
from pipeline.nouns import Decision, Indicator
from pipeline.store import Store
from pipeline.store.decisions import heads_of
from pipeline.store.resolutions import EVERYBODY, add_resolutions
from pipeline.store.reviews import ReviewItem, item_of, open_items
from pipeline.whys import why

PRIORITY = 0.6
"""Priority of a number of which another party says that it is confirmed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of holding the subscribers against the industry's list."""

    items: list[ReviewItem]
    """What was sent to review."""
    refused: Mapping[str, int]
    """Parties whose notices concern more subscribers than may be, and how many: none was sent."""


def check_subscribers(
    store: Store,
    shelf: Shelf,
    notices: IndustryFolder,
    *,
    key: bytes,
    keys_folder: Path,
    actor: str,
    now: datetime,
    most: int = 1_000,
) -> Checked:
    """Send the subscribers whom a notice in force concerns to review; twice changes nothing.

    Subscribers are those of the newest files. Their sealed numbers are opened in memory to make their
    pseudonyms, which is written down before (as `EVERYBODY`); only those that are sent are told, each
    with an entry of its own. Left out is whom a person settled after the notice was issued, and who
    waits for that reason already. A party that would send more than `most` sends none: whoever holds
    the key can make the pseudonym of every number. Raises `FanzhaError` where the carrier sent no
    subscribers.
    """
    own = _subscribers(store, shelf, keys_folder, actor=actor, now=now)
    found: dict[Indicator, list[Notice]] = {}
    surrogates: dict[Indicator, int] = {}
    for text, told in notices.concerned(key, "number", own, now=now).items():
        try:
            number = parse_number(text)
        except NotAnIndicatorError:
            continue
        found[number], surrogates[number] = list(told), own[text]
    with store.write() as tx:
        heads = heads_of(tx, list(found))
        fresh = {
            n: [t for t in told if not _settled(heads.get(n), t, now)] for n, told in found.items()
        }
        hits = Counter(source for told in fresh.values() for source in {t.source for t in told})
        refused = {source: count for source, count in hits.items() if count > most}
        items = [
            item
            for number, told in fresh.items()
            for item in [_item(number, [t for t in told if t.source not in refused], now)]
            if item is not None and not _waits(item_of(tx, number), item)
        ]
        add_resolutions(
            tx,
            [surrogates[item.subject] for item in items],
            carrier=shelf.carrier,
            actor=actor,
            purpose="concerned by a notice of the industry's list",
            at=now,
        )
        open_items(tx, items)
    return Checked(items, refused)


def _subscribers(
    store: Store, shelf: Shelf, keys_folder: Path, *, actor: str, now: datetime
) -> dict[str, int]:
    """The subscribers' numbers in the clear, with their surrogates; that they are opened is audited."""
    by_generation: dict[int, list[Path]] = {}
    for delivery in newest_deliveries(shelf):
        path = shelf.sealed(delivery.kind, delivery.id)
        by_generation.setdefault(delivery.generation, []).append(path)
    if not by_generation:
        raise FanzhaError(
            f"{shelf.carrier}: expected a feed of subscribers, and none was taken in; a notice is held "
            "against own subscribers alone"
        )
    with store.write() as tx:
        add_resolutions(
            tx,
            [EVERYBODY],
            carrier=shelf.carrier,
            actor=actor,
            purpose="all subscribers, opened in memory to hold them against the industry's list",
            at=now,
        )
    own: dict[str, int] = {}
    for generation, paths in by_generation.items():
        seal_key = kept_keyring(shelf, keys_folder, generation).seal_key
        own |= {name: surrogate for surrogate, name in open_sealed(paths, seal_key, None).items()}
    return own


def _item(number: Indicator, told: list[Notice], now: datetime) -> ReviewItem | None:
    if not told:
        return None
    parties = ", ".join(sorted({f"{n.source} ({n.grade})" for n in told}))
    return ReviewItem(number, number, None, why("notified", parties=parties), PRIORITY, now)


def _settled(head: Decision | None, notice: Notice, now: datetime) -> bool:
    """Whether a person's word on a number is in force, given when the notice was there already."""
    if head is None or head.actor.startswith("policy:"):
        return False
    in_force = head.expires_at is None or head.expires_at > now
    return in_force and head.decided_at >= datetime.fromisoformat(notice.issued_at)


def _waits(there: ReviewItem | None, item: ReviewItem) -> bool:
    """Whether a number is before a person for the same reason already."""
    return there is not None and there.closed_at is None and there.why == item.why
