"""The numbers linked to a confirmed one → review items, each with the link as its reason."""

from collections.abc import Iterable
from datetime import datetime

from classifiers.numbers.accounts import send_to_review
from classifiers.numbers.engine import duckdb_engine
from classifiers.numbers.links import linked
from pipeline.errors import NotAnIndicatorError
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.reviews import ReviewItem

PRIORITY = 0.5
"""Priority of a linked number of which nothing else is known."""


def review_links(
    store: Store,
    shelf: Shelf,
    settings: Settings,
    confirmed: Iterable[int],
    *,
    actor: str,
    now: datetime,
) -> list[ReviewItem]:
    """Send what is linked to confirmed numbers to review; never to a list. Twice changes nothing."""
    days = shelf.days("calls")
    with duckdb_engine(memory=settings.feeds.memory, threads=settings.feeds.threads) as engine:
        subscribers = shelf.files("subscribers")
        calls = shelf.files("calls", first=days[-1]) if days else []
        links = linked(
            engine,
            confirmed,
            subscribers=engine.read(subscribers) if subscribers else None,
            records=engine.read(calls) if calls else None,
        )
    names = resolve(
        store,
        shelf,
        [link.number for link in links],
        keys_folder=settings.feed_keys_dir,
        actor=actor,
        purpose="linked to a confirmed number",
        now=now,
    )
    items = []
    for link in links:
        try:
            indicator = parse_number(names.get(link.number, ""))
        except NotAnIndicatorError:
            continue
        items.append(ReviewItem(indicator, indicator, None, link.why, PRIORITY, now))
    send_to_review(store, items)
    return items
