"""After a person blocked a number: what shares something with it goes to review, once for each block."""

import json
from pathlib import Path

from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.decisions import last_seq, numbers_people_blocked

ACTOR = "policy:links"
MARK = "linked.json"
"""Below a carrier's folder: up to which decision the links of blocked numbers were followed."""


def link_new_blocks(store: Store, settings: Settings) -> int:
    """Follow the links of the numbers that people blocked since the last time; returns how many went
    to review. Killed half-way, it does the same again, and twice changes nothing."""
    sent = 0
    for folder in sorted(settings.feeds_dir.glob("*/ledger")):
        shelf = Shelf(settings.feeds_dir, folder.parent.name)
        mark = shelf.home / MARK
        with store.read() as tx:
            last = last_seq(tx)
            blocked = numbers_people_blocked(tx, since=_read(mark))
        if blocked:
            # The engine is heavy, and most runs need none of it.
            from classifiers.numbers.links_review import review_links

            keys = kept_keyring(shelf, settings.feed_keys_dir)
            numbers = [keys.surrogate("number", indicator.value) for indicator in blocked]
            now = settings.now()
            sent += len(review_links(store, shelf, settings, numbers, actor=ACTOR, now=now))
            _write(mark, last)
    return sent


def _read(mark: Path) -> int:
    return int(json.loads(mark.read_text("utf-8"))["seq"]) if mark.is_file() else 0


def _write(mark: Path, seq: int) -> None:
    draft = mark.with_suffix(".part")
    draft.write_text(json.dumps({"seq": seq}) + "\n", "utf-8")
    draft.replace(mark)
