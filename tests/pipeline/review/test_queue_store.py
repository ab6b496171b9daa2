"""The queue as the store gives it: filters, order, locks and saved views."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.categories import Category
from pipeline.nouns import Action, Indicator, Kind, Label, Verdict
from pipeline.store import Store, locks, proposals, queue, reviews, verdicts
from pipeline.store.proposals import Proposal
from pipeline.store.queue import QueueFilter
from pipeline.store.reviews import ReviewItem
from pipeline.whys import why

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)
NOT_SURE, REGISTERED = why("not-sure"), why("registered", date="2009-05-01")
A, B, C = (
    Indicator(Kind.HOST, "a.example"),
    Indicator(Kind.HOST, "b.example"),
    Indicator(Kind.NUMBER, "+8613800138000"),
)


def fill(store: Store) -> None:
    opinions = [
        Verdict(A, Label.MALICIOUS, Category.GAMBLING, 0.9, (), "e", "m@1", NOW),
        Verdict(B, Label.MALICIOUS, Category.FAKE_LOAN, 0.55, (), "e", "m@1", NOW),
        Verdict(C, Label.UNKNOWN, None, 0.2, (), "e", "m@1", NOW),
    ]
    with store.write() as tx:
        verdicts.add_verdicts(tx, opinions)
        reviews.open_items(
            tx,
            [
                ReviewItem(v.indicator, v.indicator, v.id, because, n, NOW - timedelta(hours=n))
                for n, (v, because) in enumerate(
                    zip(opinions, (NOT_SURE, REGISTERED, NOT_SURE), strict=True)
                )
            ],
        )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QueueFilter(), [C, B, A]),
        (QueueFilter(order="oldest"), [C, B, A]),
        (QueueFilter(order="unsure"), [B, C, A]),
        (QueueFilter(kind="host"), [B, A]),
        (QueueFilter(category="gambling"), [A]),
        (QueueFilter(label="unknown"), [C]),
        (QueueFilter(why="not-sure"), [C, A]),
        (QueueFilter(text="B.EX"), [B]),
        (QueueFilter(text="%"), []),
        (QueueFilter(kind="host", category="fake-loan", why="not-sure"), []),
    ],
)
def test_a_filter_shows_what_it_says(
    store: Store, wanted: QueueFilter, expected: list[Indicator]
) -> None:
    fill(store)
    with store.read() as tx:
        assert [row.item.subject for row in queue.find(tx, wanted)] == expected
        assert queue.count_found(tx, wanted) == len(expected)


def test_a_search_does_not_mind_capitals(store: Store) -> None:
    page = Indicator(Kind.URL, "http://a.example/App")
    with store.write() as tx:
        reviews.open_items(tx, [ReviewItem(page, page, None, NOT_SURE, 1.0, NOW)])
        for text in ("/app", "/APP", "/App"):
            (row,) = queue.find(tx, QueueFilter(text=text))
            assert row.item.subject == page


def test_why_an_item_waits_is_kept_as_it_was_said(store: Store) -> None:
    inner = why("uncorroborated", who=why("several-weighed", count=3, weight="1.20"), voices=4)
    with store.write() as tx:
        reviews.open_items(tx, [ReviewItem(A, A, None, inner, 1.0, NOW)])
        item = reviews.item_of(tx, A)
    assert item is not None
    assert item.why == inner


def test_the_next_item_is_one_that_nobody_works_on(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        for skip, expected in (([], C), ([C, B], A), ([A, B, C], None)):
            assert queue.next_after(tx, QueueFilter(), skip, login="li", at=NOW) == expected


def test_the_next_item_waits_for_nobody(store: Store) -> None:
    """However many proposals and locks there are; one's own lock and one that ran out do not count."""
    crowd = [Indicator(Kind.HOST, f"{n}.example") for n in range(300)]
    fill(store)
    with store.write() as tx:
        reviews.open_items(tx, [ReviewItem(i, i, None, NOT_SURE, 9.0, NOW) for i in crowd])
        for n, subject in enumerate(crowd):
            if n < 250:
                wide = Proposal(subject, subject, Action.BLOCK, None, "x", ("wide",), "li", NOW, "")
                proposals.propose(tx, wide)
            else:
                locks.take(tx, subject, "wang", at=NOW, until=SOON)
        locks.take(tx, C, "li", at=NOW, until=SOON)
        assert queue.next_after(tx, QueueFilter(), login="li", at=NOW) == C
        assert queue.next_after(tx, QueueFilter(), login="chen", at=NOW) == B
        assert queue.next_after(tx, QueueFilter(), login="wang", at=NOW) in crowd
        assert queue.next_after(tx, QueueFilter(), login="li", at=SOON) in crowd


def test_a_lock_keeps_others_out_until_its_time_is_over(store: Store) -> None:
    with store.write() as tx:
        assert locks.take(tx, A, "li", at=NOW, until=SOON) == "li"
        assert locks.take(tx, A, "wang", at=NOW, until=SOON) == "li"
        locks.release(tx, A, "wang")
        assert locks.holder(tx, A, at=NOW) == "li"
        assert locks.held(tx, at=NOW) == {A: "li"}
        assert locks.take(tx, A, "wang", at=SOON, until=SOON + timedelta(minutes=3)) == "wang"
        locks.release(tx, A, "wang")
        assert locks.holder(tx, A, at=NOW) is None


def test_a_saved_view_is_its_owners_alone(store: Store) -> None:
    with store.write() as tx:
        locks.save_view(tx, "li", "loans", "category=fake-loan")
        locks.save_view(tx, "li", "loans", "category=fake-loan&kind=host")
        assert locks.views_of(tx, "li") == [("loans", "category=fake-loan&kind=host")]
        assert locks.views_of(tx, "wang") == []
        locks.drop_view(tx, "li", "loans")
        assert locks.views_of(tx, "li") == []
