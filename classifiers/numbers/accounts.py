"""The subscribers' accounts of points, kept up with every feed, and shown beside the model's score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifiers.numbers.complaints import Complaint, Record, Voice, weigh
from classifiers.numbers.confirmed import LEGITIMATE
from classifiers.numbers.points import VERIFIED, Scheme, Standing, award, disagreement, standing
from classifiers.numbers.spoofing import DAY, Spoofed
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import opened
from pipeline.nouns import Indicator
from pipeline.protected import Protected
from pipeline.store import Store
from pipeline.store.points import PointEntry, add_points, ledgers_of
from pipeline.store.reviews import ReviewItem, open_items


@dataclass(frozen=True, slots=True)
class Scored:
    """A number of a feed with what the model says."""

    surrogate: int
    probability: float
    called_on: str
    """Local day of its last call, in ISO form."""
    features: Mapping[str, float | None]


def credit(
    store: Store,
    shelf: Shelf,
    scheme: Scheme,
    scored: Sequence[Scored],
    *,
    day: str,
    at: datetime,
    heard_until: datetime,
    records: Mapping[int, Record] | None = None,
    spoofed: Spoofed | None = None,
    offset: int = 0,
) -> int:
    """Enter the points that a day brings to numbers that called on it; the same day counts once.

    Complaints count up to `heard_until`, the end of the day, also after a number's last call.

    `records` say how often each complainer was right; who has none weighs little. Complaints of
    before a verification in person are answered by it, and those of local days (`offset` seconds
    east of UTC) on which others showed the number are about the others.
    """
    numbers = [s.surrogate for s in scored]
    # Complaints of before a card was opened are of whoever held the number then.
    since = opened(shelf, numbers) | verified_at(store, shelf, numbers)
    voices = voices_of(
        words_about(shelf, numbers, since=since, spoofed=spoofed, offset=offset),
        now=heard_until,
        records=records,
    )
    entries: list[tuple[int, PointEntry]] = []
    for s in scored:
        voice = voices.get(s.surrogate)
        facts = {
            **s.features,
            "probability": s.probability,
            **facts_of(voice),
        }
        found = award(scheme, facts, evidence=f"calls:{day}", at=at)
        entries += [(s.surrogate, entry) for entry in found]
    with store.write() as tx:
        return add_points(tx, shelf.carrier, entries)


def standings(
    store: Store,
    shelf: Shelf,
    scheme: Scheme,
    numbers: Mapping[int, Indicator | None],
    *,
    protected: Protected,
    now: datetime,
) -> dict[int, Standing]:
    """The points now of each of `numbers`: its surrogate, and what it is (None: shown falsely).

    A protected number has none and is left out, whatever stands in the ledger: it was perhaps
    protected after it was entered, and no grade may follow from it. What was entered before the card
    was opened is its former holder's.
    """
    open_to = [s for s, i in numbers.items() if i is None or protected.refusal(i) is None]
    ledgers = _ledgers(store, shelf, open_to)
    return {s: standing(scheme, ledgers.get(s, []), now=now) for s in open_to}


def verified_at(store: Store, shelf: Shelf, surrogates: Sequence[int]) -> dict[int, datetime]:
    """When the holder of each number was last verified in person; who never was is left out."""
    ledgers = _ledgers(store, shelf, surrogates)
    times = {s: [e.at for e in ledger if e.rule == VERIFIED] for s, ledger in ledgers.items()}
    return {s: max(found) for s, found in times.items() if found}


def _ledgers(store: Store, shelf: Shelf, surrogates: Sequence[int]) -> dict[int, list[PointEntry]]:
    """The entries of those who hold the numbers now; a former holder's are left out."""
    since = opened(shelf, surrogates)
    with store.read() as tx:
        found = ledgers_of(tx, shelf.carrier, surrogates)
    return {
        s: [e for e in ledger if s not in since or e.at >= since[s]] for s, ledger in found.items()
    }


def disagreements(
    scored: Sequence[Scored],
    found: Mapping[int, Standing],
    names: Mapping[int, Indicator],
    *,
    thresholds: Mapping[str, float],
    at: datetime,
) -> list[ReviewItem]:
    """Review items for numbers on which the model, by its own thresholds, and the points disagree.

    Numbers without a standing, as protected ones are, are passed over.
    """
    likely, unlikely = thresholds.get("list", 1.0), thresholds.get("review", 0.0)
    items = []
    for s in scored:
        points, indicator = found.get(s.surrogate), names.get(s.surrogate)
        if points is None or indicator is None:
            continue
        why = disagreement(points, s.probability, likely=likely, unlikely=unlikely)
        if why is not None:
            items.append(ReviewItem(indicator, indicator, None, why, s.probability, at))
    return items


def send_to_review(store: Store, items: Sequence[ReviewItem]) -> int:
    """Put items into the review queue; returns how many."""
    with store.write() as tx:
        open_items(tx, items)
    return len(items)


def facts_of(voice: Voice | None) -> dict[str, float | None]:
    """What the rules of points ask of complaints (`points.COMPLAINTS`)."""
    return {
        "complaint_confidence": voice.confidence if voice else 0.0,
        "credible_reporters": float(voice.credible) if voice else 0.0,
    }


def words_about(
    shelf: Shelf,
    surrogates: Sequence[int],
    *,
    since: Mapping[int, datetime] | None = None,
    spoofed: Spoofed | None = None,
    offset: int = 0,
) -> dict[int, list[Complaint]]:
    """The complaints about each number, as far as they count; numbers without any are left out.

    Of a number in `since`, complaints of before that time do not count; nor do those of days on which
    it was `spoofed`.
    """
    others = spoofed.pairs if spoofed else frozenset()
    begin = since or {}
    files = shelf.files("complaints")
    if not files or not surrogates:
        return {}
    wanted = pa.array(np.unique(np.array(surrogates, np.int64)))
    told: dict[int, list[Complaint]] = {}
    for path in files:
        rows = pq.ParquetFile(path).read(columns=["number", "reporter", "at", "verdict"])
        for row in rows.filter(pc.is_in(rows["number"], value_set=wanted)).to_pylist():
            at = datetime.fromtimestamp(row["at"], UTC)
            complaint = Complaint(str(row["reporter"]), at, row["verdict"] == LEGITIMATE)
            if (row["number"], (row["at"] + offset) // DAY) in others:
                continue
            if row["number"] not in begin or at > begin[row["number"]]:
                told.setdefault(row["number"], []).append(complaint)
    return told


def voices_of(
    words: Mapping[int, Sequence[Complaint]],
    *,
    now: datetime,
    records: Mapping[int, Record] | None = None,
) -> dict[int, Voice]:
    """What the complaints about each number add up to."""
    by_name = {str(reporter): record for reporter, record in (records or {}).items()}
    return {number: weigh(told, by_name, now=now) for number, told in words.items()}
