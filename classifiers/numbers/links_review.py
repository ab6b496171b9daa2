"""The numbers linked to a confirmed one → review items, each with the link as its reason."""

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifiers.numbers.accounts import send_to_review
from classifiers.numbers.engine import duckdb_engine
from classifiers.numbers.holders import held_now, holders, holders_table, midnight
from classifiers.numbers.links import Link, linked, nearest
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


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following links."""

    items: list[ReviewItem]
    """What was sent to review."""
    links: list[Link]
    """Every link that was followed, also to a number that people had decided on."""


def review_links(
    store: Store,
    shelf: Shelf,
    settings: Settings,
    confirmed: Mapping[int, datetime],
    *,
    actor: str,
    now: datetime,
    days: Collection[str] | None = None,
    cards: bool = True,
    before: Container[tuple[int, str, int]] = (),
) -> Followed:
    """Send what is linked to confirmed numbers to review; never to a list. Twice changes nothing.

    `confirmed` says when each was: it means who held the number then (`holders`). Identities and
    batches are those of `cards` held now; devices and gangs are looked for on each day of the window
    (of `days` alone, where given) on which a confirmed number called as theirs. Links that were
    followed `before`, by their names, are left out, and a number on which a person's word stands.
    """
    wanted = sorted(confirmed)
    called = _called(shelf, settings, wanted, days)
    if not wanted or not (called or cards):
        return Followed([], [])
    offset = settings.feeds.zone_minutes * 60
    found: list[Link] = []
    with duckdb_engine(memory=settings.feeds.memory, threads=settings.feeds.threads) as engine:
        held = holders(engine, shelf, confirmed, offset=offset)
        if cards and (subscribers := held_now(engine, shelf)) is not None:
            table = holders_table(engine, held.values())
            found += linked(engine, wanted, subscribers=subscribers, holders=table)
            engine.drop_stages()
        for day in called:
            theirs = [n for n in wanted if held[n].held_on(midnight(day, offset))]
            records = engine.read(shelf.files("calls", first=day, last=day))
            found += linked(engine, theirs, records=records)
            engine.drop_stages()
    links = [link for link in nearest(found) if link.name not in before]
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
    return Followed(items, links)


def _called(
    shelf: Shelf, settings: Settings, numbers: Sequence[int], chosen: Collection[str] | None
) -> list[str]:
    """The days of the window, of the chosen ones where given, on which one of the numbers called."""
    if not numbers:
        return []
    wanted = pa.array(numbers, pa.int64())
    days = shelf.days("calls")[-settings.numbers.window_days :]
    if chosen is not None:
        days = [day for day in days if day in chosen]
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
