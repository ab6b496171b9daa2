"""What people decided about numbers → whom a carrier's feed shows to be confirmed, and whose word
was good: the confirmed numbers' victims and the complainers' weights are features.

Only people's decisions count: what a machine blocked must not teach the machine.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifiers.numbers.complaints import Record
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.shelf import Shelf
from pipeline.nouns import Action, Kind
from pipeline.store import Store
from pipeline.store.decisions import first_blocks, judged_by_people

MOST = 100_000
"""Newest decisions of people that are looked at."""
LEGITIMATE = 2
"""Code of `legitimate` among the choices of the complaints' contract."""


@dataclass(frozen=True, slots=True)
class Known:
    """Surrogates of the numbers that people decided on."""

    confirmed: frozenset[int] = frozenset()
    cleared: frozenset[int] = frozenset()
    since: Mapping[int, datetime] = field(default_factory=dict)
    """From when on anybody could know what became of a number: its first block, or the decision."""


def known_numbers(store: Store, keys: Keyring) -> Known:
    """The numbers that people blocked and those that they spared, by this carrier's surrogates."""
    with store.read() as tx:
        judged = judged_by_people(tx, limit=MOST)
        judged = {
            indicator: decision
            for indicator, decision in judged.items()
            if indicator.kind is Kind.NUMBER and decision.action is not Action.WATCH
        }
        blocked = first_blocks(tx, list(judged))
    found: dict[bool, set[int]] = {True: set(), False: set()}
    since: dict[int, datetime] = {}
    for indicator, decision in judged.items():
        surrogate = keys.surrogate("number", indicator.value)
        found[decision.action is Action.BLOCK].add(surrogate)
        since[surrogate] = min(decision.decided_at, blocked.get(indicator, decision.decided_at))
    return Known(frozenset(found[True]), frozenset(found[False]), since)


def complaint_records(shelf: Shelf, known: Known) -> dict[int, Record]:
    """How often each complainer was right about numbers that people decided on.

    Of one complainer and number the newest word counts, and a word for a number (`legitimate`) is
    right where the number was spared. Only words of before it was listed or decided count: to repeat
    what the list says earns no record. Who complained of no such number is left out.
    """
    decided = pa.array(sorted(known.confirmed | known.cleared), pa.int64())
    told = {number: at.timestamp() for number, at in known.since.items()}
    newest: dict[tuple[int, int], tuple[int, bool]] = {}
    for path in shelf.files("complaints") if len(decided) else []:
        rows = pq.ParquetFile(path).read(columns=["number", "reporter", "at", "verdict"])
        for row in rows.filter(pc.is_in(rows["number"], value_set=decided)).to_pylist():
            if row["at"] >= told.get(row["number"], math.inf):
                continue
            place = (row["reporter"], row["number"])
            word = (row["at"], row["verdict"] != LEGITIMATE)
            newest[place] = max(newest.get(place, word), word)
    counts: dict[int, list[int]] = {}
    for (reporter, number), (_, against) in newest.items():
        right = against == (number in known.confirmed)
        counts.setdefault(reporter, [0, 0])[0 if right else 1] += 1
    return {reporter: Record(right, wrong) for reporter, (right, wrong) in counts.items()}


def weights_table(records: Mapping[int, Record]) -> pa.Table:
    """(reporter, weight, proven) for `Extras.weights`: what the points weigh, and who was ever right."""
    return pa.table(
        {
            "reporter": pa.array(list(records), pa.int64()),
            "weight": pa.array([r.weight for r in records.values()], pa.float64()),
            "proven": pa.array([r.confirmed > 0 for r in records.values()], pa.bool_()),
        }
    )
