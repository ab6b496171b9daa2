"""The numbers linked to a confirmed one → review items, each with the link as its reason."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifiers.numbers.accounts import send_to_review
from classifiers.numbers.engine import duckdb_engine
from classifiers.numbers.links import Link, linked
from pipeline.errors import NotAnIndicatorError
from pipeline.feeds.resolve import resolve
from pipeline.feeds.shelf import Shelf
from pipeline.indicators import parse_number
from pipeline.nouns import Decision
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.decisions import heads_of
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
    """Send what is linked to confirmed numbers to review; never to a list. Twice changes nothing.

    Devices and gangs are looked for on each day of the window on which a confirmed number called. A
    number on which a person's word stands is left out.
    """
    wanted = sorted(set(confirmed))
    files = [shelf.files("calls", first=day, last=day) for day in _called(shelf, settings, wanted)]
    subscribers = shelf.files("subscribers")
    found: list[Link] = []
    with duckdb_engine(memory=settings.feeds.memory, threads=settings.feeds.threads) as engine:
        if subscribers:
            found += linked(engine, wanted, subscribers=engine.read(subscribers))
        for paths in files:
            found += linked(engine, wanted, records=engine.read(paths))
            engine.drop_stages()
    best: dict[int, Link] = {}
    for link in found:
        best.setdefault(link.number, link)
    links = sorted(best.values())
    names = resolve(
        store,
        shelf,
        [link.number for link in links],
        keys_folder=settings.feed_keys_dir,
        actor=actor,
        purpose="linked to a confirmed number",
        now=now,
    )
    items: list[ReviewItem] = []
    for link in links:
        try:
            indicator = parse_number(names.get(link.number, ""))
        except NotAnIndicatorError:
            continue
        items.append(ReviewItem(indicator, indicator, None, link.why, PRIORITY, now))
    with store.read() as tx:
        heads = heads_of(tx, [item.subject for item in items])
    items = [item for item in items if not _stands(heads.get(item.subject), now)]
    send_to_review(store, items)
    return items


def _called(shelf: Shelf, settings: Settings, numbers: Sequence[int]) -> list[str]:
    """The days of the window on which one of the numbers called."""
    if not numbers:
        return []
    wanted = pa.array(numbers, pa.int64())
    days = shelf.days("calls")[-settings.numbers.window_days :]
    return [
        day
        for day in days
        if any(
            pc.any(
                pc.is_in(pq.read_table(path, columns=["number"])["number"], value_set=wanted)
            ).as_py()
            for path in _measures(shelf, day) or shelf.files("calls", first=day, last=day)
        )
    ]


def _measures(shelf: Shelf, day: str) -> list[Path]:
    """A day's measures, which are a row per caller and so are read sooner than the calls."""
    return sorted((shelf.home / "measures" / f"day={day}").glob("*.parquet"))


def _stands(head: Decision | None, now: datetime) -> bool:
    """Whether a person's word on a number is in force."""
    if head is None or head.actor.startswith("policy:"):
        return False
    return head.expires_at is None or head.expires_at > now
