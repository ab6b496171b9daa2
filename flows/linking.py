"""What shares something with a number that a person blocked goes to review: at once, and as new files come.

A card that the same subscriber opens after the block, or a device that turns up in later calls, is
linked as well: whenever files came in, all live blocks are held against them. A link is followed once.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.carriers import carriers, is_half_rotated
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.sole import sole
from pipeline.private import close
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.decisions import last_seq, numbers_people_blocked

ACTOR = "policy:links"
MARK = "linked.json"
"""Below a carrier's folder: what was followed already."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the links of a carrier's numbers were followed."""

    seq: int = 0
    """Sequence number of the newest decision of then."""
    files: frozenset[str] = frozenset()
    """Files of subscribers and, within the window, of calls that were there then."""
    links: frozenset[tuple[int, str, int]] = frozenset()
    """(number, kind, confirmed number) of the links that were followed and whose block is live."""


def link_new_blocks(store: Store, settings: Settings) -> int:
    """Follow the links of the numbers that people blocked, as far as a block or a file is new; returns
    how many went to review. Killed half-way, it does the same again, and twice changes nothing."""
    sent = 0
    for carrier in carriers(settings):
        shelf = Shelf(settings.feeds_dir, carrier)
        # Rotated meanwhile, its numbers would be strangers; and reports wait for no take.
        with sole(shelf, wait=False) as free:
            sent += _follow(store, settings, shelf) if free else 0
    return sent


def _follow(store: Store, settings: Settings, shelf: Shelf) -> int:
    mark, now = _read(shelf.home / MARK), settings.now()
    with store.read() as tx:
        last, blocks = last_seq(tx), numbers_people_blocked(tx, now=now)
    if not blocks:
        return 0
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    if is_half_rotated(shelf, keys):
        return 0  # Under the new keys most would be strangers; it waits until all is carried over.
    files = _files(shelf, settings)
    new = {name: d for name, d in files.items() if name not in mark.files}
    days = {day for d in new.values() if d.kind == "calls" for day in d.days}
    cards = any(d.kind == "subscribers" for d in new.values())
    by_age: dict[bool, dict[int, datetime]] = {True: {}, False: {}}
    for seq, block in blocks:
        number = keys.surrogate("number", block.indicator.value)
        by_age[seq > mark.seq][number] = block.decided_at
    sent = 0
    links = {link for link in mark.links if link[2] in by_age[True] | by_age[False]}
    # Of a new block every day is looked at; of an older one, what came in since.
    for confirmed, chosen, with_cards in (
        (by_age[True], None, True),
        (by_age[False], days, cards),
    ):
        if not confirmed or not (chosen is None or chosen or with_cards):
            continue
        # The engine is heavy, and most runs need none of it.
        from classifiers.numbers.links_review import review_links

        done = review_links(
            store, shelf, settings, confirmed,
            actor=ACTOR, now=now, days=chosen, cards=with_cards, before=links,
        )  # fmt: skip
        sent += len(done.items)
        links |= {link.name for link in done.links}
    after = Mark(last, frozenset(files), frozenset(links))
    if after != mark:
        _write(shelf.home / MARK, after)
    return sent


def _files(shelf: Shelf, settings: Settings) -> dict[str, Delivery]:
    """The files that links come from: those of subscribers, and of calls within the window."""
    window = set(shelf.days("calls")[-settings.numbers.window_days :])
    calls = [d for d in shelf.deliveries("calls") if window & set(d.days)]
    return {f"{d.kind}-{d.id}": d for d in (*shelf.deliveries("subscribers"), *calls)}


def _read(mark: Path) -> Mark:
    if not mark.is_file():
        return Mark()
    told = json.loads(mark.read_text("utf-8"))
    links = frozenset((int(n), str(by), int(c)) for n, by, c in told.get("links", []))
    return Mark(int(told["seq"]), frozenset(told.get("files", [])), links)


def _write(mark: Path, content: Mark) -> None:
    told = {"seq": content.seq, "files": sorted(content.files), "links": sorted(content.links)}
    draft = mark.with_suffix(".part")
    draft.write_text(json.dumps(told) + "\n", "utf-8")
    close(draft)
    draft.replace(mark)
