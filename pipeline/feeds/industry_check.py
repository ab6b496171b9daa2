"""The industry's notices against a carrier's own subscribers → review items, each with who says so."""

from datetime import datetime
from pathlib import Path

from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.feeds.industry_folder import IndustryFolder
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.sealed import open_sealed
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import newest_deliveries
from pipeline.indicators import parse_number
from pipeline.store import Store
from pipeline.store.resolutions import EVERYBODY, add_resolutions
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.whys import why

PRIORITY = 0.6
"""Priority of a number of which another party says that it is confirmed."""


def check_subscribers(
    store: Store,
    shelf: Shelf,
    notices: IndustryFolder,
    *,
    key: bytes,
    keys_folder: Path,
    actor: str,
    now: datetime,
) -> list[ReviewItem]:
    """Send the subscribers whom a notice in force concerns to review; twice changes nothing.

    The subscribers' sealed numbers are opened in memory to make their pseudonyms, which is written down
    before (as `EVERYBODY`); only those that are concerned are told, each with an entry of its own. Raises `FanzhaError`
    where the carrier sent no subscribers.
    """
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
    found = notices.concerned(key, "number", own, now=now)
    items = []
    for text, told in found.items():
        try:
            number = parse_number(text)
        except NotAnIndicatorError:
            continue
        parties = ", ".join(sorted({f"{n.source} ({n.grade})" for n in told}))
        said = why("notified", parties=parties)
        items.append(ReviewItem(number, number, None, said, PRIORITY, now))
    with store.write() as tx:
        add_resolutions(
            tx,
            [own[text] for text in found],
            carrier=shelf.carrier,
            actor=actor,
            purpose="concerned by a notice of the industry's list",
            at=now,
        )
        open_items(tx, items)
    return items
