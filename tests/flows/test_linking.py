"""What shares something with a number that a person blocked goes to review by itself, once."""

from datetime import UTC, date, datetime
from pathlib import Path

from classifiers.numbers.feed import feed_observations
from classifiers.numbers.simulator.write import write_feed
from flows.linking import link_new_blocks
from pipeline.nouns import Action, Decision
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import add_decision
from pipeline.store.reviews import close_item, waiting

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_a_persons_block_is_followed_over_the_days_on_which_the_number_called(
    tmp_path: Path,
) -> None:
    write_feed(
        tmp_path / "in", numbers=1500, fraud=0.02, seed=12, days=1, first_day=date(2026, 3, 1), form="parquet"
    )  # fmt: skip
    settings = Settings(home=tmp_path / "home", clock=NOW)
    store = open_store(settings.database_url)
    taken = feed_observations(tmp_path / "in", settings=settings, store=store, now=NOW)
    # A later day on which none of them called: the newest day alone would say nothing.
    later = tmp_path / "calls-2.csv"
    later.write_text(
        "caller,callee,start,seconds,imei,cell,area,trunk\n"
        "13700000001,13900000001,2026-03-02 12:00:00,30,,,,national\n",
        encoding="utf-8",
    )
    feed_observations(later, settings=settings, store=store, now=NOW, backfill=True)
    with store.write() as tx:
        for item in waiting(tx, limit=500):
            close_item(tx, item.subject, decision=None, at=NOW)
    assert link_new_blocks(store, settings) == 0
    boxes = [
        o.indicator for o in taken.observations if (o.value["features"]["sims_per_imei"] or 0) >= 4
    ]
    with store.write() as tx:
        add_decision(tx, Decision(boxes[0], Action.BLOCK, None, "seen", "policy:x@1", NOW))
    assert link_new_blocks(store, settings) == 0
    with store.write() as tx:
        add_decision(tx, Decision(boxes[1], Action.BLOCK, None, "seen", "analyst:li", NOW))
        spared = Decision(boxes[2], Action.DISMISS, None, "a shop", "analyst:li", NOW)
        add_decision(tx, spared)
    sent = link_new_blocks(store, settings)
    with store.read() as tx:
        items = waiting(tx, limit=500)
    assert len(items) == sent > 0
    assert {item.why.id for item in items} == {"linked"}
    assert boxes[2] not in {item.subject for item in items}
    assert link_new_blocks(store, settings) == 0
