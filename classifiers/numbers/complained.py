"""A day of complaints → points and a person's look, whether or not the numbers complained of called.

A complaint is about calls that another network may have carried, or that came long ago: who waits for
the number's next call leaves it alone until it has found the next victim.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifiers.numbers.accounts import facts_of, verified_at, voices_of, words_about
from classifiers.numbers.callers import end_of_day
from classifiers.numbers.complaints import Complaint, Voice
from classifiers.numbers.confirmed import LEGITIMATE
from classifiers.numbers.day import Round, name_them
from classifiers.numbers.points import Scheme, award
from pipeline.feeds.subscribers import opened
from pipeline.nouns import Action, Decision
from pipeline.store.decisions import heads_of
from pipeline.store.points import PointEntry, add_points
from pipeline.store.reviews import ReviewItem
from pipeline.whys import why


def credit_complaints(work: Round, scheme: Scheme, days: Sequence[str]) -> list[ReviewItem]:
    """Enter the points that the complaints of these days bring; gives the numbers that people look at.

    Those are the numbers whose complaints weigh enough (`numbers.complained_at`), unless a person's word
    on them stands. Protected numbers get neither; complaints of before a verification in person or before
    the card was opened, and of days on which others showed the number, count for nothing. The same day
    counts once.
    """
    offset = work.settings.feeds.zone_minutes * 60
    numbers = sorted({number for day in days for number in _complained_of(work, day)})
    since = opened(work.shelf, numbers) | verified_at(work.store, work.shelf, numbers)
    words = words_about(work.shelf, numbers, since=since, spoofed=work.spoofed, offset=offset)
    entries: list[tuple[int, PointEntry]] = []
    loud: dict[int, Voice] = {}
    for day, fresh, end in _by_day(work, words, days):
        voices = voices_of(
            {n: words[n] for n in fresh}, now=datetime.fromtimestamp(end, UTC), records=work.records
        )
        for number, voice in voices.items():
            facts, evidence = facts_of(voice), f"complaints:{day}"
            found = award(scheme, facts, evidence=evidence, at=fresh[number], of_complaints=True)
            entries += [(number, entry) for entry in found]
            if voice.confidence >= work.settings.numbers.complained_at:
                loud[number] = voice
    name_them(work, {n for n, _ in entries} | loud.keys(), purpose="complained of")
    shielded = {
        n for n, i in work.names.items() if i is not None and work.protected.refusal(i) is not None
    }
    with work.store.write() as tx:
        add_points(tx, work.shelf.carrier, [(n, e) for n, e in entries if n not in shielded])
    work.heard.update(loud.keys() - shielded)
    return _items(work, {n: voice for n, voice in loud.items() if n not in shielded})


def _complained_of(work: Round, day: str) -> set[int]:
    found: set[int] = set()
    for path in work.shelf.files("complaints", first=day, last=day):
        rows = pq.ParquetFile(path).read(columns=["number", "verdict"])
        against = rows.filter(pc.not_equal(rows["verdict"], LEGITIMATE))
        found.update(against["number"].unique().to_pylist())
    return found


def _by_day(
    work: Round, words: dict[int, list[Complaint]], days: Sequence[str]
) -> Iterator[tuple[str, dict[int, datetime], int]]:
    """Each day, the numbers complained of on it with the time of the newest word, and its last second."""
    for day in sorted(days):
        end = end_of_day(day, work.settings)
        fresh = {
            number: max(times)
            for number, told in words.items()
            if (
                times := [
                    c.at for c in told if not c.legitimate and 0 <= end - c.at.timestamp() < 86_400
                ]
            )
        }
        yield day, fresh, end


def _items(work: Round, loud: dict[int, Voice]) -> list[ReviewItem]:
    named = {i: voice for n, voice in loud.items() if (i := work.names[n]) is not None}
    with work.store.read() as tx:
        heads = heads_of(tx, list(named))
    items = []
    for indicator, voice in sorted(named.items()):
        if _is_settled(heads.get(indicator), work.now):
            continue
        because = why("complained-of", count=voice.reporters, credible=voice.credible)
        items.append(
            ReviewItem(indicator, indicator, None, because, round(voice.confidence, 6), work.now)
        )
    return items


def _is_settled(head: Decision | None, now: datetime) -> bool:
    """Whether it is listed, or a person's word stands: a machine's acquittal settles no complaint."""
    if head is None or (head.expires_at is not None and head.expires_at <= now):
        return False
    return head.action is Action.BLOCK or not head.actor.startswith("policy:")
